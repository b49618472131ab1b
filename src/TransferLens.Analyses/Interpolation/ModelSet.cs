using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.Interpolation;

/// <summary>Two or three training runs on one target whose models span a segment, triangle or plane.</summary>
/// <param name="Target">The target.</param>
/// <param name="Label">What they have in common, for example <c>P-T</c>; their run names where these differ.</param>
/// <param name="Runs">The training runs.</param>
internal sealed record ModelSet(string Target, string Label, ImmutableArray<PlannedRun> Runs)
{
    /// <summary>
    /// The sets that planes go through: for each target the first three seeds of each run; where no run has three, the
    /// first two P-T and the first RI-T.
    /// </summary>
    public static ImmutableArray<ModelSet> Triples(PlannedStudy study) =>
        [
            .. study
                .Runs.GroupBy(run => run.Target)
                .SelectMany(target =>
                {
                    var seeds = Seeds(study, target.Key, 3);
                    return seeds.IsEmpty ? Mixed(target.Key, target) : seeds;
                }),
        ];

    /// <summary>
    /// The sets that basins are tested for: for each target the first three seeds of each run, or its two.
    /// </summary>
    public static ImmutableArray<ModelSet> Spans(PlannedStudy study) =>
        [.. study.Runs.Select(run => run.Target).Distinct().SelectMany(target => Seeds(study, target, 2))];

    private static ImmutableArray<ModelSet> Seeds(PlannedStudy study, string target, int least) =>
        [
            .. RunGroup
                .Of(study)
                .Where(group => group.Target == target && group.Seeds.Length >= least)
                .Select(group => new ModelSet(target, group.Label, [.. group.Seeds.Take(3)])),
        ];

    private static ImmutableArray<ModelSet> Mixed(string target, IEnumerable<PlannedRun> runs)
    {
        ImmutableArray<PlannedRun> three =
        [
            .. runs.Where(run => run.Initialization == Initialization.Pretrained).Take(2),
            .. runs.Where(run => run.Initialization == Initialization.Random).Take(1),
        ];
        return three.Length == 3
            ? [new(target, string.Join(" & ", three.Select(run => run.Run).Distinct()), three)]
            : [];
    }

    /// <summary>The inputs of a task on them.</summary>
    public IEnumerable<(string Role, TaskSpec Task)> Inputs() =>
        [
            .. Runs.Select((run, i) => (Role(i), run.Train)),
            ("images", Runs[0].TestImages),
            ("recalibrate_on", Runs[0].TrainImages),
        ];

    /// <summary>The metric that they are judged by.</summary>
    public Metric Metric => Runs[0].Metric;

    /// <summary>The labels of the runs.</summary>
    public ImmutableArray<string> Labels => [.. Runs.Select(run => run.Label)];

    /// <summary>The labels in one line, for example <c>P-T s1, P-T s2</c>.</summary>
    public string Names => string.Join(", ", Labels);

    /// <summary>The role of a model among the inputs of a task.</summary>
    public static string Role(int i) => $"model {i}";

    /// <summary>Indices of the models among the inputs of a task whose runs did not diverge.</summary>
    /// <param name="context">The task.</param>
    public static ImmutableArray<int> Sound(TaskContext context) =>
        [
            .. Enumerable
                .Range(0, int.MaxValue)
                .TakeWhile(i => context.Inputs.ContainsKey(Role(i)))
                .Where(i => !TrainedArtifact.HasDiverged(context.Inputs[Role(i)])),
        ];
}
