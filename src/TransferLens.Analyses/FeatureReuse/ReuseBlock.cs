using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.FeatureReuse;

/// <summary>The learning rates of the two sides, where the experiment is done at several.</summary>
internal sealed record ReuseRates(double Pretrained, double Random);

/// <summary>One training of the experiment.</summary>
/// <param name="Run">The run that it follows, at one learning rate; names the target too.</param>
/// <param name="Rates">The learning rates of the comparison that it belongs to; null when there is but one.</param>
/// <param name="Block">The block's side, or <see cref="ReuseMeasure.AllValues"/>.</param>
/// <param name="ShuffleSeed">Seed of the permutation; null for whole images.</param>
/// <param name="Seed">The training's seed.</param>
/// <param name="Train">Its task.</param>
/// <param name="Evaluate">Its evaluation's task.</param>
internal sealed record ReuseTraining(
    PlannedRun Run,
    ReuseRates? Rates,
    string Block,
    int? ShuffleSeed,
    int Seed,
    TaskSpec Train,
    TaskSpec Evaluate
);

/// <summary>What the trainings at one block came to.</summary>
/// <param name="Block">The block's side, or <see cref="ReuseMeasure.AllValues"/>.</param>
/// <param name="Pretrained">From P.</param>
/// <param name="Random">From random weights.</param>
internal sealed record ReuseBlock(string Block, OutcomeGroup Pretrained, OutcomeGroup Random)
{
    /// <summary>A_PT - A_RIT; null when all trainings of one side diverged.</summary>
    public Estimate? Gain =>
        Pretrained.Estimate is { } first && Random.Estimate is { } second ? first.Minus(second) : null;

    /// <summary>100 (A_PT - A_RIT) / A_PT.</summary>
    public Estimate? RelativeDrop =>
        Pretrained.Estimate is { } first && Random.Estimate is { } second
            ? ReuseMeasure.RelativeDrop(first, second)
            : null;

    /// <summary>As it stands in results.json.</summary>
    public JsonObject ToJson() =>
        new()
        {
            ["block"] = Block,
            ["pretrained"] = Pretrained.ToJson(),
            ["random"] = Random.ToJson(),
            ["gain"] = Gain?.ToJson(),
            ["relative_drop_percent"] = RelativeDrop?.ToJson(),
        };
}

/// <summary>The experiment on one target, at one learning rate of each side.</summary>
/// <param name="Pretrained">The run from P that it follows.</param>
/// <param name="Random">The run from random weights.</param>
/// <param name="Blocks">All values first, then from one pixel to whole images.</param>
/// <param name="Trainings">Every training with what it came to.</param>
internal sealed record ReuseResult(
    PlannedRun Pretrained,
    PlannedRun Random,
    ImmutableArray<ReuseBlock> Blocks,
    ImmutableArray<(ReuseTraining Training, TrainingOutcome Outcome)> Trainings
)
{
    /// <summary>By what the trainings are judged.</summary>
    public Metric Metric => Pretrained.Metric;

    /// <summary>What their training scores are.</summary>
    public Metric CurveMetric => Pretrained.CurveMetric;

    /// <summary>The target's name.</summary>
    public string Target => Pretrained.Target;

    /// <summary>The target, and the learning rates where there are several: in sentences.</summary>
    public string Place =>
        Trainings[0].Training.Rates switch
        {
            null => Target,
            var (pretrained, random) when pretrained == random => $"{Target} at learning rate {pretrained}",
            var (pretrained, random) => $"{Target} at learning rates {pretrained} and {random}",
        };

    /// <summary>The same in names of figures.</summary>
    public string FileName =>
        Trainings[0].Training.Rates is { } rates
            ? $"{Target}-lr{rates.Pretrained}{(rates.Random == rates.Pretrained ? "" : $"-{rates.Random}")}"
            : Target;

    /// <summary>Whole images.</summary>
    public ReuseBlock Whole => Blocks[^1];

    /// <summary>Single pixels; null when not asked for.</summary>
    public ReuseBlock? Pixels => Blocks.FirstOrDefault(block => block.Block == "1" && block != Whole);

    /// <summary>How the gain splits; null without trainings at one pixel or when all of a side diverged.</summary>
    public GainSplit? Split => Whole.Gain is { } gain && Pixels?.Gain is { } left ? new(gain, left) : null;

    /// <summary>As it stands in results.json.</summary>
    public JsonObject ToJson() =>
        new()
        {
            ["target"] = Target,
            ["pretrained"] = new JsonObject { ["run"] = Pretrained.Run, ["learning_rate"] = Pretrained.LearningRate },
            ["random"] = new JsonObject { ["run"] = Random.Run, ["learning_rate"] = Random.LearningRate },
            ["blocks"] = new JsonArray([.. Blocks.Select(block => block.ToJson())]),
            ["split"] = Split is not { } split
                ? null
                : new JsonObject
                {
                    ["gain"] = split.Gain.ToJson(),
                    ["low_level_statistics"] = split.LowLevel.ToJson(),
                    ["feature_reuse"] = split.Reuse.ToJson(),
                    ["low_level_share"] = split.LowLevelShare,
                },
            ["trainings"] = new JsonArray([
                .. Trainings.Select(one =>
                    one.Outcome.WriteInto(
                        new JsonObject
                        {
                            ["block"] = one.Training.Block,
                            ["run"] = one.Training.Run.Run,
                            ["shuffle_seed"] = one.Training.ShuffleSeed,
                            ["seed"] = one.Training.Seed,
                        }
                    )
                ),
            ]),
        };
}
