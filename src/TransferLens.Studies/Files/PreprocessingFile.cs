using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Studies.Inputs;

namespace TransferLens.Studies.Files;

/// <summary>Finds and reads <see cref="WeightsPreprocessing"/>.</summary>
public static class PreprocessingFile
{
    /// <summary>The file of timm, and of the network in transformers.</summary>
    internal const string ConfigName = "config.json";

    /// <summary>The file of OpenCLIP.</summary>
    internal const string OpenClipName = "open_clip_config.json";

    private const int MostBytes = 16 << 20;

    private const string Transformers = "transformers";
    private const string ProcessorName = "preprocessor_config.json";

    // Of transformers from version 5 on, which has all processors of a network in one file.
    private const string ProcessorsName = "processor_config.json";
    private const string ImageProcessor = "image_processor";

    // The file of a library, and how it is read: null if it states no preprocessing.
    private sealed record Kind(string Name, string Library, Func<JsonObject, string, WeightsPreprocessing?> Read);

    // In order of precedence: transformers' as there, OpenCLIP's before that of its port to timm.
    private static readonly ImmutableArray<Kind> Kinds =
    [
        new(ProcessorsName, Transformers, (json, path) =>
            json[ImageProcessor] is JsonObject nested ? TransformersPreprocessing.Read(new(nested, path)) : null
        ),
        new(ProcessorName, Transformers, ReadLibrary),
        new(OpenClipName, "OpenCLIP", OpenClipPreprocessing.Read),
        new(ConfigName, "timm", ReadLibrary),
    ];

    /// <summary>Names of the files that are looked for, in order of precedence.</summary>
    internal static ImmutableArray<string> Names { get; } = [.. Kinds.Select(kind => kind.Name)];

    /// <summary>Reads the file next to weights.</summary>
    /// <param name="weights">A weights file, or the folder that contains it.</param>
    /// <exception cref="InputException">There is none, or it states no preprocessing that can be done here.</exception>
    public static WeightsPreprocessing Find(string weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        return Kinds
            .Where(kind => File.Exists(PathNextTo(weights, kind.Name)))
            .Select(kind => Read(kind, PathNextTo(weights, kind.Name)))
            .FirstOrDefault(found => found is not null)
            ?? throw new InputException(
                $"No file in '{Path.GetDirectoryName(PathNextTo(weights, ConfigName))}' states the preprocessing of "
                    + $"these weights ({string.Join(", ", Kinds.Select(kind => $"{kind.Name} of {kind.Library}"))}); "
                    + "write size and normalization instead."
            );
    }

    /// <summary>The path of a file next to weights.</summary>
    /// <param name="weights">A weights file, or the folder that contains it.</param>
    /// <param name="name">The file's name.</param>
    internal static string PathNextTo(string weights, string name) =>
        Path.Combine(Directory.Exists(weights) ? weights : Path.GetDirectoryName(Path.GetFullPath(weights))!, name);

    /// <summary>The keys of such a file.</summary>
    /// <exception cref="InputException">It is too large, or holds no object.</exception>
    /// <exception cref="JsonException">It is not JSON.</exception>
    internal static JsonObject Keys(string path) =>
        new FileInfo(path).Length > MostBytes
            ? throw PreprocessingKeys.Wrong(path, $"is larger than {MostBytes >> 20} MB")
            : JsonNode.Parse(File.ReadAllText(path)) as JsonObject
                ?? throw PreprocessingKeys.Wrong(path, "holds no object of keys");

    /// <summary>Whether reading a damaged file of JSON fails so.</summary>
    internal static bool IsDamage(Exception failure) =>
        failure
            is IOException
                or UnauthorizedAccessException
                or JsonException
                or InvalidOperationException
                or FormatException
                or ArgumentException
                or OverflowException;

    private static WeightsPreprocessing? Read(Kind kind, string path)
    {
        try
        {
            return kind.Read(Keys(path), path);
        }
        catch (Exception failure) when (IsDamage(failure))
        {
            throw PreprocessingKeys.Wrong(path, $"cannot be read as JSON with the keys of {kind.Library}", failure);
        }
    }

    // Either library's keys, whatever the name. Null for a config.json that is about the network only.
    private static WeightsPreprocessing? ReadLibrary(JsonObject json, string path)
    {
        var timm = json["pretrained_cfg"] as JsonObject ?? (json["input_size"] is null ? null : json);
        return timm is not null ? TimmPreprocessing.Read(new(timm, path))
            : TransformersPreprocessing.IsStated(json) ? TransformersPreprocessing.Read(new(json, path))
            : null;
    }
}
