using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using TransferLens.Studies.Settings;

namespace TransferLens.Vision.Decoding;

/// <summary>
/// Fits an image to the study's square: the shorter side, or each side, is resized with an antialiased filter, then the
/// centre is cut out. Equal, bit for bit, to Pillow's <c>resize</c> (fixed-point, 8 bits between the two passes) as
/// called by torchvision's <c>Resize</c> and <c>CenterCrop</c>. Pixels that would be cut off are not computed.
/// </summary>
internal static class Resize
{
    private const int Channels = 3;

    // Channels between the two passes: one more, which is not used.
    private const int PaddedChannels = 4;

    // Half of the last bit that is kept.
    private const int Half = 1 << (ResizeFilter.Precision - 1);

    private static readonly Vector128<byte> Spread = Vector128.Create(
        (byte)0,
        1,
        2,
        255,
        3,
        4,
        5,
        255,
        6,
        7,
        8,
        255,
        9,
        10,
        11,
        255
    );
    private static readonly Vector128<byte> FirstBytes = Vector128.Create(
        (byte)0,
        4,
        8,
        12,
        255,
        255,
        255,
        255,
        255,
        255,
        255,
        255,
        255,
        255,
        255,
        255
    );
    private static readonly Vector128<byte> ByChannel = Vector128.Create(
        (byte)0,
        4,
        8,
        12,
        1,
        5,
        9,
        13,
        2,
        6,
        10,
        14,
        3,
        7,
        11,
        15
    );

    /// <summary>The image as channels x size x size bytes.</summary>
    public static byte[] ToSquare(DecodedImage image, ImageSettings settings)
    {
        var (width, height) = (image.Width, image.Height);
        var (resize, size, filter) = (settings.Resize, settings.Size, settings.Interpolation);
        var (newWidth, newHeight) =
            settings.ResizeMode == ResizeMode.Squash ? (resize, resize)
            : width <= height ? (resize, (int)((long)resize * height / width))
            : ((int)((long)resize * width / height), resize);
        var columns = ResizeFilter.Create(width, newWidth, Start(newWidth), size, filter);
        var rows = ResizeFilter.Create(height, newHeight, Start(newHeight), size, filter);
        // Bytes of a row between the passes, in whole vectors of four pixels.
        var line = (size + 3) / 4 * Vector128<byte>.Count;
        var between = ArrayPool<byte>.Shared.Rent((rows.Last - rows.First) * line);
        try
        {
            ResizeRows(image.Pixels, width, columns, rows, between, line);
            return ResizeColumns(between, line, rows, size);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(between);
        }

        // torchvision's CenterCrop: Python's round, halves to even.
        int Start(int length) => (int)Math.Round((length - size) / 2.0, MidpointRounding.ToEven);
    }

    // The first pass resizes the rows that the second pass reads to the square's width, four pixels at a time.
    // Both passes are compiled when they first run, because code that `dotnet publish` compiles has no 512-bit vectors.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ResizeRows(
        byte[] pixels,
        int width,
        ResizeFilter columns,
        ResizeFilter rows,
        byte[] result,
        int line
    )
    {
        var (vectors, factors) = Factors(columns);
        Span<byte> end = stackalloc byte[Vector128<byte>.Count];
        for (var row = rows.First; row < rows.Last; row++)
        {
            for (var (i, to) = (0, (row - rows.First) * line); i < columns.Taps.Length; i++, to += PaddedChannels)
            {
                var from = ((row * width) + columns.Taps[i].First) * Channels;
                var sum = Vector512<int>.Zero;
                for (var vector = i * vectors; vector < (i + 1) * vectors; vector++, from += 4 * Channels)
                {
                    var four =
                        from <= pixels.Length - Vector128<byte>.Count
                            ? Vector128.LoadUnsafe(ref pixels[from])
                            : Last(pixels, from, end);
                    sum += Widen(Vector128.Shuffle(four, Spread)) * factors[vector];
                }

                var half = sum.GetLower() + sum.GetUpper();
                var value = Clamp(half.GetLower() + half.GetUpper() + Vector128.Create(Half));
                Unsafe.WriteUnaligned(
                    ref result[to],
                    Vector128.Shuffle(value.AsByte(), FirstBytes).AsUInt32().ToScalar()
                );
            }
        }
    }

    // For each output the same number of vectors, each with the factors of four pixels, channel by channel.
    private static (int Vectors, Vector512<int>[] Factors) Factors(ResizeFilter filter)
    {
        var vectors = (filter.Taps.Max(tap => tap.Factors.Length) + 3) / 4;
        var factors = new Vector512<int>[filter.Taps.Length * vectors];
        for (var i = 0; i < factors.Length; i++)
        {
            var tap = filter.Taps[i / vectors].Factors;
            int Factor(int pixel) => (i % vectors * 4) + pixel is var k && k < tap.Length ? tap[k] : 0;
            factors[i] = Vector512.Create(
                Vector256.Create(Vector128.Create(Factor(0)), Vector128.Create(Factor(1))),
                Vector256.Create(Vector128.Create(Factor(2)), Vector128.Create(Factor(3)))
            );
        }

        return (vectors, factors);
    }

    // The second pass: every row of the square is a weighted sum of rows, computed four pixels at a time.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static byte[] ResizeColumns(byte[] pixels, int line, ResizeFilter rows, int size)
    {
        var (plane, square) = (size * size, GC.AllocateUninitializedArray<byte>(Channels * size * size));
        for (var y = 0; y < size; y++)
        {
            var (first, factors) = rows.Taps[y];
            var start = (first - rows.First) * line;
            for (var x = 0; x < size; x += 4)
            {
                var sum = Vector512.Create(Half);
                for (var k = 0; k < factors.Length; k++)
                {
                    sum +=
                        Widen(Vector128.LoadUnsafe(ref pixels[start + (k * line) + (x * PaddedChannels)])) * factors[k];
                }

                var value = Vector512
                    .Min(Vector512.Max(sum >> ResizeFilter.Precision, Vector512<int>.Zero), Vector512.Create(255))
                    .AsUInt32();
                var narrow = Vector256.Narrow(value.GetLower(), value.GetUpper());
                var channels = Vector128.Shuffle(Vector128.Narrow(narrow.GetLower(), narrow.GetUpper()), ByChannel);
                for (var channel = 0; channel < Channels; channel++)
                {
                    var to = (channel * plane) + (y * size) + x;
                    if (x <= size - 4)
                    {
                        Unsafe.WriteUnaligned(ref square[to], channels.AsUInt32()[channel]);
                        continue;
                    }

                    for (var i = 0; i < size - x; i++)
                    {
                        square[to + i] = channels[(channel * 4) + i];
                    }
                }
            }
        }

        return square;
    }

    private static Vector512<int> Widen(Vector128<byte> values) =>
        Vector512.WidenLower(Vector512.WidenLower(values.ToVector256Unsafe().ToVector512Unsafe())).AsInt32();

    // Near the end of the image: the remaining bytes, padded with zeros.
    private static Vector128<byte> Last(byte[] pixels, int from, Span<byte> room)
    {
        room.Clear();
        pixels.AsSpan(Math.Min(from, pixels.Length)).CopyTo(room);
        return Vector128.Create<byte>(room);
    }

    private static Vector128<int> Clamp(Vector128<int> sum) =>
        Vector128.Min(Vector128.Max(sum >> ResizeFilter.Precision, Vector128<int>.Zero), Vector128.Create(255));
}
