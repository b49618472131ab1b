namespace TransferLens.Vision.Numpy;

/// <summary>The order of an array's elements and of their bytes.</summary>
internal static class NumpyElements
{
    /// <summary>Strides of a full array: the last axis is contiguous, or the first, column by column.</summary>
    public static long[] Strides(ReadOnlySpan<long> shape, bool byColumn)
    {
        var (strides, stride) = (new long[shape.Length], 1L);
        for (var i = 0; i < shape.Length; i++)
        {
            var axis = byColumn ? i : shape.Length - 1 - i;
            strides[axis] = stride;
            stride *= Math.Max(1, shape[axis]);
        }

        return strides;
    }

    /// <summary>
    /// The elements of an array that is stored column by column, row by row: the last axis contiguous.
    /// </summary>
    /// <param name="bytes">The elements, column by column, which stay as they are.</param>
    /// <param name="shape">Length of each axis.</param>
    /// <param name="width">Bytes per element.</param>
    public static byte[] ByRow(byte[] bytes, ReadOnlySpan<long> shape, int width)
    {
        var (strides, position, from) = (Strides(shape, byColumn: true), new long[shape.Length], 0L);
        var rows = new byte[bytes.Length];
        for (var to = 0; to + width <= rows.Length; to += width)
        {
            bytes.AsSpan((int)from * width, width).CopyTo(rows.AsSpan(to));
            for (var axis = shape.Length - 1; axis >= 0; axis--)
            {
                from += strides[axis];
                if (++position[axis] < shape[axis])
                {
                    break;
                }

                from -= strides[axis] * shape[axis];
                position[axis] = 0;
            }
        }

        return rows;
    }

    /// <summary>Elements whose bytes are in the other order.</summary>
    /// <param name="bytes">The elements, which stay as they are.</param>
    /// <param name="width">Bytes per element.</param>
    public static byte[] Reversed(byte[] bytes, int width)
    {
        var turned = (byte[])bytes.Clone();
        for (var start = 0; start + width <= turned.Length; start += width)
        {
            turned.AsSpan(start, width).Reverse();
        }

        return turned;
    }
}
