using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace TransferLens.Studies.Files;

/// <summary>
/// The names of a network's classes, in the order of its outputs, as <c>config.json</c> next to its weights states
/// them: <c>id2label</c> of transformers, <c>label_names</c> of timm.
/// </summary>
/// <param name="Names">The names.</param>
/// <param name="Key">The key that states them.</param>
/// <param name="Path">The file.</param>
internal sealed record WeightsClasses(ImmutableArray<string> Names, string Key, string Path)
{
    private const string ById = "id2label";
    private const string Listed = "label_names";

    // What transformers writes where nobody named the classes.
    private const string Nameless = "LABEL_";

    /// <summary>Reads the names; null where there is no file, or no names in it.</summary>
    /// <param name="weights">A weights file, or the folder that contains it.</param>
    public static WeightsClasses? Find(string weights)
    {
        var path = PreprocessingFile.PathNextTo(weights, PreprocessingFile.ConfigName);
        try
        {
            return File.Exists(path) ? Read(PreprocessingFile.Keys(path), path) : null;
        }
        catch (Exception failure) when (failure is Inputs.InputException || PreprocessingFile.IsDamage(failure))
        {
            // The code that needs the file reports it; these names are an addition.
            return null;
        }
    }

    private static WeightsClasses? Read(JsonObject json, string path)
    {
        var listed = json[Listed] ?? (json["pretrained_cfg"] as JsonObject)?[Listed];
        List<JsonNode?> values = json[ById] is JsonObject labels
            ? [.. Enumerable.Range(0, labels.Count).Select(id => labels[$"{id}"])]
            : [.. listed as JsonArray ?? []];
        ImmutableArray<string> names =
        [
            .. values.OfType<JsonValue>().Select(value => value.TryGetValue<string>(out var name) ? name : ""),
        ];
        return names.Length == values.Count
            && names.Length > 0
            && names.Distinct(StringComparer.Ordinal).Count() == names.Length
            && !names.Contains("")
            && !names.All(name => name.StartsWith(Nameless, StringComparison.Ordinal))
            ? new(names, json[ById] is JsonObject ? ById : Listed, path)
            : null;
    }
}
