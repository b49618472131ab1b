using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;

namespace TransferLens.Studies.Files;

/// <summary>
/// Preprocessing as an image processor of transformers states it. Its class decides what some keys mean. Every key that
/// changes pixels is followed or refused.
/// </summary>
internal static class TransformersPreprocessing
{
    private const string Mean = "image_mean";
    private const string DoNormalize = "do_normalize";
    private const string DoResize = "do_resize";
    private const string DoRescale = "do_rescale";
    private const string Factor = "rescale_factor";
    private const string Resample = "resample";

    // Any other key that begins so and is true is a step that is not known here.
    private const string StepPrefix = "do_";

    // Followed here or in the crop, or without effect on the pixels of RGB images.
    private static readonly ImmutableArray<string> Known =
    [
        .. ImageProcessorType.Keys,
        .. TransformersCrop.Keys,
        Mean,
        "image_std",
        DoNormalize,
        DoResize,
        DoRescale,
        Factor,
        Resample,
        "do_convert_rgb",
        "do_reduce_labels",
        "reduce_labels",
        "processor_class",
        "_processor_class",
        "_valid_processor_keys",
        "auto_map",
        "num_channels",
        "data_format",
        "input_data_format",
        "return_tensors",
        "device",
        "disable_grouping",
        "transformers_version",
    ];

    // Steps that are not done here, with the value for which they change nothing.
    private static readonly ImmutableArray<(string Key, string Neutral)> Refused =
    [
        ("rescale_offset", "false"),
        ("include_top", "false"),
        ("keep_aspect_ratio", "false"),
        ("ensure_multiple_of", "1"),
        ("size_divisor", "1"),
        ("size_divisibility", "1"),
        ("pad_size", "null"),
    ];

    // By Pillow's numbers.
    private static readonly ImmutableArray<string> Filters =
    [
        "nearest",
        "lanczos",
        "bilinear",
        "bicubic",
        "box",
        "hamming",
    ];

    /// <summary>Whether a file has keys of an image processor.</summary>
    public static bool IsStated(JsonObject json) =>
        ImageProcessorType.Keys.Append(Mean).Append(DoNormalize).Append(DoResize).Any(key => json[key] is not null);

    /// <summary>Reads the keys.</summary>
    /// <exception cref="InputException">They state what cannot be done here.</exception>
    public static WeightsPreprocessing Read(PreprocessingKeys keys)
    {
        var type = ImageProcessorType.Find(keys);
        Check(keys, type);
        var normalize = keys.Flag(DoNormalize, true) ? keys.Normalize(Mean, "image_std") : Normalization.None;
        var read = TransformersCrop.Read(keys, type, new(1, 1, normalize) { Interpolation = Filter(keys, type) });
        return read with { Remarks = [.. read.Remarks, .. Remarks(keys, type)] };
    }

    private static void Check(PreprocessingKeys keys, ImageProcessorType? type)
    {
        if (!keys.Flag(DoResize, true))
        {
            throw keys.Wrong($"has {keys.Pair(DoResize)}, so every image keeps its own size, which is not done here");
        }

        if (!keys.Flag(DoRescale, true) || Math.Abs(((keys.Number(Factor) ?? (1.0 / 255)) * 255) - 1) > 1e-3)
        {
            var key = keys.Flag(DoRescale, true) ? Factor : DoRescale;
            throw keys.Wrong($"has {keys.Pair(key)}, but pixels can only be scaled to [0, 1] here");
        }

        if (type?.MustBeOff is { } on && keys.Flag(on, true))
        {
            throw keys.Wrong($"has {keys.Pair(on)}, but {type.Name}'s {on} can only be false here");
        }

        foreach (var (key, value) in keys.Given.Where(key => !Known.Contains(key.Key)))
        {
            var isNeutral = Refused.FirstOrDefault(step => step.Key == key) is { Neutral: { } neutral }
                ? value.ToJsonString() == neutral
                : !key.StartsWith(StepPrefix, StringComparison.Ordinal) || !keys.Flag(key, false);
            if (!isNeutral)
            {
                throw keys.Wrong($"has {keys.Pair(key)}, a step that is not done here");
            }
        }
    }

    private static Interpolation Filter(PreprocessingKeys keys, ImageProcessorType? type)
    {
        var number = keys.Integer(Resample) ?? type?.Resample ?? Filters.IndexOf("bilinear");
        var name = number >= 0 && number < Filters.Length ? Filters[number] : "no filter of Pillow";
        return keys.Filter(name, $"{Resample} {number} ({name})");
    }

    private static IEnumerable<string> Remarks(PreprocessingKeys keys, ImageProcessorType? type)
    {
        if (keys[Resample] is null)
        {
            yield return $"It has no {Resample}; {EnumWords<Interpolation>.Of(Filter(keys, type))} is assumed.";
        }

        var unknown = keys
            .Given.Select(key => key.Key)
            .Where(key => !Known.Contains(key) && !key.StartsWith(StepPrefix, StringComparison.Ordinal))
            .Except(Refused.Select(step => step.Key))
            .Select(key => Sentence.Short(key))
            .ToList();
        if (unknown.Count > 0)
        {
            yield return $"Its keys {string.Join(", ", unknown)} are unknown and ignored.";
        }

        if (type is null && ImageProcessorType.NameIn(keys) is { } name)
        {
            yield return name.Contains(" and ", StringComparison.Ordinal)
                ? $"It names two classes, {name}; only its other keys are followed."
                : $"Its class {name} is not known here; only its other keys are followed.";
        }
    }
}
