using System.Text.Json.Nodes;

namespace TransferLens.Tests;

/// <summary>The mappings that <c>schemas/study.schema.json</c> describes.</summary>
internal static class StudySchema
{
    /// <summary>Path in the repository, for messages.</summary>
    public const string File = "schemas/study.schema.json";

    /// <summary>Example names for mappings whose keys users choose.</summary>
    private static readonly Dictionary<string, string> Names = new()
    {
        ["targets"] = "drawn",
        ["modules"] = "stem",
        ["runs"] = "P-T",
        ["slurm.kinds"] = "train",
    };

    /// <summary>The whole schema.</summary>
    public static JsonObject Root { get; } =
        JsonNode.Parse(System.IO.File.ReadAllText(Checkout.PathOf("schemas", "study.schema.json")))!.AsObject();

    /// <summary>
    /// Every mapping with fixed keys, and its place in a study: <c>""</c>, <c>training.optimizer</c>,
    /// <c>training.parameter_groups.0</c>.
    /// </summary>
    public static IEnumerable<(string Place, JsonObject Schema)> Mappings() =>
        Below("", Root).DistinctBy(mapping => mapping.Place);

    /// <summary>The keys of a mapping, with the schema of each.</summary>
    public static IEnumerable<(string Key, JsonObject Schema)> Keys(JsonObject mapping) =>
        (mapping["properties"]?.AsObject() ?? []).Select(property => (property.Key, Resolved(property.Value!)));

    /// <summary>The target of a reference, or the schema itself.</summary>
    public static JsonObject Resolved(JsonNode schema) =>
        (string?)schema["$ref"] is { } reference
            ? Resolved(reference.Split('/').Skip(1).Aggregate((JsonNode)Root, (node, part) => node[part]!))
            : schema.AsObject();

    private static IEnumerable<(string Place, JsonObject Schema)> Below(string place, JsonNode at)
    {
        var schema = Resolved(at);
        if (schema["properties"] is not null || (schema["additionalProperties"] is JsonValue && Is(schema, "object")))
        {
            yield return (place, schema);
        }

        var inner = Keys(schema)
            .Select(property => (property.Key, Schema: (JsonNode)property.Schema))
            .Concat(schema["additionalProperties"] is JsonObject named ? [(Names[place], named)] : [])
            .Concat(schema["items"] is JsonObject items ? [("0", items)] : [])
            .Select(below => (Place: place.Length == 0 ? below.Item1 : $"{place}.{below.Item1}", Schema: below.Item2))
            .Concat((schema["anyOf"]?.AsArray() ?? []).Select(one => (Place: place, Schema: one!)));
        foreach (var mapping in inner.SelectMany(below => Below(below.Place, below.Schema)))
        {
            yield return mapping;
        }
    }

    private static bool Is(JsonObject schema, string type) =>
        schema["type"] is JsonArray types ? types.Any(one => (string)one! == type) : (string?)schema["type"] == type;
}
