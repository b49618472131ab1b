using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Metrics;

namespace TransferLens.Analyses.PerformanceBarrier;

/// <summary>
/// The barriers of all pairs of one kind within one run: the same target, epochs, learning rates and start. Pairs of
/// unlike kinds have no common mean.
/// </summary>
/// <param name="Pairs">The pairs; at least one, none with a diverged run.</param>
/// <param name="Score">The barrier in the score.</param>
/// <param name="Loss">The barrier in the loss; null when a loss is not finite.</param>
internal sealed record KindBarrier(ImmutableArray<PairBarrier> Pairs, MeanBarrier Score, MeanBarrier? Loss)
{
    /// <summary>One of the pairs.</summary>
    public PairBarrier Example => Pairs[0];

    /// <summary>The kind, for example <c>P-T &amp; P-T</c>.</summary>
    public string Kind => Example.Pair.Kind;

    /// <summary>The metric of the scores.</summary>
    public Metric Metric => Example.Pair.Metric;

    /// <summary>Whether all runs are beyond chance.</summary>
    public bool Learned => Pairs.All(pair => pair.Learned);

    /// <summary>The kinds of a study's pairs.</summary>
    /// <param name="pairs">All pairs.</param>
    public static ImmutableArray<KindBarrier> Find(ImmutableArray<PairBarrier> pairs) =>
        [
            .. pairs
                .Where(pair => !pair.Diverged && pair.Pair.First.Run == pair.Pair.Second!.Run)
                .GroupBy(pair => (pair.Target, pair.Epochs, pair.Pair.Kind))
                .Select(kind => Create([.. kind]))
                .OfType<KindBarrier>(),
        ];

    /// <summary>Its entry in results.json.</summary>
    public JsonNode ToJson() =>
        new JsonObject
        {
            ["target"] = Example.Target,
            ["epochs"] = Example.Epochs,
            ["kind"] = Kind,
            ["pairs"] = Pairs.Length,
            ["lambda"] = Score.Lambda,
            ["barrier"] = Score.ToJson(),
            ["lossBarrier"] = Loss?.ToJson(),
            ["curve"] = new JsonArray([.. Score.Curve.Select(Point)]),
        };

    private static JsonNode Point((double Lambda, Estimate Shortfall) point) =>
        new JsonObject { ["lambda"] = point.Lambda, ["shortfall"] = point.Shortfall.ToJson() };

    // No line falls by more than the score that it starts from.
    private static double BetterEnd(PairBarrier pair)
    {
        var (lambdas, scores) = (pair.Samples.Lambdas, pair.Samples.Scores);
        return Math.Max(scores[lambdas.IndexOf(0)].Value, scores[lambdas.IndexOf(1)].Value);
    }

    private static KindBarrier? Create(ImmutableArray<PairBarrier> pairs)
    {
        var (lambdas, pair) = (pairs[0].Samples.Between, pairs[0].Pair);
        var within = RunPair.Name(pair.First) == RunPair.Name(pair.Second!);
        var score = MeanBarrier.Create(
            lambdas,
            [
                .. pairs.Select(one => new LineShortfalls(
                    one.First,
                    one.Second,
                    one.Samples.Shortfalls(),
                    one.Barrier.InScore
                )),
            ],
            within
        );
        var losses = pairs
            .Where(one => one.Barrier.InLoss is not null && !one.Samples.Losses.IsEmpty)
            .Select(one => new LineShortfalls(one.First, one.Second, one.Samples.Excesses(), one.Barrier.InLoss!))
            .ToList();
        var loss = losses.Count == pairs.Length ? MeanBarrier.Create(lambdas, losses, within) : null;
        return score is null ? null : new(pairs, score.AtMost(pairs.Average(BetterEnd)), loss);
    }
}
