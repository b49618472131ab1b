using System.Collections.Frozen;

namespace TransferLens.Vision.Models.Onnx.Operators;

/// <summary>Which elements of an axis, and with what weights, make the elements of the resized axis.</summary>
internal static class ResizeWeights
{
    /// <summary>How a place in the output becomes a coordinate in an input of a length.</summary>
    public static FrozenDictionary<string, Func<long, long, ResizeTarget, double>> Coordinates { get; } =
        new Dictionary<string, Func<long, long, ResizeTarget, double>>
        {
            ["half_pixel"] = (x, _, target) => HalfPixel(x, target),
            ["half_pixel_symmetric"] = HalfPixelSymmetric,
            ["pytorch_half_pixel"] = (x, _, target) => target.Length > 1 ? HalfPixel(x, target) : 0,
            ["align_corners"] = AlignCorners,
            ["asymmetric"] = (x, _, target) => x / target.Scale,
            ["tf_half_pixel_for_nn"] = (x, _, target) => (x + 0.5) / target.Scale,
            ["tf_crop_and_resize"] = Crop,
        }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>How a coordinate becomes an index.</summary>
    public static FrozenDictionary<string, Func<double, double>> Nearest { get; } =
        new Dictionary<string, Func<double, double>>
        {
            ["round_prefer_floor"] = x => Math.Ceiling(x - 0.5),
            ["round_prefer_ceil"] = x => Math.Floor(x + 0.5),
            ["floor"] = Math.Floor,
            ["ceil"] = Math.Ceiling,
        }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The weights: element <c>Targets[i]</c> gets <c>Weights[i]</c> times <c>Sources[i]</c>.</summary>
    /// <param name="length">The input's length.</param>
    /// <param name="target">What becomes of the axis.</param>
    /// <param name="settings">The settings.</param>
    public static (long[] Targets, long[] Sources, double[] Weights) Of(
        long length,
        ResizeTarget target,
        ResizeSettings settings
    )
    {
        var (targets, sources, weights) = (new List<long>(), new List<long>(), new List<double>());
        for (var place = 0L; place < target.Length; place++)
        {
            foreach (
                var (source, weight) in At(Source(place, length, target, settings), length, target.Scale, settings)
            )
            {
                targets.Add(place);
                sources.Add(source);
                weights.Add(weight);
            }
        }

        return ([.. targets], [.. sources], [.. weights]);
    }

    /// <summary>The coordinate in the input that a place in the output shows.</summary>
    public static double Source(long place, long length, ResizeTarget target, ResizeSettings settings) =>
        Coordinates[settings.Coordinates](place, length, target);

    // The output's length may be rounded: the centres of both stay one.
    private static double HalfPixelSymmetric(long x, long length, ResizeTarget target)
    {
        var adjusted = length / 2.0 * (1 - (target.Length / (target.Scale * length)));
        return adjusted + HalfPixel(x, target);
    }

    // ONNX's cases do not round the resized length here.
    private static double AlignCorners(long x, long length, ResizeTarget target)
    {
        var resized = length * target.Scale;
        return target.Length > 1 && resized != 1 ? x * (length - 1) / (resized - 1) : 0;
    }

    private static double HalfPixel(long x, ResizeTarget target) => ((x + 0.5) / target.Scale) - 0.5;

    private static double Crop(long x, long length, ResizeTarget target)
    {
        var (start, end) = target.Region ?? (0, 1);
        return target.Length > 1
            ? (start * (length - 1)) + (x * (end - start) * (length - 1) / (target.Length - 1))
            : 0.5 * (start + end) * (length - 1);
    }

    private static IEnumerable<(long Source, double Weight)> At(
        double x,
        long length,
        double scale,
        ResizeSettings settings
    )
    {
        if (settings.Mode == "nearest")
        {
            return [(Math.Clamp((long)Nearest[settings.Nearest](x), 0, length - 1), 1.0)];
        }

        var stretch = settings.Antialias ? Math.Min(scale, 1) : 1;
        var reach = (settings.Mode == "cubic" ? 2 : 1) / stretch;
        var around = new List<(long Source, double Weight)>();
        for (var source = (long)Math.Floor(x - reach) + 1; source < x + reach; source++)
        {
            around.Add((source, Filter((source - x) * stretch, settings)));
        }

        if (settings.ExcludesOutside)
        {
            around.RemoveAll(element => element.Source < 0 || element.Source >= length);
        }

        var total = settings.ExcludesOutside || settings.Antialias ? around.Sum(element => element.Weight) : 1;
        return around.Select(element => (Math.Clamp(element.Source, 0, length - 1), element.Weight / total));
    }

    // A triangle, or the cubic convolution of Keys 1981.
    private static double Filter(double distance, ResizeSettings settings)
    {
        var (d, a) = (Math.Abs(distance), settings.Cubic);
        return settings.Mode == "linear" ? Math.Max(0, 1 - d)
            : d <= 1 ? ((((a + 2) * d) - (a + 3)) * d * d) + 1
            : d < 2 ? ((((((a * d) - (5 * a)) * d) + (8 * a)) * d) - (4 * a))
            : 0;
    }
}
