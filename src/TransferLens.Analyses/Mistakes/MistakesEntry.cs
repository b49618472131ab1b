using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using TransferLens.Analyses.Statistics;

namespace TransferLens.Analyses.Mistakes;

/// <summary>One pair of runs in results.json; the numbers are those of <see cref="MistakesResult"/>.</summary>
internal sealed record MistakesEntry(
    string Target,
    string First,
    string Second,
    bool Diverged,
    int Examples,
    MistakeCount Common,
    MistakeCount OnlyFirst,
    MistakeCount OnlySecond,
    MistakeCount BothCorrect,
    MistakeCount SameWrongLabel,
    Estimate? ErrorConsistency,
    [property: JsonPropertyName("mcnemar")] McNemar? McNemar,
    PairEnsemble Ensemble,
    ImmutableArray<ClassEntry> Classes
)
{
    /// <summary>Number of decisions on multi-label images; left out otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Decisions { get; init; }

    /// <summary>Difference in wrong decisions on multi-label images; left out otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Estimate? Difference { get; init; }

    /// <summary>
    /// The entries of a target. The first pair of a kind has what findings rest on: the means over the kind, the
    /// comparison of the two groups that its runs are from, and the difference in error consistency from another kind.
    /// </summary>
    /// <param name="target">The target.</param>
    public static IEnumerable<JsonNode> CreateAll(TargetMistakes target)
    {
        var kinds = target.Kinds.ToDictionary(kind => kind.Pairs[0]);
        var mixed = target.Compared?.Among(target.Pairs) ?? [];
        foreach (var pair in target.Pairs)
        {
            var entry = JsonSerializer.SerializeToNode(Create(pair, target.Classes), target.Metric.Json)!.AsObject();
            if (kinds.TryGetValue(pair, out var kind))
            {
                entry["ofKind"] = kind.ToJson();
            }

            if (mixed.FirstOrDefault() == pair)
            {
                entry["comparison"] = target.Compared!.ToJson(PairCounts.Of(mixed));
            }

            if (target.Consistency is var (pretrained, random, more) && pretrained.Pairs[0] == pair)
            {
                entry["consistencyOver"] = new JsonObject { ["kind"] = random.Kind, ["effect"] = more.ToJson() };
            }

            yield return entry;
        }
    }

    /// <summary>The entry of a pair.</summary>
    /// <param name="pair">The pair.</param>
    /// <param name="classes">Names of the classes.</param>
    public static MistakesEntry Create(PairMistakes pair, ImmutableArray<string> classes)
    {
        var result = pair.Result;
        return new(
            pair.Pair.First.Target,
            pair.Pair.First.Label,
            pair.Pair.Second!.Label,
            pair.Diverged,
            result.Examples,
            result.Common,
            result.OnlyFirst,
            result.OnlySecond,
            result.BothCorrect,
            result.SameWrongLabel,
            result.ErrorConsistency,
            result.McNemar,
            result.Ensemble,
            [.. result.Classes.Select(counts => ClassEntry.Create(counts, classes[counts.Label]))]
        )
        {
            Decisions = result.Decisions,
            Difference = result.Difference,
        };
    }
}

/// <summary>One class or label in results.json; the numbers are those of <see cref="ClassMistakes"/>.</summary>
internal sealed record ClassEntry(
    string Label,
    int Examples,
    int Common,
    int OnlyFirst,
    int OnlySecond,
    int BothCorrect,
    int SameWrongLabel
)
{
    /// <summary>Error consistency on a label of multi-label images; left out when undefined.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? ErrorConsistency { get; init; }

    /// <summary>McNemar's test on a label of multi-label images; left out otherwise.</summary>
    [JsonPropertyName("mcnemar")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public McNemar? McNemar { get; init; }

    /// <summary>The entry of a class.</summary>
    public static ClassEntry Create(ClassMistakes counts, string name) =>
        new(
            name,
            counts.Examples,
            counts.Common,
            counts.OnlyFirst,
            counts.OnlySecond,
            counts.BothCorrect,
            counts.SameWrongLabel
        )
        {
            ErrorConsistency = counts.ErrorConsistency,
            McNemar = counts.McNemar,
        };
}
