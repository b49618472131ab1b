using TransferLens.Vision.Randomness;

namespace TransferLens.Vision.Formats.Synthetic;

/// <summary>The effects of a camera on a synthetic photograph: blur, exposure, tint, vignette, grain.</summary>
internal static class Camera
{
    /// <summary>Changes size x size x 3 bytes in place.</summary>
    public static void Expose(Span<byte> pixels, int size, ImageRandom random)
    {
        if (random.Chance(0.3))
        {
            Blur(pixels, size);
        }

        var (gain, lift, grain, fall) = (
            random.Between(0.75, 1.2),
            random.Between(-15, 25),
            random.Between(1, 9),
            random.Between(0, 0.3)
        );
        Span<double> tint = [gain * random.Between(0.9, 1.1), gain, gain * random.Between(0.9, 1.1)];
        for (var i = 0; i < size * size; i++)
        {
            var (x, y) = (((i % size) + 0.5) / size * 2 - 1, ((i / size) + 0.5) / size * 2 - 1);
            var (bits, dim) = (random.Next(), 1 - (fall * ((x * x) + (y * y)) / 2));
            var common = Noise(bits) * 0.7;
            for (var c = 0; c < 3; c++)
            {
                var value =
                    (pixels[(3 * i) + c] * tint[c] * dim)
                    + lift
                    + (grain * (common + (0.5 * Noise(bits >> (16 * (c + 1))))));
                pixels[(3 * i) + c] = (byte)Math.Clamp(value + 0.5, 0, 255);
            }
        }
    }

    // The sum of two uniform bytes, scaled to a standard deviation of about one.
    private static double Noise(ulong bits) => (((bits & 255) + ((bits >> 8) & 255)) - 255.0) / 104;

    // Blurs by 1/4, 1/2, 1/4 along both axes.
    private static void Blur(Span<byte> pixels, int size)
    {
        var before = new byte[pixels.Length];
        foreach (var (stride, lines) in new[] { (3, size * 3), (size * 3, 3) })
        {
            pixels.CopyTo(before);
            for (var line = 0; line < size; line++)
            {
                for (var i = 0; i < size; i++)
                {
                    for (var c = 0; c < 3; c++)
                    {
                        var at = (line * lines) + (i * stride) + c;
                        var (left, right) = (i > 0 ? at - stride : at, i < size - 1 ? at + stride : at);
                        pixels[at] = (byte)((before[left] + (2 * before[at]) + before[right] + 2) / 4);
                    }
                }
            }
        }
    }
}
