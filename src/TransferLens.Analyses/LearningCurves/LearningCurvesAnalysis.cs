using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.LearningCurves;

/// <summary>
/// Test score, accuracy or mean AUC, per epoch of P-T and RI-T at each learning rate, and what is left of the difference at the end. The
/// final score is that of the last epoch, never of the best one. A diverged training is a result: it is shown and
/// counts in no mean. Source: Neyshabur, Sedghi, Zhang 2020, section 3.
/// </summary>
public sealed class LearningCurvesAnalysis : IAnalysis
{
    /// <inheritdoc/>
    public string Name => "learning_curves";

    /// <inheritdoc/>
    public IReadOnlyList<string> Settings => [];

    /// <inheritdoc/>
    public JsonObject Validate(JsonObject settings) => [];

    /// <inheritdoc/>
    public IReadOnlyList<TaskSpec> Plan(PlannedStudy study, JsonObject settings) => [];

    /// <inheritdoc/>
    public AnalysisSection Conclude(
        PlannedStudy study,
        JsonObject settings,
        IReadOnlyList<TaskSpec> tasks,
        ITaskResults results
    )
    {
        ImmutableArray<CurveGroup> groups = [.. RunGroup.Of(study).Select(group => CurveGroup.Read(group, results))];
        var names = Names(groups);
        return new(
            Name,
            "Learning curves",
            new JsonArray([.. groups.Select(group => group.ToJson())]),
            LearningCurvesFindings.Of(groups),
            LearningCurvesFigure.Of(groups),
            [Table(groups)],
            new(
                $"Test {names} after every epoch, epoch 0 being before any step; training {names} is measured on the fly, while the weights move.",
                "the trainings of the study, nothing else",
                "Neyshabur, Sedghi, Zhang 2020, section 3",
                [
                    $"Final {Metric.Plurals(groups.Select(group => group.Group.Metric))} are those of the last epoch; the best epoch would be chosen on the test images.",
                    "The range over seeds says how trainings differ; the 95 % bootstrap interval of one training says how test sets of this size differ.",
                ]
            )
        );
    }

    private static string Names(ImmutableArray<CurveGroup> groups) =>
        Metric.Names(groups.Select(group => group.Group.CurveMetric));

    private static Table Table(ImmutableArray<CurveGroup> groups) =>
        new(
            "learning_curves",
            "Every epoch of every training",
            [
                "target",
                "run",
                "learning rate",
                "seed",
                "epoch",
                "train loss",
                $"train {Names(groups)}",
                "test loss",
                $"test {Names(groups)}",
            ],
            [
                .. from @group in groups
                from curve in @group.Curves
                from epoch in curve.Epochs
                select (ImmutableArray<object?>)
                    [
                        @group.Group.Target,
                        @group.Group.Run,
                        @group.Group.LearningRate,
                        (long)curve.Run.Seed,
                        (long)epoch.Epoch,
                        epoch.TrainLoss,
                        epoch.TrainScore,
                        epoch.TestLoss,
                        epoch.TestScore,
                    ],
            ]
        );
}
