using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;

namespace TransferLens.Studies.Files;

/// <summary>
/// Preprocessing as OpenCLIP states it: <c>preprocess_cfg</c>, with the size of <c>model_cfg.vision_cfg</c>, which
/// takes precedence there too. Source: open_clip, <c>transform.py</c> (<c>PreprocessCfg</c>, <c>image_transform</c>).
/// </summary>
internal static class OpenClipPreprocessing
{
    private const string Preprocess = "preprocess_cfg";
    private const string Size = "size";
    private const string ImageSize = "image_size";
    private const string Mode = "resize_mode";
    private const string Channels = "mode";

    // What OpenCLIP uses where the file is silent.
    private const int DefaultSize = 224;
    private const string DefaultFilter = "bicubic";

    // The colour fills borders, which only the mode "longest" has.
    private static readonly ImmutableArray<string> Known =
    [Size, Mode, Channels, "mean", "std", "interpolation", "fill_color"];

    /// <summary>Reads the keys; null if the file is about the network only.</summary>
    /// <param name="json">The whole file.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="InputException">They state what cannot be done here.</exception>
    public static WeightsPreprocessing? Read(JsonObject json, string path)
    {
        if (json[Preprocess] is not JsonObject stated)
        {
            return null;
        }

        var keys = new PreprocessingKeys(stated, path);
        Check(keys);
        var vision = json["model_cfg"]?["vision_cfg"] as JsonObject ?? [];
        var given = SizeIn(new(vision, path), ImageSize) ?? SizeIn(keys, Size);
        var (size, name) = (given ?? DefaultSize, keys.Word("interpolation") ?? DefaultFilter);
        var images = new ImageSettings(size, size, NormalizeIn(keys))
        {
            Interpolation = keys.Filter(name, $"interpolation {name}"),
            ResizeMode = ModeOf(keys),
        };
        return new(images, path) { Remarks = [.. Remarks(keys, given)] };
    }

    private static void Check(PreprocessingKeys keys)
    {
        if (keys.Word(Channels) is { } channels and not "RGB")
        {
            throw keys.Wrong($"has {Channels} {channels}, but only RGB can be done here");
        }
    }

    private static int? SizeIn(PreprocessingKeys keys, string key) =>
        keys[key] switch
        {
            null => null,
            JsonArray { Count: 2 } sides when keys.Side(sides[0], key) == keys.Side(sides[1], key) =>
                keys.Side(sides[0], key),
            JsonArray => throw keys.Wrong($"has {keys.Pair(key)}, but only squares can be done here"),
            var side => keys.Side(side, key),
        };

    // One without the other is an error that names it.
    private static Normalization NormalizeIn(PreprocessingKeys keys) =>
        (keys["mean"], keys["std"]) is (null, null) ? Normalization.Clip : keys.Normalize("mean", "std");

    private static ResizeMode ModeOf(PreprocessingKeys keys) =>
        keys.Word(Mode) switch
        {
            null or "shortest" => ResizeMode.Shortest,
            "squash" => ResizeMode.Squash,
            var mode => throw keys.Wrong($"has {Mode} {mode}, but only shortest and squash can be done here"),
        };

    private static IEnumerable<string> Remarks(PreprocessingKeys keys, int? given)
    {
        if (given is null)
        {
            yield return $"It has no {ImageSize}; {DefaultSize} is assumed, as in OpenCLIP.";
        }

        if (keys["mean"] is null && keys["std"] is null)
        {
            yield return "It has no mean and std; those of CLIP are assumed, as in OpenCLIP.";
        }

        List<string> unknown = [.. keys.Given.Select(key => key.Key).Except(Known).Select(key => Sentence.Short(key))];
        if (unknown.Count > 0)
        {
            yield return $"Its keys {string.Join(", ", unknown)} are unknown and ignored.";
        }
    }
}
