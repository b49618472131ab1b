using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.Common;

/// <summary>
/// Runs from P and runs from random weights on one target. Each side differs only in its seeds. What depends on how far
/// weights move is compared only if the recipes of the two sides are equal (<see cref="RunPair.SameRecipe"/>).
/// </summary>
/// <param name="Pretrained">The runs from P; at least one.</param>
/// <param name="Random">The runs from random weights; at least one.</param>
internal sealed record RunMatch(ImmutableArray<PlannedRun> Pretrained, ImmutableArray<PlannedRun> Random)
{
    /// <summary>
    /// In which settings the two sides differ, for example <c>learning rate (0.02 and 0.1)</c>; null where they are
    /// equal.
    /// </summary>
    public string? Unequal { get; private init; }

    /// <summary>
    /// Of the groups of runs with equal recipes those with the most runs, at a tie the first of the study. Where no two
    /// recipes are equal, those with the most runs of each side. Null without runs from P or from random weights.
    /// </summary>
    /// <param name="runs">Runs on one target.</param>
    public static RunMatch? Find(IEnumerable<PlannedRun> runs)
    {
        var groups = runs.GroupBy(run => (run.Run, run.LearningRate))
            .Select(group => group.ToImmutableArray())
            .ToLookup(group => group[0].Initialization);
        var all = groups[Initialization.Pretrained]
            .SelectMany(p => groups[Initialization.Random], (p, random) => new RunMatch(p, random))
            .ToList();
        return all.Where(match => RunPair.SameRecipe(match.Pretrained[0], match.Random[0]))
            .MaxBy(match => match.FewestRuns)
            ?? (
                all.MaxBy(match => match.FewestRuns) is { } other
                    ? other with
                    {
                        Unequal = Differences(other.Pretrained[0], other.Random[0]),
                    }
                    : null
            );
    }

    private int FewestRuns => Math.Min(Pretrained.Length, Random.Length);

    private static string Differences(PlannedRun one, PlannedRun other)
    {
        var (first, second) = (JsonNode.Parse(RunRecipe.Of(one).Text)!, JsonNode.Parse(RunRecipe.Of(other).Text)!);
        List<string> parts =
        [
            .. Parts(first["training"]!.AsObject(), second["training"]!.AsObject())
                .Select(key => key.Replace('_', ' ')),
        ];
        if (one.LearningRate != other.LearningRate)
        {
            var rates = FormattableString.Invariant($"{one.LearningRate} and {other.LearningRate}");
            parts.Insert(0, $"learning rate ({rates})");
        }

        return string.Join(", ", parts);
    }

    private static IEnumerable<string> Parts(JsonObject first, JsonObject second) =>
        first
            .Select(setting => setting.Key)
            .Union(second.Select(setting => setting.Key))
            .Where(key => !JsonNode.DeepEquals(first[key], second[key]));
}
