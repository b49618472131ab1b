using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Statistics;

namespace TransferLens.Analyses.ParameterDistance;

/// <summary>Distances and movements of runs from P and of runs from random weights on one target.</summary>
/// <param name="Target">The target.</param>
/// <param name="Pretrained">The runs from P.</param>
/// <param name="Random">The runs from random weights.</param>
/// <param name="Unequal">
/// In which training settings the two differ, so that they are not compared; null where all are equal.
/// </param>
internal sealed record DistanceComparison(string Target, DistanceSide Pretrained, DistanceSide Random, string? Unequal)
{
    /// <summary>
    /// The distance between runs from P minus that between runs from random weights; null with a single run on a side
    /// or unequal settings. It has no interval unless there are three runs a side.
    /// </summary>
    public Effect? Body =>
        Unequal is null && Pretrained.Body is { } first && Random.Body is { } second ? Difference(first, second) : null;

    /// <summary>
    /// How far runs from P moved, minus how far runs from random weights did; null with unequal settings.
    /// </summary>
    public Effect? Moved => Unequal is null ? Welch.Difference(Pretrained.Moved, Random.Moved) : null;

    /// <summary>One for each target that has runs of both kinds. Pairs with a diverged run are left out.</summary>
    public static ImmutableArray<DistanceComparison> Of(ImmutableArray<PairDistance> pairs) =>
        [
            .. pairs
                .Where(pair => !pair.Diverged)
                .GroupBy(pair => pair.Pair.First.Target)
                .Select(target => Create(target.Key, [.. target]))
                .OfType<DistanceComparison>(),
        ];

    private static DistanceComparison? Create(string target, ImmutableArray<PairDistance> pairs)
    {
        var runs = pairs
            .SelectMany(pair => pair.Pair.Second is { } second ? [pair.Pair.First, second] : new[] { pair.Pair.First })
            .DistinctBy(run => run.Label);
        return
            RunMatch.Find(runs) is { } match
            && DistanceSide.Create(match.Pretrained, pairs) is { } pretrained
            && DistanceSide.Create(match.Random, pairs) is { } random
            ? new(target, pretrained, random, match.Unequal)
            : null;
    }

    /// <summary>Its entry in results.json.</summary>
    public JsonObject ToJson() =>
        new()
        {
            ["target"] = Target,
            ["pretrained"] = Pretrained.ToJson(),
            ["random"] = Random.ToJson(),
            ["unequal"] = Unequal,
            ["difference"] = Unequal is null
                ? new JsonObject { ["body"] = Body?.ToJson(), ["moved"] = Moved?.ToJson() }
                : null,
        };

    // The spread of a single pair is unknown, not 0.
    private static Effect Difference(Effect first, Effect second) =>
        first.HasInterval && second.HasInterval
            ? PairMean.Difference(first, second)
            : new(first.Value - second.Value, 0, 0, 0, 0, 0, Math.Min(first.Runs, second.Runs));
}
