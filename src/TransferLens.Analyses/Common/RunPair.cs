using System.Collections.Immutable;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.Common;

/// <summary>Two runs on one target, or a run and the pretrained model P.</summary>
/// <param name="First">The first run.</param>
/// <param name="Second">The second run; null for P.</param>
internal sealed record RunPair(PlannedRun First, PlannedRun? Second)
{
    /// <summary>The metric of their scores.</summary>
    public Metric Metric => First.Metric;

    /// <summary>The default metric of the target's images, in which mistakes are counted.</summary>
    public Metric DefaultMetric => First.CurveMetric;

    /// <summary>
    /// The kind of pair, for example <c>P-T &amp; P-T</c> or <c>RI-T &amp; P</c>; two runs from the same random weights
    /// are <c>RI-T &amp; RI-T, same start</c>. A run with several learning rates is named with its rate: pairs of runs
    /// that were trained differently have no common mean.
    /// </summary>
    public string Kind
    {
        get
        {
            var kind = $"{Name(First)} & {(Second is { } second ? Name(second) : "P")}";
            return First.Initialization == Initialization.Random && SameStart ? $"{kind}, same start" : kind;
        }
    }

    /// <summary>Both labels, for example <c>P-T s1 &amp; P-T s2</c>.</summary>
    public string Label => $"{First.Label} & {Second?.Label ?? "P"}";

    /// <summary>Whether both start from P.</summary>
    public bool BothPretrained =>
        First.Initialization == Initialization.Pretrained && Second?.Initialization == Initialization.Pretrained;

    /// <summary>Whether both start from random weights, which differ.</summary>
    public bool BothRandom =>
        First.Initialization == Initialization.Random && Second?.Initialization == Initialization.Random && !SameStart;

    /// <summary>
    /// Whether exactly one of two runs starts from P, and the other from random weights; false for a run and P.
    /// </summary>
    public bool IsMixed => Second is { } second && First.Initialization != second.Initialization;

    /// <summary>
    /// Whether both runs were optimized with equal settings (<see cref="SameRecipe"/>), so that the distances that they
    /// moved can be compared; false for a run and P.
    /// </summary>
    public bool EqualSettings => Second is { } second && SameRecipe(First, second);

    /// <summary>
    /// Whether two runs have the same learning rate, schedule, optimizer with weight decay, epochs, batch size and all
    /// other settings of training, but for which checkpoints are kept. Seeds, initial weights and images may differ.
    /// </summary>
    public static bool SameRecipe(PlannedRun one, PlannedRun other) =>
        RunRecipe.Of(one).Text == RunRecipe.Of(other).Text;

    /// <summary>
    /// Whether both start from the same weights, head included, and differ only in the order of images or in settings.
    /// </summary>
    public bool SameStart =>
        Second is { } second
        && First.Initialization == second.Initialization
        && Settings(First) is var one
        && Settings(second) is var other
        && (one.Network, one.Classes, one.InitSeed ?? one.Seed, one.Checkpoint)
            == (other.Network, other.Classes, other.InitSeed ?? other.Seed, other.Checkpoint);

    /// <summary>What the two start from, in words.</summary>
    public string Start =>
        (First.Initialization, Second?.Initialization) switch
        {
            (_, null) => "P is one of the two",
            (Initialization.Pretrained, Initialization.Pretrained) => SameStart
                ? "P, with the same new head"
                : "P, each with its own new head",
            (Initialization.Random, Initialization.Random) => SameStart
                ? "the same random weights"
                : "different random weights",
            _ => "P and random weights",
        };

    /// <summary>Whether one of the two runs diverged; its last finite weights are used.</summary>
    public bool Diverged(ITaskResults results) =>
        Diverged(First, results) || (Second is { } second && Diverged(second, results));

    /// <summary>Whether a run diverged.</summary>
    public static bool Diverged(PlannedRun run, ITaskResults results) =>
        (string?)results.Read(run.Train)["status"] == "diverged";

    /// <summary>A run without its seed; it includes the learning rate if the run has several.</summary>
    internal static string Name(PlannedRun run) =>
        run.Label.EndsWith($" s{run.Seed}", StringComparison.Ordinal)
            ? run.Label[..^$" s{run.Seed}".Length]
            : $"{run.Run} lr {run.LearningRate}";

    /// <summary>All pairs of runs on the same target, each pair once.</summary>
    public static ImmutableArray<RunPair> Of(PlannedStudy study)
    {
        // Grouped by target first, since a study may have thousands of runs.
        var (targets, passed) = (
            study.Runs.ToLookup(run => run.Target, StringComparer.Ordinal),
            new Dictionary<string, int>(StringComparer.Ordinal)
        );
        return
        [
            .. study.Runs.SelectMany(first =>
            {
                var index = passed[first.Target] = passed.GetValueOrDefault(first.Target) + 1;
                return targets[first.Target].Skip(index).Select(second => new RunPair(first, second));
            }),
        ];
    }

    /// <summary>Every run with P; empty without pretraining.</summary>
    public static ImmutableArray<RunPair> WithPretrained(PlannedStudy study) =>
        study.Pretraining is null ? [] : [.. study.Runs.Select(run => new RunPair(run, null))];

    private static TrainTaskSettings Settings(PlannedRun run) => RunRecipe.Of(run).Settings;
}
