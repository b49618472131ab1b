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
    /// <summary>
    /// The score on validation images that are shuffled alike; null where its learning rate is the only one, or a
    /// target has no such images.
    /// </summary>
    public double? Validation { get; init; }

    /// <summary>The entry in <c>results.json</c>.</summary>
    public JsonObject ToJson()
    {
        var entry = new JsonObject { ["block"] = Run.Block, ["run"] = Run.Run.Run };
        if (Run.HasSeveralRates)
        {
            entry["learningRate"] = Run.Run.LearningRate;
        }

        entry["shuffleSeed"] = Run.ShuffleSeed;
        entry["seed"] = Run.Seed;
        Outcome.WriteInto(entry);
        if (Validation is { } validation)
        {
            entry[Outcome.Metric.JsonKeyAfter("validation")] = validation;
        }

        return entry;
    }
}

/// <summary>One side of the experiment in <c>results.json</c>.</summary>
/// <param name="Run">The run that it repeats.</param>
/// <param name="LearningRate">The learning rate.</param>
internal sealed record ReuseSide(string Run, double LearningRate);

/// <summary>
/// The experiment on one target: at one learning rate of each side, or each side at its best rate at each block size.
/// </summary>
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

    /// <summary>
    /// Both sides at one learning rate, of several at which the experiment is repeated; null at the only ones, and at
    /// the best.
    /// </summary>
    public double? EqualRate { get; private init; }

    /// <summary>Whether each side has its best learning rate at each block size, of several.</summary>
    public bool IsAtBestRates { get; private init; }

    /// <summary>Whether a learning rate was chosen on the test images.</summary>
    public bool IsChosenOnTestImages => Blocks.Any(block => block.Choices.Any(choice => choice.ChosenOnTestImages));

    /// <summary>Whether both sides have the same learning rate, given and not chosen.</summary>
    public bool HasEqualRates => !IsAtBestRates && Pretrained.LearningRate == Random.LearningRate;

    /// <summary>Different learning rates of the two sides that nothing makes comparable; null without.</summary>
    public ReuseRates? UnequalRates =>
        IsAtBestRates ? Blocks.Select(block => block.Rates).FirstOrDefault(AreUnequal)
        : HasEqualRates ? null
        : new(Pretrained.LearningRate, Random.LearningRate);

    private bool AreUnequal(ReuseRates rates) =>
        StartRates.AreUnequal(
            (rates.Pretrained, RatesOf(Initialization.Pretrained).Length),
            (rates.Random, RatesOf(Initialization.Random).Length)
        );

    /// <summary>The learning rates of a side, smallest first.</summary>
    public ImmutableArray<double> RatesOf(Initialization initialization) => RatesOf(Runs, initialization);

    /// <summary>
    /// The comparisons on one target: at the given rates where each side has one; else each side at its best rates,
    /// then both at each rate that they share, smallest first.
    /// </summary>
    /// <param name="runs">All runs of the experiment on the target.</param>
    public static ImmutableArray<ReuseResult> Compare(ImmutableArray<ReuseOutcome> runs)
    {
        if (!runs[0].Run.HasSeveralRates)
        {
            return [Create(runs, ReuseBlock.Create)];
        }

        var shared = RatesOf(runs, Initialization.Pretrained).Intersect(RatesOf(runs, Initialization.Random));
        return
        [
            Create(runs, ReuseBlock.AtBestRates) with
            {
                IsAtBestRates = true,
            },
            .. shared.Select(rate =>
                Create([.. runs.Where(one => one.Run.Run.LearningRate == rate)], ReuseBlock.Create) with
                {
                    EqualRate = rate,
                }
            ),
        ];
    }

    private static ReuseResult Create(
        ImmutableArray<ReuseOutcome> runs,
        Func<IGrouping<string, ReuseOutcome>, ReuseBlock> compare
    )
    {
        ImmutableArray<ReuseBlock> blocks = [.. runs.GroupBy(one => one.Run.Block).Select(compare)];
        return new(First(Initialization.Pretrained), First(Initialization.Random), blocks, runs);

        // As it is on whole images.
        PlannedRun First(Initialization initialization) =>
            blocks[^1].Runs.First(one => one.Run.Run.Initialization == initialization).Run.Run;
    }

    private static ImmutableArray<double> RatesOf(ImmutableArray<ReuseOutcome> runs, Initialization initialization) =>
        [
            .. runs.Where(one => one.Run.Run.Initialization == initialization)
                .Select(one => one.Run.Run.LearningRate)
                .Distinct()
                .Order(),
        ];

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
    /// both. Accuracies on shuffled images depend on them, so they are compared only where there is none. Learning
    /// rates that were chosen on images shuffled alike are no difference.
    /// </summary>
    public ImmutableArray<string> Differences =>
        IsAtBestRates ? [.. differences.Where(name => name != LearningRateName)] : differences;

    private const string LearningRateName = "learning rate";

    private readonly ImmutableArray<string> differences = Differ(Runs);

    /// <summary>The entry in <c>results.json</c>.</summary>
    public JsonObject ToJson()
    {
        var json = new JsonObject { ["target"] = Target };
        if (IsAtBestRates || EqualRate is not null)
        {
            json["rates"] = IsAtBestRates ? "best" : "equal";
        }

        foreach (var (key, value) in Numbers())
        {
            json[key] = value;
        }

        return json;
    }

    private Dictionary<string, JsonNode?> Numbers() =>
        new()
        {
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
