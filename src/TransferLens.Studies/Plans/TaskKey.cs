using System.Buffers;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TransferLens.Studies.Plans;

/// <summary>The hash that identifies a task and its artifact.</summary>
internal static class TaskKey
{
    /// <summary>
    /// SHA-256 of the kind, its version, the settings in canonical form and the inputs' keys, in lower-case
    /// hexadecimal.
    /// </summary>
    public static string Compute(TaskKind kind, JsonObject settings, ImmutableSortedDictionary<string, TaskSpec> inputs)
    {
        using var parsed = JsonDocument.Parse(settings.ToJsonString());
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteStartObject("inputs");
            foreach (var (role, input) in inputs.OrderBy(input => input.Key, StringComparer.Ordinal))
            {
                json.WriteString(role, input.Key);
            }

            json.WriteEndObject();
            json.WriteString("kind", kind.Name);
            json.WritePropertyName("settings");
            WriteCanonical(json, parsed.RootElement);
            json.WriteNumber("version", kind.Version);
            json.WriteEndObject();
        }

        return Convert.ToHexStringLower(SHA256.HashData(bytes.WrittenSpan));
    }

    // Members are sorted by name, so that the order of settings does not matter. This reads parsed text because walking
    // a JsonNode tree is far slower: a study may have ten thousand tasks, and a task thousands of settings.
    private static void WriteCanonical(Utf8JsonWriter json, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                json.WriteStartObject();
                foreach (var member in element.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal))
                {
                    json.WritePropertyName(member.Name);
                    WriteCanonical(json, member.Value);
                }

                json.WriteEndObject();
                break;
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (var item in element.EnumerateArray())
                {
                    WriteCanonical(json, item);
                }

                json.WriteEndArray();
                break;
            default:
                element.WriteTo(json);
                break;
        }
    }
}
