using System.Text.Json;
using System.Text.Json.Nodes;

namespace TransferLens.Studies.Metrics;

/// <summary>
/// The words of a metric without its computation: what plans, results and reports need. A metric that does not ship is
/// written to JSON with all of them, so that a program that does not know it can still report it.
/// </summary>
internal sealed class DescribedMetric : Metric
{
    private readonly string? scoreKey;
    private readonly string? plural;
    private readonly string? chance;

    /// <summary>Describes a metric.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="name">Its name in a sentence.</param>
    /// <param name="scoreKey">Its name in JSON files; null for the key.</param>
    /// <param name="plural">The name of several of its values; null for the name with an s.</param>
    /// <param name="chance">The name of its chance level; null for the usual words.</param>
    public DescribedMetric(
        string key,
        string name,
        string? scoreKey = null,
        string? plural = null,
        string? chance = null
    )
    {
        (Key, Name) = (key, name);
        (this.scoreKey, this.plural, this.chance) = (scoreKey, plural, chance);
    }

    /// <inheritdoc/>
    public override string Key { get; }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override string Plural => plural ?? base.Plural;

    /// <inheritdoc/>
    public override string ChanceName => chance ?? base.ChanceName;

    /// <inheritdoc/>
    public override bool CountsCorrectImages => CorrectImages;

    /// <summary>Whether it is the share of correct images.</summary>
    public bool CorrectImages { get; init; }

    /// <summary>Whether it is read in percent.</summary>
    public bool Percent { get; init; }

    /// <summary>Whether it judges single-label images.</summary>
    public bool SingleLabel { get; init; } = true;

    /// <summary>Whether it judges multi-label images.</summary>
    public bool MultiLabel { get; init; }

    /// <summary>The fewest classes that it judges.</summary>
    public int FewestClasses { get; init; } = 1;

    /// <inheritdoc/>
    public override bool IsPercent => Percent;

    /// <inheritdoc/>
    public override bool FitsSingleLabel => SingleLabel;

    /// <inheritdoc/>
    public override bool FitsMultiLabel => MultiLabel;

    /// <inheritdoc/>
    public override int MinimumClasses => FewestClasses;

    /// <inheritdoc/>
    internal override string ScoreKey => scoreKey ?? Key;

    /// <summary>A metric as JSON: its key when it ships, else its description.</summary>
    public static JsonNode Write(Metric metric) =>
        DeclaredMetrics.All.Contains(metric)
            ? (JsonNode)metric.Key
            : new JsonObject
            {
                ["key"] = metric.Key,
                ["name"] = metric.Name,
                ["plural"] = metric.Plural,
                ["chance"] = metric.ChanceName,
                ["percent"] = metric.IsPercent,
            };

    /// <summary>The metric that <see cref="Write"/> was given; <c>auc</c> is the mean AUC.</summary>
    /// <exception cref="JsonException">The JSON does not describe a metric.</exception>
    public static Metric Read(JsonNode json)
    {
        try
        {
            return json is JsonObject described
                ? Described(described)
                : DeclaredMetrics.All.First(metric => (string?)json == metric.Key || (string?)json == metric.ScoreKey);
        }
        catch (Exception failure) when (failure is InvalidOperationException or NullReferenceException)
        {
            throw new JsonException($"{json.ToJsonString()} does not describe a metric.", failure);
        }
    }

    private static DescribedMetric Described(JsonObject json) =>
        new(Text(json, "key"), Text(json, "name"), null, Text(json, "plural"), Text(json, "chance"))
        {
            Percent = (bool)json["percent"]!,
        };

    private static string Text(JsonObject json, string name) =>
        (string?)json[name] ?? throw new JsonException($"The metric has no {name}.");
}
