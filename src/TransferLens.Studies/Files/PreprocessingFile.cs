using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Studies.Inputs;

namespace TransferLens.Studies.Files;

/// <summary>Finds and reads <see cref="WeightsPreprocessing"/>.</summary>
public static class PreprocessingFile
{
    /// <summary>The file of timm, and of the network in transformers.</summary>
    internal const string ConfigName = "config.json";

    private const int MostBytes = 16 << 20;

    private const string ProcessorName = "preprocessor_config.json";

    /// <summary>Reads the file beside weights.</summary>
    /// <param name="weights">A weights file, or the folder that contains it.</param>
    /// <exception cref="InputException">There is none, or it states no preprocessing that can be done here.</exception>
    public static WeightsPreprocessing Find(string weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        string[] paths = [Beside(weights, ProcessorName), Beside(weights, ConfigName)];
        return paths.Where(File.Exists).Select(Read).FirstOrDefault(found => found is not null)
            ?? throw new InputException(
                $"No file in '{Path.GetDirectoryName(paths[0])}' states the preprocessing of these weights "
                    + "(config.json of timm, or preprocessor_config.json of transformers); write size and "
                    + "normalization instead."
            );
    }

    /// <summary>The path of a file beside weights.</summary>
    /// <param name="weights">A weights file, or the folder that contains it.</param>
    /// <param name="name">The file's name.</param>
    internal static string Beside(string weights, string name) =>
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

    // Null for a config.json that is about the network only.
    private static WeightsPreprocessing? Read(string path)
    {
        try
        {
            var json = Keys(path);
            var timm = json["pretrained_cfg"] as JsonObject ?? (json["input_size"] is null ? null : json);
            return timm is not null ? TimmPreprocessing.Read(new(timm, path))
                : TransformersPreprocessing.IsStated(json) ? TransformersPreprocessing.Read(new(json, path))
                : null;
        }
        catch (Exception failure) when (IsDamage(failure))
        {
            const string why = "cannot be read as JSON with the keys of timm or transformers";
            throw PreprocessingKeys.Wrong(path, why, failure);
        }
    }
}
