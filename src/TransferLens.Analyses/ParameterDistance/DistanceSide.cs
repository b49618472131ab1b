using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Plans;

namespace TransferLens.Analyses.ParameterDistance;

/// <summary>
/// Runs that differ only in their seeds: how far apart they are and began, and how far they moved. Without heads.
/// </summary>
/// <param name="Run">The run's name, for example <c>P-T</c>.</param>
/// <param name="LearningRate">Its learning rate.</param>
/// <param name="Body">Mean distance over the pairs of these runs; null for a single run.</param>
/// <param name="Began">Mean distance of their initial weights; null for a single run.</param>
/// <param name="Cosine">Mean cosine of their displacements; null for a single run, and if one did not move.</param>
/// <param name="Moved">How far each moved, by run; at least one.</param>
internal sealed record DistanceSide(
    string Run,
    double LearningRate,
    Effect? Body,
    Effect? Began,
    Effect? Cosine,
    ImmutableArray<double> Moved
)
{
    /// <summary>Mean distance moved.</summary>
    public Effect MeanMoved => Welch.Mean(Moved);

    /// <summary>The side of some runs; null where no pair tells how far they moved.</summary>
    /// <param name="runs">Runs that differ only in their seeds.</param>
    /// <param name="pairs">All pairs on their target without diverged runs.</param>
    public static DistanceSide? Create(ImmutableArray<PlannedRun> runs, IReadOnlyCollection<PairDistance> pairs)
    {
        var names = runs.Select(run => run.Label).ToHashSet(StringComparer.Ordinal);
        var moved = Moves(pairs).Where(move => names.Contains(move.Run)).DistinctBy(move => move.Run).ToList();
        var among = pairs
            .Where(pair => names.Contains(pair.Pair.First.Label) && names.Contains(pair.Pair.Second?.Label ?? ""))
            .ToList();
        return moved.Count == 0
            ? null
            : new(
                runs[0].Run,
                runs[0].LearningRate,
                Mean(among, pair => pair.Body),
                Mean(among, pair => pair.Began),
                Mean(among, pair => pair.Cosine),
                [.. moved.Select(move => move.Moved)]
            );
    }

    /// <summary>Its form in results.json.</summary>
    public JsonObject ToJson() =>
        new()
        {
            ["run"] = Run,
            ["learningRate"] = LearningRate,
            ["body"] = Body?.ToJson(),
            ["began"] = Began?.ToJson(),
            ["cosine"] = Cosine?.ToJson(),
            ["moved"] = MeanMoved.ToJson(),
        };

    private static IEnumerable<(string Run, double Moved)> Moves(IEnumerable<PairDistance> pairs) =>
        pairs.SelectMany(pair =>
            new (string?, double)[]
            {
                (pair.Pair.First.Label, pair.Displacement.FirstMoved),
                (pair.Pair.Second?.Label, pair.Displacement.SecondMoved),
            }
                .Where(move => move.Item1 is not null)
                .Select(move => (move.Item1!, move.Item2))
        );

    private static Effect? Mean(List<PairDistance> pairs, Func<DisplacementResult, double?> number)
    {
        var known = pairs
            .Where(pair => number(pair.Displacement) is not null)
            .Select(pair => new SeedPair(
                pair.Pair.First.Label,
                pair.Pair.Second!.Label,
                number(pair.Displacement)!.Value
            ))
            .ToList();
        return known.Count > 0 && known.Count == pairs.Count ? PairMean.Within(known) : null;
    }
}
