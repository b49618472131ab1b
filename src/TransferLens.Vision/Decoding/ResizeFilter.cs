using TransferLens.Studies.Settings;

namespace TransferLens.Vision.Decoding;

/// <summary>
/// The weights that resize a row of values: a filter whose unit is one output value, but at least one input value, in
/// Pillow's fixed-point numbers (libImaging/Resample.c). They are for a range of the outputs.
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
    /// <param name="interpolation">The filter.</param>
    public static ResizeFilter Create(
        int length,
        int newLength,
        int start,
        int count,
        Interpolation interpolation = Interpolation.Bilinear
    )
    {
        var scale = (double)length / newLength;
        var unit = Math.Max(scale, 1.0);
        var (reach, weight) = Kernel(interpolation);
        var support = reach * unit;
        return new([.. Enumerable.Range(start, count).Select(Tap)]);

        (int First, int[] Factors) Tap(int i)
        {
            var centre = (i + 0.5) * scale;
            var first = Math.Max(0, (int)(centre - support + 0.5));
            var last = Math.Min(length, (int)(centre + support + 0.5));
            var weights = new double[last - first];
            for (var k = 0; k < weights.Length; k++)
            {
                weights[k] = weight(Math.Abs((k + first - centre + 0.5) * (1 / unit)));
            }

            var sum = weights.Sum();
            return (first, Array.ConvertAll(weights, one => Fixed(one / sum)));
        }
    }

    // Half the width of a filter, and its value at a distance from its centre.
    private static (double Reach, Func<double, double> Weight) Kernel(Interpolation interpolation) =>
        interpolation switch
        {
            Interpolation.Bilinear => (1, x => Math.Max(0, 1 - x)),
            Interpolation.Bicubic => (2, Cubic),
            _ => throw new ArgumentOutOfRangeException(nameof(interpolation)),
        };

    // Keys 1981: piecewise cubic convolution, with the parameter -1/2.
    private static double Cubic(double x)
    {
        const double a = -0.5;
        return x switch
        {
            < 1 => ((((a + 2) * x) - (a + 3)) * x * x) + 1,
            < 2 => ((((x - 5) * x) + 8) * x - 4) * a,
            _ => 0,
        };
    }

    // Rounded away from zero.
    private static int Fixed(double weight) => (int)((weight * (1 << Precision)) + (weight < 0 ? -0.5 : 0.5));
}
