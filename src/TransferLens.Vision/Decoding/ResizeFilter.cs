namespace TransferLens.Vision.Decoding;

/// <summary>
/// The weights that resize a row of values: a triangle whose half-width is one output value, but at least one input
/// value, in Pillow's fixed-point numbers (libImaging/Resample.c). They are for a range of the outputs.
/// </summary>
/// <param name="Taps">For each output, its first input and the factors of that input and the following ones.</param>
internal sealed record ResizeFilter((int First, int[] Factors)[] Taps)
{
    /// <summary>Fractional bits of a factor: Pillow's PRECISION_BITS.</summary>
    public const int Precision = 32 - 8 - 2;

    /// <summary>The first input that any output reads.</summary>
    public int First => Taps[0].First;

    /// <summary>The first input after those that outputs read.</summary>
    public int Last => Taps[^1].First + Taps[^1].Factors.Length;

    /// <summary>The weights of a range of outputs.</summary>
    /// <param name="length">Number of inputs.</param>
    /// <param name="newLength">Number of all outputs.</param>
    /// <param name="start">The first output of the range.</param>
    /// <param name="count">Number of outputs in the range.</param>
    public static ResizeFilter Create(int length, int newLength, int start, int count)
    {
        var scale = (double)length / newLength;
        var support = Math.Max(scale, 1.0);
        return new([.. Enumerable.Range(start, count).Select(Tap)]);

        (int First, int[] Factors) Tap(int i)
        {
            var centre = (i + 0.5) * scale;
            var first = Math.Max(0, (int)(centre - support + 0.5));
            var last = Math.Min(length, (int)(centre + support + 0.5));
            var weights = new double[last - first];
            for (var k = 0; k < weights.Length; k++)
            {
                weights[k] = Math.Max(0, 1 - Math.Abs((k + first - centre + 0.5) / support));
            }

            var sum = weights.Sum();
            return (first, Array.ConvertAll(weights, weight => (int)((weight / sum * (1 << Precision)) + 0.5)));
        }
    }
}
