using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.FeatureReuse;

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

    /// <summary>The smallest blocks; null when only whole images and shuffled values were measured.</summary>
    public ReuseBlock? Smallest =>
        Blocks.FirstOrDefault(block => block.Block != ReuseMeasure.AllValues && block != WholeImages);

    /// <summary>How the gain splits; null without runs at one pixel or when all of a side diverged.</summary>
    public GainSplit? Split =>
        WholeImages.Scores is { } whole && Pixels?.Scores is { } pixels ? GainSplit.Measure(whole, pixels) : null;

    /// <summary>
    /// The relative drop at the smallest blocks minus that on whole images, in percentage points; null when undefined.
    /// </summary>
    public Effect? DropChange =>
        WholeImages.Scores is { } whole && Smallest?.Scores is { } small ? small.DropAbove(whole) : null;

    /// <summary>
    /// The settings of training in which the two sides differ, for example <c>learning rate</c>; augmentation is off on
    /// both. Accuracies on shuffled images depend on them, since no side was tuned there, so they are compared only
    /// where there is none.
    /// </summary>
    public ImmutableArray<string> Differences { get; } = Differ(Runs);

    /// <summary>The entry in <c>results.json</c>.</summary>
    public JsonObject ToJson() =>
        new()
        {
            ["target"] = Target,
            ["pretrained"] = Side(Pretrained),
            ["random"] = Side(Random),
            ["differentSettings"] = new JsonArray([.. Differences.Select(name => (JsonNode)name)]),
            ["blocks"] = new JsonArray([.. Blocks.Select(block => block.ToJson())]),
            ["split"] = Split is { } split ? ToJson(split) : null,
            ["relativeDropChange"] = DropChange?.ToJson(),
            ["runs"] = new JsonArray([.. Runs.Select(run => run.ToJson())]),
        };

    private static JsonObject ToJson(GainSplit split) =>
        new()
        {
            ["gain"] = split.Gain.ToJson(),
            ["lowLevelStatistics"] = split.LowLevelStatistics.ToJson(),
            ["featureReuse"] = split.FeatureReuse.ToJson(),
            ["lowLevelLead"] = split.LowLevelLead.ToJson(),
            ["lowLevelShare"] = split.LowLevelShare,
        };

    private static JsonNode? Side(PlannedRun run) =>
        JsonSerializer.SerializeToNode(new ReuseSide(run.Run, run.LearningRate), ResultJson.Options);

    private static ImmutableArray<string> Differ(ImmutableArray<ReuseOutcome> runs)
    {
        var (pretrained, random) = (Repeated(Initialization.Pretrained), Repeated(Initialization.Random));
        if (RunPair.SameRecipe(pretrained, random))
        {
            return [];
        }

        var (first, second) = (Settings(pretrained), Settings(random));
        return
        [
            .. first
                .Concat(second)
                .Select(setting => setting.Key)
                .Distinct()
                .Where(key => !JsonNode.DeepEquals(first.GetValueOrDefault(key), second.GetValueOrDefault(key)))
                .Select(key => key.Replace('_', ' ')),
        ];

        // As the experiment trains it: the study's own run may augment.
        PlannedRun Repeated(Initialization initialization)
        {
            var run = runs.First(one => one.Run.Run.Initialization == initialization).Run;
            return run.Run with { Train = run.Train };
        }
    }

    private static Dictionary<string, JsonNode?> Settings(PlannedRun run) =>
        JsonNode
            .Parse(RunRecipe.Of(run).Text)!
            .AsObject()
            .SelectMany(setting => setting.Value is JsonObject nested ? nested.AsEnumerable() : [setting])
            .ToDictionary(setting => setting.Key, setting => setting.Value);
}
