using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using TransferLens.Studies.Inputs;

namespace TransferLens.Vision.Formats;

/// <summary>Reads labels of samples.</summary>
/// <param name="key">Key of the label in <c>.json</c> files; null for the usual ones.</param>
internal sealed class WebLabels(string? key)
{
    private static readonly string[] Usual = ["label", "cls", "class"];

    /// <summary>The label in a file of a sample; null for a file without label.</summary>
    /// <param name="ending">What follows the first dot of its name, in lower case.</param>
    /// <param name="content">Its content.</param>
    /// <param name="sample">The sample, for messages.</param>
    /// <exception cref="InputException">The content is not a label, or the JSON has none.</exception>
    public string? Read(string ending, byte[] content, string sample) =>
        ending switch
        {
            "cls" or "cls.txt" => Text(Encoding.UTF8.GetString(Checked(ending, content, sample)).Trim(), sample),
            "json" => FromJson(Checked(ending, content, sample), sample),
            _ => null,
        };

    // Other bytes would all become one character, and different labels equal.
    private static byte[] Checked(string ending, byte[] content, string sample) =>
        Utf8.IsValid(content)
            ? content
            : throw new InputException($"The .{ending} file of the sample '{sample}' is not UTF-8; save it as UTF-8.");

    private string FromJson(byte[] content, string sample)
    {
        JsonNode? read;
        try
        {
            read = JsonNode.Parse(content) is JsonObject members ? Label(members) : null;
        }
        catch (Exception failure) when (failure is JsonException or ArgumentException)
        {
            throw new InputException($"The .json file of the sample '{sample}' is not JSON; correct it.", failure);
        }

        return read is JsonValue value
            ? Text(value.ToString(), sample)
            : throw new InputException(
                $"The .json file of the sample '{sample}' has no label under {key ?? string.Join(", ", Usual)}; "
                    + "name its key with the option label_key."
            );
    }

    private JsonNode? Label(JsonObject members) =>
        key is null ? Usual.Select(name => members[name]).FirstOrDefault(value => value is not null) : members[key];

    private static string Text(string label, string sample) =>
        label.Length > 0 ? label : throw new InputException($"The label of the sample '{sample}' is empty; write it.");
}
