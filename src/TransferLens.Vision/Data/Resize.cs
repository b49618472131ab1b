using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace TransferLens.Data;

/// <summary>
/// Brings a picture to the study's square: the shorter side is resized with an antialiased bilinear filter, then the
/// centre is cut out. Equal to Pillow's <c>resize</c> (fixed-point, 8 bits between the two passes) under torchvision's
/// <c>Resize</c> and <c>CenterCrop</c>, bit for bit; what would be cut off is not computed.
/// </summary>
internal static class Resize
{
    private const int Channels = 3;
    private const int Half = 1 << (ResizeFilter.Precision - 1);

    /// <summary>The picture as channels x size x size bytes.</summary>
    public static byte[] ToSquare(DecodedPicture picture, int resize, int size)
    {
        var (width, height) = (picture.Width, picture.Height);
        var (newWidth, newHeight) = width <= height ? (resize, (int)((long)resize * height / width)) : ((int)((long)resize * width / height), resize);
        var (columns, rows) = (ResizeFilter.Of(width, newWidth, Start(newWidth), size), ResizeFilter.Of(height, newHeight, Start(newHeight), size));
        return Down(Across(picture.Pixels, width, columns, rows.First, rows.Last), rows, size);

        // torchvision's CenterCrop: Python's round, halves to even.
        int Start(int length) => (int)Math.Round((length - size) / 2.0, MidpointRounding.ToEven);
    }

    // The first pass, of the rows that the second reads: from each row a row of the square's width.
    private static byte[] Across(byte[] pixels, int width, ResizeFilter columns, int firstRow, int lastRow)
    {
        var size = columns.Taps.Length;
        var result = GC.AllocateUninitializedArray<byte>((lastRow - firstRow) * size * Channels);
        Span<byte> end = stackalloc byte[sizeof(uint)];
        for (var row = firstRow; row < lastRow; row++)
        {
            var to = (row - firstRow) * size * Channels;
            for (var i = 0; i < size; i++, to += Channels)
            {
                var (first, factors) = columns.Taps[i];
                var from = ((row * width) + first) * Channels;
                var sum = Vector128.Create(Half);
                foreach (var factor in factors)
                {
                    // A pixel's three values and one more, which counts for nothing.
                    sum += Widened(from + sizeof(uint) <= pixels.Length ? pixels.AsSpan(from) : Last(pixels, from, end)) * factor;
                    from += Channels;
                }

                var value = Clamped(sum);
                (result[to], result[to + 1], result[to + 2]) = ((byte)value[0], (byte)value[1], (byte)value[2]);
            }
        }

        return result;
    }

    // The second pass: every row of the square is a weighted sum of rows, many values at a time.
    private static byte[] Down(byte[] pixels, ResizeFilter rows, int size)
    {
        var (length, line, square) = (size * Channels, new byte[size * Channels], new byte[Channels * size * size]);
        for (var y = 0; y < size; y++)
        {
            var (first, factors) = rows.Taps[y];
            var start = (first - rows.First) * length;
            var x = 0;
            for (; x <= length - Vector128<byte>.Count; x += Vector128<byte>.Count)
            {
                var (a, b, c, d) = (Vector128.Create(Half), Vector128.Create(Half), Vector128.Create(Half), Vector128.Create(Half));
                for (var k = 0; k < factors.Length; k++)
                {
                    var (low, high) = Vector128.Widen(Vector128.LoadUnsafe(ref pixels[start + (k * length) + x]));
                    var ((p, q), (r, s)) = (Vector128.Widen(low), Vector128.Widen(high));
                    (a, b, c, d) = (a + (p.AsInt32() * factors[k]), b + (q.AsInt32() * factors[k]), c + (r.AsInt32() * factors[k]), d + (s.AsInt32() * factors[k]));
                }

                Vector128.Narrow(Vector128.Narrow(Clamped(a), Clamped(b)), Vector128.Narrow(Clamped(c), Clamped(d))).AsByte().StoreUnsafe(ref line[x]);
            }

            for (; x < length; x++)
            {
                var value = Half;
                for (var k = 0; k < factors.Length; k++)
                {
                    value += pixels[start + (k * length) + x] * factors[k];
                }

                line[x] = (byte)Math.Clamp(value >> ResizeFilter.Precision, 0, 255);
            }

            for (var i = 0; i < size; i++)
            {
                for (var channel = 0; channel < Channels; channel++)
                {
                    square[(((channel * size) + y) * size) + i] = line[(i * Channels) + channel];
                }
            }
        }

        return square;
    }

    private static Vector128<int> Widened(ReadOnlySpan<byte> four) =>
        Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<uint>(in MemoryMarshal.GetReference(four))).AsByte())).AsInt32();

    private static ReadOnlySpan<byte> Last(byte[] pixels, int from, Span<byte> room)
    {
        pixels.AsSpan(from).CopyTo(room);
        return room;
    }

    private static Vector128<int> Clamped(Vector128<int> sum) => Vector128.Min(Vector128.Max(sum >> ResizeFilter.Precision, Vector128<int>.Zero), Vector128.Create(255));
}
