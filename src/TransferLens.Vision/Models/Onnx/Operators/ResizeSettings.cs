namespace TransferLens.Vision.Models.Onnx.Operators;

/// <summary>What becomes of an axis.</summary>
/// <param name="Length">Its new length.</param>
/// <param name="Scale">The scale by which coordinates are computed.</param>
/// <param name="Region">The part of the input that is shown, as fractions of its length; null for all of it.</param>
internal sealed record ResizeTarget(long Length, double Scale, (double Start, double End)? Region);

/// <summary>The settings of <c>Resize</c> and <c>Upsample</c> in all their versions.</summary>
/// <param name="Mode">Interpolation: nearest, linear or cubic.</param>
/// <param name="Coordinates">How a place in the output becomes one in the input.</param>
/// <param name="Nearest">How a place becomes an index.</param>
/// <param name="Cubic">Coefficient of cubic interpolation.</param>
/// <param name="ExcludesOutside">Whether weights of elements outside the input are left out.</param>
/// <param name="Antialias">Whether the filter is stretched where the image shrinks.</param>
/// <param name="Extrapolation">The value outside the region.</param>
/// <param name="Targets">What becomes of the axes.</param>
internal sealed record ResizeSettings(
    string Mode,
    string Coordinates,
    string Nearest,
    double Cubic,
    bool ExcludesOutside,
    bool Antialias,
    double Extrapolation,
    IReadOnlyList<(int Axis, ResizeTarget Target)> Targets
)
{
    private const long Longest = 1L << 31;

    /// <summary>Reads them from a node.</summary>
    public static ResizeSettings Read(OnnxCall call)
    {
        var old = call.Opset < 11; // asymmetric and rounded down, without the attributes that say so
        var settings = new ResizeSettings(
            call.Text("mode", "nearest"),
            old ? "asymmetric" : call.Text("coordinate_transformation_mode", "half_pixel"),
            old ? "floor" : call.Text("nearest_mode", "round_prefer_floor"),
            call.Float("cubic_coeff_a", -0.75f),
            call.Integer("exclude_outside", 0) != 0,
            call.Integer("antialias", 0) != 0,
            call.Float("extrapolation_value", 0),
            [.. Read(call, old)]
        );
        if (settings.Mode is not ("nearest" or "linear" or "cubic"))
        {
            throw call.Refusal($"has the mode '{settings.Mode}', which is not known");
        }

        return
            ResizeWeights.Coordinates.ContainsKey(settings.Coordinates)
            && ResizeWeights.Nearest.ContainsKey(settings.Nearest)
            ? settings
            : throw call.Refusal(
                $"has coordinates '{settings.Coordinates}' or rounding '{settings.Nearest}', not known"
            );
    }

    /// <summary>Which positions of an axis show nothing of the input; null when all do.</summary>
    /// <param name="length">The input's length.</param>
    /// <param name="target">What becomes of the axis.</param>
    public bool[]? Outside(long length, ResizeTarget target) =>
        target.Region is null
            ? null
            :
            [
                .. Enumerable
                    .Range(0, (int)target.Length)
                    .Select(place => ResizeWeights.Source(place, length, target, this))
                    .Select(source => source < 0 || source > length - 1),
            ];

    private static IEnumerable<(int Axis, ResizeTarget Target)> Read(OnnxCall call, bool old)
    {
        var shape = call[0].shape;
        var axes = Axes(call, shape.Length);
        var (scales, sizes) = Wanted(call, old, axes.Length);
        var crops = call.Text("coordinate_transformation_mode", "") == "tf_crop_and_resize";
        var region = crops ? call.Numbers(1) : null;
        if (region is not null && region.Length != 2 * axes.Length)
        {
            throw call.Refusal($"has a region of {region.Length} numbers for {axes.Length} axes");
        }

        if (sizes is not null)
        {
            (scales, sizes) = Kept(call, [.. axes.Select(axis => shape[axis])], sizes);
        }

        for (var i = 0; i < axes.Length; i++)
        {
            (double, double)? part = region is null ? null : (region[i], region[axes.Length + i]);
            var share = region is null ? 1 : region[axes.Length + i] - region[i];
            var length = sizes?[i] ?? (long)Math.Floor(shape[axes[i]] * share * scales![i]);
            yield return length is >= 0 and < Longest && scales![i] > 0
                ? (axes[i], new(length, scales[i], part))
                : throw call.Refusal($"makes a length of {length} by a scale of {scales![i]}");
        }
    }

    private static int[] Axes(OnnxCall call, int rank) =>
        call.Integers("axes") is { } axes
            ? [.. axes.Select(axis => call.Axis(axis, rank))]
            : [.. Enumerable.Range(0, rank)];

    // Opset 7: an attribute. 9 and 10: the second input. From 11 on: the third, or sizes as the fourth.
    private static (double[]? Scales, long[]? Sizes) Wanted(OnnxCall call, bool old, int axes)
    {
        double[]? scales =
            call.Opset < 9
                ? [.. call.Attribute("scales", OnnxAttributeKind.Floats)?.Floats.Select(s => (double)s) ?? []]
            : old ? call.Numbers(1)
            : call.Has(2) ? call.Numbers(2)
            : [];
        var sizes = !old && scales.Length == 0 && call.Has(3) ? call.Values(3) : null;
        return (sizes?.Length ?? scales.Length) == axes
            ? (scales, sizes)
            : throw call.Refusal($"has {sizes?.Length ?? scales.Length} scales or sizes for {axes} axes");
    }

    private static (double[] Scales, long[] Sizes) Kept(OnnxCall call, long[] lengths, long[] sizes)
    {
        double[] scales = [.. sizes.Zip(lengths, (size, length) => (double)size / Math.Max(1, length))];
        var scale = call.Text("keep_aspect_ratio_policy", "stretch") switch
        {
            "stretch" => (double?)null,
            "not_larger" => scales.Min(),
            "not_smaller" => scales.Max(),
            var other => throw call.Refusal($"has the policy '{other}', which is not known"),
        };
        return scale is { } one
            ? ([.. scales.Select(_ => one)], [.. lengths.Select(length => (long)Math.Floor((one * length) + 0.5))])
            : (scales, sizes);
    }
}
