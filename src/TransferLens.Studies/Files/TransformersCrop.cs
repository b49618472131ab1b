using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;

namespace TransferLens.Studies.Files;

/// <summary>
/// How an image processor of transformers resizes and crops: <c>size</c>, <c>crop_size</c>, <c>crop_pct</c>.
/// </summary>
internal static class TransformersCrop
{
    private const string Size = "size";
    private const string CropSize = "crop_size";
    private const string DoCrop = "do_center_crop";
    private const string CropFraction = "crop_pct";
    private const string Square = "default_to_square";
    private const string Shortest = "shortest_edge";

    // ConvNeXt's: a fraction is cut out below this size; from it on images are squashed.
    private const int SquashedFrom = 384;
    private const double DefaultFraction = 224.0 / 256;

    /// <summary>The keys that are read here.</summary>
    public static ImmutableArray<string> Keys { get; } = [Size, CropSize, DoCrop, CropFraction, Square];

    /// <summary>Reads the keys.</summary>
    /// <param name="keys">The keys.</param>
    /// <param name="type">The class of the image processor; null for none that is known.</param>
    /// <param name="images">Filter and normalization; its lengths are not used.</param>
    /// <exception cref="InputException">The images would not be squares, or be padded.</exception>
    public static WeightsPreprocessing Read(PreprocessingKeys keys, ImageProcessorType? type, ImageSettings images)
    {
        var crops = keys.Flag(DoCrop, type?.Crops ?? false);
        var (side, mode, assumed) = Resized(keys, type, crops);
        ImmutableArray<string> remarks = assumed is null ? [] : [assumed];
        if (type?.CutsFraction ?? (keys[CropFraction] is not null && !crops && ImageProcessorType.NameIn(keys) is null))
        {
            return OfFraction(keys, side, mode, crops, images) with { Remarks = remarks };
        }

        if (keys[CropFraction] is not null)
        {
            throw keys.Wrong($"has {keys.Pair(CropFraction)}, which is known here for ConvNextImageProcessor only");
        }

        if (crops)
        {
            var size = Cut(keys);
            return size <= side
                ? new(images with { Size = size, Resize = side, ResizeMode = mode }, keys.Path) { Remarks = remarks }
                : throw keys.Wrong($"crops {size} pixels ({CropSize}) of images that are resized to {side} ({Size})");
        }

        const string cut = $"It has {Shortest} without {DoCrop}, so images would not be square; the centre is cut out.";
        return new(images with { Size = side, Resize = side, ResizeMode = mode }, keys.Path)
        {
            Remarks = mode == ResizeMode.Squash ? remarks : [.. remarks, cut],
        };
    }

    private static WeightsPreprocessing OfFraction(
        PreprocessingKeys keys,
        int side,
        ResizeMode mode,
        bool crops,
        ImageSettings images
    )
    {
        if (mode == ResizeMode.Squash || crops)
        {
            throw keys.Wrong(
                crops
                    ? $"has {keys.Pair(DoCrop)}, which ConvNextImageProcessor does not have"
                    : $"has {keys.Pair(Size)}, but ConvNextImageProcessor takes only {Shortest}"
            );
        }

        // Of no size yet, so that the rule decides.
        var rule = new WeightsPreprocessing(images with { Size = 0 }, keys.Path)
        {
            CropFraction = keys.Fraction(CropFraction, DefaultFraction),
            SquashedFrom = SquashedFrom,
        };
        return rule with { Images = rule.ForSize(side) };
    }

    // The length of the resized side or sides, and what was assumed, as a sentence, or null.
    private static (int Side, ResizeMode Mode, string? Assumed) Resized(
        PreprocessingKeys keys,
        ImageProcessorType? type,
        bool crops
    )
    {
        var size = keys[Size] ?? throw keys.Wrong($"has no {Size}");
        if (size is JsonValue)
        {
            return OfNumber(keys, type, crops, keys.Side(size, Size));
        }

        var given = size is JsonObject sides ? sides.Where(side => side.Value is not null).ToList() : [];
        if (given is [(Shortest, var edge)])
        {
            return (keys.Side(edge, Size), ResizeMode.Shortest, null);
        }

        return (BothSides(keys, Size), ResizeMode.Squash, null);
    }

    private static (int Side, ResizeMode Mode, string? Assumed) OfNumber(
        PreprocessingKeys keys,
        ImageProcessorType? type,
        bool crops,
        int side
    )
    {
        // Without a crop, images of equal size have to be squashed.
        var both = keys.Flag(Square, type?.TakesBothSides ?? !(crops || keys[CropFraction] is not null));
        var reason =
            keys[Square] is not null ? keys.Pair(Square)
            : type is not null ? $"it is of {ImageProcessorType.NameIn(keys)}"
            : $"it has {(both ? "no " : "")}{(keys[CropFraction] is null ? DoCrop : CropFraction)}";
        return (
            side,
            both ? ResizeMode.Squash : ResizeMode.Shortest,
            $"Its {Size} is a single number, {side}, applied to {(both ? "both sides" : "the shorter side")}: {reason}."
        );
    }

    private static int Cut(PreprocessingKeys keys) =>
        keys[CropSize] switch
        {
            null => throw keys.Wrong($"cuts out the centre ({DoCrop}), but has no {CropSize}"),
            JsonValue one => keys.Side(one, CropSize),
            _ => BothSides(keys, CropSize),
        };

    // An object with height and width, or a list of them: of a square.
    private static int BothSides(PreprocessingKeys keys, string key)
    {
        IEnumerable<KeyValuePair<string, JsonNode?>> given = keys[key] as JsonObject ?? [];
        var sides = keys[key] switch
        {
            JsonArray { Count: 2 } list => [.. list],
            JsonObject both when given.All(side => side.Value is null || side.Key is "height" or "width") =>
                [both["height"], both["width"]],
            _ => ImmutableArray<JsonNode?>.Empty,
        };
        return !sides.IsEmpty && keys.Side(sides[0], key) is var side && side == keys.Side(sides[1], key)
            ? side
            : throw keys.Wrong(
                $"has {keys.Pair(key)}, but only one side, or an equal height and width, can be done here"
            );
    }
}
