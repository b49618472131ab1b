using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Interpolation;
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
    /// <summary>The barriers before and after permuting channels; null when that was not measured.</summary>
    public KindAlignment? Alignment { get; init; }

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
    public JsonNode ToJson()
    {
        var entry = new JsonObject
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
        if (Alignment is { } alignment)
        {
            entry["aligned"] = alignment.ToJson();
        }

        return entry;
    }

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
        var score = MeanScore(pairs, pair => (pair.Samples, pair.Barrier));
        var losses = pairs
            .Where(one => one.Barrier.InLoss is not null && !one.Samples.Losses.IsEmpty)
            .Select(one => new LineShortfalls(one.First, one.Second, one.Samples.Excesses(), one.Barrier.InLoss!))
            .ToList();
        var lambdas = pairs[0].Samples.Between;
        var loss = losses.Count == pairs.Length ? MeanBarrier.Create(lambdas, losses, IsWithinRun(pairs[0])) : null;
        return score is null ? null : new(pairs, score, loss) { Alignment = KindAlignment.Create(pairs) };
    }

    /// <summary>The barrier in the score over pairs of one kind; null without a lambda between 0 and 1.</summary>
    /// <param name="pairs">The pairs.</param>
    /// <param name="line">Which of a pair's lines.</param>
    internal static MeanBarrier? MeanScore(
        ImmutableArray<PairBarrier> pairs,
        Func<PairBarrier, (LineSamples Samples, BarrierHeight Barrier)> line
    )
    {
        var mean = MeanBarrier.Create(
            line(pairs[0]).Samples.Between,
            [
                .. pairs.Select(pair => new LineShortfalls(
                    pair.First,
                    pair.Second,
                    line(pair).Samples.Shortfalls(),
                    line(pair).Barrier.InScore
                )),
            ],
            IsWithinRun(pairs[0])
        );
        return mean?.AtMost(pairs.Average(BetterEnd));
    }

    private static bool IsWithinRun(PairBarrier pair) =>
        RunPair.Name(pair.Pair.First) == RunPair.Name(pair.Pair.Second!);
}
