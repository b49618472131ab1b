using TransferLens.Vision.Pickles;

namespace TransferLens.Vision.Weights;

/// <summary>NumPy's arrays in a checkpoint as tensors. Detectron's files consist of them.</summary>
internal static class NumpyArrays
{
    /// <summary>
    /// The tensor of an array, a <see cref="TensorView"/> or an <see cref="UnreadableTensor"/>; null before the array
    /// has its content.
    /// </summary>
    /// <exception cref="Studies.Inputs.InputException">Its shape is impossible, or does not match its
    /// bytes.</exception>
    public static object? Tensor(PyTorchObjects objects, PickledArray array)
    {
        if (array.Type is not { } type)
        {
            return null;
        }

        if (WeightsFile.CountElements(array.Shape) is not { } count)
        {
            throw objects.Broken("it has an array of an impossible shape");
        }

        if (TypeOf(type) is not { } element || array.Bytes is not { } bytes)
        {
            return new UnreadableTensor(array.Shape, $"has NumPy's type {PrintableText.Create(type.Code)}");
        }

        return count * element.Bytes == bytes.Length
            ? new TensorView(
                objects.Storages.Add(element, bytes, type.IsBigEndian),
                0,
                array.Shape,
                Strides(array.Shape, array.IsByColumn)
            )
            : throw objects.Broken($"it has an array of {count} elements in {bytes.Length} bytes");
    }

    /// <summary>Strides of a full array: the last axis is contiguous, or the first, column by column.</summary>
    public static long[] Strides(long[] shape, bool byColumn)
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

    /// <summary>The same type here; null if there is none.</summary>
    public static TensorType? TypeOf(PickledType type) =>
        type.Name switch
        {
            "f4" => TensorType.Named("F32"),
            "f8" => TensorType.Named("F64"),
            "f2" => TensorType.Named("F16"),
            "i8" => TensorType.Named("I64"),
            "i4" => TensorType.Named("I32"),
            "i2" => TensorType.Named("I16"),
            "i1" => TensorType.Named("I8"),
            "u1" => TensorType.Named("U8"),
            "b1" or "?" => TensorType.Named("BOOL"),
            _ => null,
        };
}
