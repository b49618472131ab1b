using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;

namespace TransferLens.Studies.Files;

/// <summary>
/// Preprocessing as timm states it in <c>pretrained_cfg</c>: its <c>create_transform</c> for evaluation resizes to
/// floor(size / crop_pct) and cuts out the centre.
/// </summary>
internal static class TimmPreprocessing
{
    private const string Size = "input_size";
    private const string Fraction = "crop_pct";
    private const string Mode = "crop_mode";
    private const string Border = "crop_border_pixels";

    // What timm uses where the file is silent.
    private const double DefaultFraction = 0.875;
    private const string DefaultFilter = "bicubic";

    private static readonly ImmutableArray<string> ForTesting = ["test_input_size", "test_crop_pct"];

    /// <summary>Reads the keys.</summary>
    /// <exception cref="InputException">They state what cannot be done here.</exception>
    public static WeightsPreprocessing Read(PreprocessingKeys keys)
    {
        var size = Square(keys, keys[Size]);
        var fraction = keys.Fraction(Fraction, DefaultFraction);
        if (keys.Integer(Border) is { } border and not 0)
        {
            throw keys.Wrong($"has {Border} {border}, but no border can be cut off here");
        }

        var name = keys.Word("interpolation") is { Length: > 0 } given ? given : DefaultFilter;
        var images = new ImageSettings(
            size,
            WeightsPreprocessing.Resized(size, fraction),
            keys.Normalize("mean", "std")
        )
        {
            Interpolation = keys.Filter(name, $"interpolation {name}"),
            ResizeMode = ModeOf(keys),
        };
        return new(images, keys.Path) { CropFraction = fraction, Remarks = [.. Remarks(keys)] };
    }

    private static int Square(PreprocessingKeys keys, JsonNode? input)
    {
        var sides = input as JsonArray ?? throw keys.Wrong(input is null ? $"has no {Size}" : $"has {keys.Pair(Size)}");
        if (sides.Count != 3)
        {
            throw keys.Wrong($"has {keys.Pair(Size)}, not three numbers");
        }

        int[] lengths = [.. sides.Select(side => keys.Side(side, Size))];
        return lengths is [3, var height, var width] && height == width
            ? height
            : throw keys.Wrong($"has {keys.Pair(Size)}, but only 3 x N x N can be done here");
    }

    private static ResizeMode ModeOf(PreprocessingKeys keys) =>
        keys.Word(Mode) switch
        {
            null or "" or "center" => ResizeMode.Shortest,
            "squash" => ResizeMode.Squash,
            var mode => throw keys.Wrong($"has {Mode} {mode}, but only center and squash can be done here"),
        };

    // timm's create_transform, as model cards call it, takes input_size; its validate.py takes the test size unless
    // --use-train-size is given.
    private static IEnumerable<string> Remarks(PreprocessingKeys keys)
    {
        List<string> pairs = [.. ForTesting.Where(key => keys[key] is not null).Select(keys.Pair)];
        if (pairs.Count > 0)
        {
            yield return $"{string.Join(" and ", pairs)} {(pairs.Count > 1 ? "are" : "is")} ignored. Published scores "
                + "may be at the test size; set size and resize to use it.";
        }
    }
}
