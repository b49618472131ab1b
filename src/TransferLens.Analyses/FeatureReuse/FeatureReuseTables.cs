using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;
using Words = TransferLens.Analyses.FeatureReuse.ReuseWords.Caption;

namespace TransferLens.Analyses.FeatureReuse;

/// <summary>The tables of the experiment.</summary>
internal static class FeatureReuseTables
{
    /// <summary>One table with a row for every block, and one with a row for every run.</summary>
    public static ImmutableArray<Table> Create(ImmutableArray<ReuseResult> targets)
    {
        var scores = Metric.Names(targets.Select(target => target.Metric));
        var trainScores = Metric.Names(targets.Select(target => target.CurveMetric));
        return [Blocks(targets, scores, trainScores), Runs(targets, scores, trainScores)];
    }

    private static Table Blocks(ImmutableArray<ReuseResult> targets, string scores, string trainScores) =>
        new Table(
            "feature_reuse",
            Words.Blocks(Metric.Plurals(targets.Select(target => target.Metric))),
            [
                "target",
                "block",
                "rates",
                "P-T learning rate",
                "RI-T learning rate",
                $"P-T {scores}",
                $"RI-T {scores}",
                "gain",
                "gain, low",
                "gain, high",
                "relative drop",
                "drop, low",
                "drop, high",
                $"P-T mean training {trainScores}",
                $"RI-T mean training {trainScores}",
                "training difference",
                "training difference, low",
                "training difference, high",
                "diverged",
            ],
            [.. from target in targets from block in target.Blocks select Row(target, block)]
        ).Percent(
            targets.Select(target => target.Metric),
            [
                $"P-T {scores}",
                $"RI-T {scores}",
                $"P-T mean training {trainScores}",
                $"RI-T mean training {trainScores}",
            ],
            ["gain", "training difference"]
        );

    private static ImmutableArray<object?> Row(ReuseResult target, ReuseBlock block)
    {
        var (gain, drop) = (block.Scores?.Gain.Drawn(), block.Scores?.RelativeDrop?.Drawn());
        var speed = block.SpeedGain is { HasInterval: true } known ? known.Interval() : null;
        return
        [
            target.Target,
            Words.Block(block.Block, block == target.WholeImages),
            target.IsAtBestRates ? RateWords.Best
            : target.EqualRate is null ? Words.Given
            : RateWords.Equal,
            block.Rates.Pretrained,
            block.Rates.Random,
            block.Pretrained.Score?.Mean,
            block.Random.Score?.Mean,
            gain?.Value,
            gain?.Low,
            gain?.High,
            drop?.Value,
            drop?.Low,
            drop?.High,
            block.Pretrained.MeanTrainScore?.Mean,
            block.Random.MeanTrainScore?.Mean,
            block.SpeedGain?.Value,
            speed?.Low,
            speed?.High,
            (long)(block.Pretrained.Diverged + block.Random.Diverged),
        ];
    }

    private static Table Runs(ImmutableArray<ReuseResult> targets, string scores, string trainScores) =>
        new Table(
            "feature_reuse-runs",
            Words.Runs,
            [
                "target",
                "block",
                "run",
                "learning rate",
                "shuffle seed",
                "seed",
                "diverged",
                $"test {scores}",
                "low",
                "high",
                $"mean training {trainScores}",
            ],
            [
                // Those at equal rates are among those of which the best are chosen.
                .. from target in targets
                where target.EqualRate is null
                from run in target.Runs
                select Row(target.Target, run),
            ]
        ).Percent(targets.Select(target => target.Metric), [$"test {scores}", $"mean training {trainScores}"]);

    private static ImmutableArray<object?> Row(string target, ReuseOutcome one) =>
        [
            target,
            one.Run.Block,
            one.Run.Run.Run,
            one.Run.Run.LearningRate,
            (long?)one.Run.ShuffleSeed,
            (long)one.Run.Seed,
            one.Outcome.Diverged,
            one.Outcome.Score,
            one.Outcome.Low,
            one.Outcome.High,
            one.Outcome.MeanTrainScore,
        ];
}
