using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Transforms;

namespace TransferLens.Analyses.FeatureReuse;

/// <summary>The outcomes of the runs at one block size.</summary>
/// <param name="Block">The block's side, or <see cref="ReuseMeasure.AllValues"/>.</param>
/// <param name="Pretrained">From P.</param>
/// <param name="Random">From random weights.</param>
internal sealed record ReuseBlock(string Block, OutcomeGroup Pretrained, OutcomeGroup Random)
{
    /// <summary>A_PT - A_RIT; null when all runs of one side diverged.</summary>
    public Estimate? Gain =>
        Pretrained.Estimate is { } first && Random.Estimate is { } second ? first.Minus(second) : null;

    /// <summary>100 (A_PT - A_RIT) / A_PT.</summary>
    public Estimate? RelativeDrop =>
        Pretrained.Estimate is { } first && Random.Estimate is { } second
            ? ReuseMeasure.RelativeDrop(first, second)
            : null;

    /// <summary>The entry in <c>results.json</c>.</summary>
    /// <param name="shuffles">The shuffles of its runs, one per seed; none for whole images.</param>
    public JsonObject ToJson(ImmutableArray<BlockShuffle> shuffles) =>
        new()
        {
            ["block"] = Block,
            ["blocksInPlace"] = shuffles.IsEmpty ? null : shuffles.Average(one => one.BlocksInPlace),
            ["neighboursKept"] = shuffles.IsEmpty ? null : shuffles.Average(one => one.NeighboursKept),
            ["pretrained"] = Pretrained.ToJson(),
            ["random"] = Random.ToJson(),
            ["gain"] = JsonSerializer.SerializeToNode(Gain, ResultJson.Options),
            ["relativeDropPercent"] = JsonSerializer.SerializeToNode(RelativeDrop, ResultJson.Options),
        };
}

/// <summary>A run of the experiment with its outcome.</summary>
/// <param name="Run">The run.</param>
/// <param name="Outcome">Its outcome.</param>
internal sealed record ReuseOutcome(ReuseRun Run, TrainingOutcome Outcome)
{
    /// <summary>The entry in <c>results.json</c>.</summary>
    public JsonObject ToJson() =>
        Outcome.WriteInto(
            new()
            {
                ["block"] = Run.Block,
                ["run"] = Run.Run.Run,
                ["shuffleSeed"] = Run.ShuffleSeed,
                ["seed"] = Run.Seed,
            }
        );
}

/// <summary>One side of the experiment in <c>results.json</c>.</summary>
/// <param name="Run">The run that it repeats.</param>
/// <param name="LearningRate">The learning rate.</param>
internal sealed record ReuseSide(string Run, double LearningRate);

/// <summary>The experiment on one target, at one learning rate of each side.</summary>
/// <param name="Pretrained">The run from P that it repeats.</param>
/// <param name="Random">The run from random weights that it repeats.</param>
/// <param name="Blocks">All values first, then from one pixel to whole images.</param>
/// <param name="Runs">Every run with its outcome.</param>
internal sealed record ReuseResult(
    PlannedRun Pretrained,
    PlannedRun Random,
    ImmutableArray<ReuseBlock> Blocks,
    ImmutableArray<ReuseOutcome> Runs
)
{
    /// <summary>The metric that the runs are judged by.</summary>
    public Metric Metric => Pretrained.Metric;

    /// <summary>The metric of their training scores.</summary>
    public Metric CurveMetric => Pretrained.CurveMetric;

    /// <summary>The target's name.</summary>
    public string Target => Pretrained.Target;

    /// <summary>The learning rates, where the experiment is repeated at several.</summary>
    public ReuseRates? Rates => Runs[0].Run.Rates;

    /// <summary>Whole images.</summary>
    public ReuseBlock WholeImages => Blocks[^1];

    /// <summary>Single pixels; null when they were not measured.</summary>
    public ReuseBlock? Pixels => Blocks.FirstOrDefault(block => block.Block == "1" && block != WholeImages);

    /// <summary>How the gain splits; null without runs at one pixel or when all of a side diverged.</summary>
    public GainSplit? Split => WholeImages.Gain is { } gain && Pixels?.Gain is { } left ? new(gain, left) : null;

    /// <summary>The entry in <c>results.json</c>.</summary>
    public JsonObject ToJson() =>
        new()
        {
            ["target"] = Target,
            ["pretrained"] = Side(Pretrained),
            ["random"] = Side(Random),
            ["blocks"] = new JsonArray([.. Blocks.Select(block => block.ToJson(Shuffles(block)))]),
            ["split"] = JsonSerializer.SerializeToNode(Split, ResultJson.Options),
            ["runs"] = new JsonArray([.. Runs.Select(run => run.ToJson())]),
        };

    private ImmutableArray<BlockShuffle> Shuffles(ReuseBlock block) =>
        [
            .. Runs.Where(one => one.Run.Block == block.Block)
                .DistinctBy(one => one.Run.ShuffleSeed)
                .Select(one => one.Run.DrawShuffle())
                .OfType<BlockShuffle>(),
        ];

    private static JsonNode? Side(PlannedRun run) =>
        JsonSerializer.SerializeToNode(new ReuseSide(run.Run, run.LearningRate), ResultJson.Options);
}
