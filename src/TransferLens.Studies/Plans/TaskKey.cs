using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace TransferLens.Plans;

/// <summary>The hash that names a task and its artifact.</summary>
public static class TaskKey
{
    /// <summary>SHA-256 of the kind, its version, the settings in canonical form and the inputs' keys; lower-case hexadecimal.</summary>
    public static string Of(string kind, int version, JsonObject settings, ImmutableSortedDictionary<string, TaskSpec> inputs)
    {
        var document = new JsonObject
        {
            ["kind"] = kind,
            ["version"] = version,
            ["settings"] = settings.DeepClone(),
            ["inputs"] = new JsonObject(inputs.Select(i => KeyValuePair.Create(i.Key, (JsonNode?)i.Value.Key))),
        };
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Canonical(document)!.ToJsonString())));
    }

    // Members sorted by name, so that the order in which a room writes its settings decides nothing.
    private static JsonNode? Canonical(JsonNode? node) => node switch
    {
        JsonObject members => new JsonObject(members.OrderBy(m => m.Key, StringComparer.Ordinal)
            .Select(m => KeyValuePair.Create(m.Key, Canonical(m.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Canonical)]),
        _ => node?.DeepClone(),
    };
}
