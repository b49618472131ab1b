using System.Collections.Immutable;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.Common;

/// <summary>Two trainings on one target, or a training and the pretrained model P.</summary>
/// <param name="First">The first.</param>
/// <param name="Second">The second; null for P.</param>
internal sealed record RunPair(PlannedRun First, PlannedRun? Second)
{
    /// <summary>By what they are judged.</summary>
    public Metric Metric => First.Metric;

    /// <summary>The default metric of the target's images: what mistakes are counted in.</summary>
    public Metric DefaultMetric => First.CurveMetric;

    /// <summary>The kind of pair: <c>P-T &amp; P-T</c>, <c>P-T &amp; RI-T</c>, <c>RI-T &amp; P</c>; with the learning rate of a run that has several, since
    /// pairs of unlike trainings have no common mean.</summary>
    public string Kind => $"{Name(First)} & {(Second is { } second ? Name(second) : "P")}";

    /// <summary>Which two, for example <c>P-T s1 &amp; P-T s2</c>.</summary>
    public string Label => $"{First.Label} & {Second?.Label ?? "P"}";

    /// <summary>Both start from P.</summary>
    public bool BothPretrained =>
        First.Initialization == Initialization.Pretrained && Second?.Initialization == Initialization.Pretrained;

    /// <summary>Both start from random weights, each from its own.</summary>
    public bool BothRandom =>
        First.Initialization == Initialization.Random && Second?.Initialization == Initialization.Random && !SameStart;

    /// <summary>Both start from the very same weights, head included, and differ in what comes after: the order of the images, or settings.</summary>
    public bool SameStart =>
        Second is { } second
        && First.Initialization == second.Initialization
        && Settings(First) is var one
        && Settings(second) is var other
        && (one.Network, one.Classes, one.InitSeed ?? one.Seed, one.Checkpoint)
            == (other.Network, other.Classes, other.InitSeed ?? other.Seed, other.Checkpoint);

    /// <summary>Where the two start, in words.</summary>
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

    /// <summary>Whether one of the two trainings diverged, so that its last finite weights stand for it.</summary>
    public bool Diverged(ITaskResults results) =>
        Diverged(First, results) || (Second is { } second && Diverged(second, results));

    /// <summary>Whether a training diverged.</summary>
    public static bool Diverged(PlannedRun run, ITaskResults results) =>
        (string?)results.Read(run.Train)["status"] == "diverged";

    // A training's label without its seed.
    private static string Name(PlannedRun run) =>
        run.Label.EndsWith($" s{run.Seed}", StringComparison.Ordinal) ? run.Label[..^$" s{run.Seed}".Length] : run.Run;

    /// <summary>Every pair of trainings on one target, each once.</summary>
    public static ImmutableArray<RunPair> Of(PlannedStudy study)
    {
        // Runs of other targets are not gone through: there may be thousands.
        var (targets, passed) = (
            study.Runs.ToLookup(run => run.Target, StringComparer.Ordinal),
            new Dictionary<string, int>(StringComparer.Ordinal)
        );
        return
        [
            .. study.Runs.SelectMany(first =>
            {
                var place = passed[first.Target] = passed.GetValueOrDefault(first.Target) + 1;
                return targets[first.Target].Skip(place).Select(second => new RunPair(first, second));
            }),
        ];
    }

    /// <summary>Every training with P.</summary>
    public static ImmutableArray<RunPair> WithPretrained(PlannedStudy study) =>
        study.Pretraining is null ? [] : [.. study.Runs.Select(run => new RunPair(run, null))];

    private static TrainTaskSettings Settings(PlannedRun run) =>
        TaskSettings.Read<TrainTaskSettings>(run.Train.Settings);
}
