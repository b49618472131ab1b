using System.Collections.Immutable;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.Common;

/// <summary>Runs that differ only in their seed.</summary>
/// <param name="Target">The target.</param>
/// <param name="Run">The run's name, for example <c>P-T</c>.</param>
/// <param name="Initialization">What they start from.</param>
/// <param name="LearningRate">Their learning rate.</param>
/// <param name="Label">The run's name, with the learning rate when the run has several learning rates.</param>
/// <param name="Seeds">The runs, one per seed.</param>
internal sealed record RunGroup(
    string Target,
    string Run,
    Initialization Initialization,
    double LearningRate,
    string Label,
    ImmutableArray<PlannedRun> Seeds
)
{
    /// <summary>The metric of their scores.</summary>
    public Metric Metric => Seeds[0].Metric;

    /// <summary>The metric of their learning curves.</summary>
    public Metric CurveMetric => Seeds[0].CurveMetric;

    /// <summary>Whether the target's images are multi-label.</summary>
    public bool IsMultiLabel => Seeds[0].IsMultiLabel;

    /// <summary>The groups of a study, in the order of its runs.</summary>
    public static ImmutableArray<RunGroup> Of(PlannedStudy study) =>
        [
            .. study
                .Runs.GroupBy(run => (run.Target, run.Run, run.LearningRate))
                .Select(seeds =>
                {
                    var several = study
                        .Runs.Where(run => run.Run == seeds.Key.Run)
                        .Select(run => run.LearningRate)
                        .Distinct()
                        .Skip(1)
                        .Any();
                    var label = several ? $"{seeds.Key.Run}, learning rate {seeds.Key.LearningRate}" : seeds.Key.Run;
                    return new RunGroup(
                        seeds.Key.Target,
                        seeds.Key.Run,
                        seeds.First().Initialization,
                        seeds.Key.LearningRate,
                        label,
                        [.. seeds]
                    );
                }),
        ];
}
