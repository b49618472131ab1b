using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Studies.Inputs;

namespace TransferLens.Analyses.Common;

/// <summary>Reads an analysis' settings from a study file, with defaults; errors name the setting.</summary>
/// <param name="analysis">The analysis' name.</param>
/// <param name="settings">What the study file says.</param>
internal sealed class SettingsReader(string analysis, JsonObject settings)
{
    /// <summary>A whole number.</summary>
    public int Integer(string name, int otherwise, int least, int most = int.MaxValue) =>
        settings[name] is not { } node ? otherwise : IntegerOf(name, node, least, most);

    /// <summary>A number.</summary>
    public double Number(string name, double otherwise, double least, double most = double.MaxValue) =>
        settings[name] is not { } node ? otherwise : NumberOf(name, node, least, most);

    /// <summary>Yes or no.</summary>
    public bool Flag(string name, bool otherwise) =>
        settings[name] is not { } node ? otherwise
        : node.GetValueKind() is JsonValueKind.True or JsonValueKind.False ? (bool)node
        : throw Wrong(name, node, "true or false");

    /// <summary>One word of several.</summary>
    public string OneOf(string name, string otherwise, params string[] words) =>
        settings[name] is not { } node
            ? otherwise
            : words.FirstOrDefault(word => word == Text(node))
                ?? throw Wrong(name, node, string.Join(", ", words[..^1]) + " or " + words[^1]);

    /// <summary>A list of whole numbers, or a single one.</summary>
    public ImmutableArray<int> Integers(
        string name,
        ImmutableArray<int> otherwise,
        int least,
        int most = int.MaxValue
    ) => settings[name] is not { } node ? otherwise : Items(name, node, item => IntegerOf(name, item, least, most));

    /// <summary>A list of numbers, or a single one.</summary>
    public ImmutableArray<double> Numbers(
        string name,
        ImmutableArray<double> otherwise,
        double least,
        double most = double.MaxValue
    ) => settings[name] is not { } node ? otherwise : Items(name, node, item => NumberOf(name, item, least, most));

    /// <summary>A list of words or numbers as text, or a single one.</summary>
    public ImmutableArray<string> Words(string name, ImmutableArray<string> otherwise) =>
        settings[name] is not { } node
            ? otherwise
            : Items(name, node, item =>
                Text(item)
                ?? (
                    item.GetValueKind() == JsonValueKind.Number
                        ? item.ToJsonString()
                        : throw Wrong(name, node, "words or numbers")
                )
            );

    private int IntegerOf(string name, JsonNode node, int least, int most) =>
        node is JsonValue value
        && value.TryGetValue<double>(out var number)
        && number == Math.Floor(number)
        && number >= least
        && number <= most
            ? (int)number
            : throw Wrong(
                name,
                node,
                most == int.MaxValue ? $"a whole number of at least {least}" : $"a whole number from {least} to {most}"
            );

    private double NumberOf(string name, JsonNode node, double least, double most) =>
        node is JsonValue value && value.TryGetValue<double>(out var number) && number >= least && number <= most
            ? number
            : throw Wrong(
                name,
                node,
                most == double.MaxValue ? $"a number of at least {least}" : $"a number from {least} to {most}"
            );

    private ImmutableArray<T> Items<T>(string name, JsonNode node, Func<JsonNode, T> read)
    {
        ImmutableArray<T> items = node is JsonArray list
            ? [.. list.Select(item => read(item ?? throw Wrong(name, node, "a list without gaps")))]
            : [read(node)];
        return items.Length > 0 && items.Distinct().Count() == items.Length
            ? items
            : throw Wrong(name, node, "a list of different values, at least one");
    }

    private static string? Text(JsonNode node) => node.GetValueKind() == JsonValueKind.String ? (string?)node : null;

    private InputException Wrong(string name, JsonNode node, string wanted) =>
        new($"analyses.{analysis}.{name} is {node.ToJsonString()}, but must be {wanted}.");
}
