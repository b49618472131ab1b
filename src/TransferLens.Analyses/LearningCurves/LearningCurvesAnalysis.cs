using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Declarations;
using TransferLens.Studies.Figures;
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
internal sealed class LearningCurvesAnalysis : Analysis<LearningCurvesSettings, ImmutableArray<CurveGroup>>
{
    /// <inheritdoc/>
    public override string Name => "learning_curves";

    /// <inheritdoc/>
    public override string Title => "Learning curves";

    /// <inheritdoc/>
    protected override ImmutableArray<CurveGroup> Conclude(FinishedAnalysis<LearningCurvesSettings> finished) =>
        [.. RunGroup.Of(finished.Study).Select(group => CurveGroup.Read(group, finished.Results))];

    /// <inheritdoc/>
    protected override JsonNode ToJson(ImmutableArray<CurveGroup> result) =>
        new JsonArray([.. result.Select(group => group.ToJson())]);

    /// <inheritdoc/>
    protected override IEnumerable<Finding> Findings(ImmutableArray<CurveGroup> result) =>
        LearningCurvesFindings.Of(result);

    /// <inheritdoc/>
    protected override IEnumerable<Figure> Figures(ImmutableArray<CurveGroup> result) =>
        LearningCurvesFigure.Of(result);

    /// <inheritdoc/>
    protected override IEnumerable<Table> Tables(ImmutableArray<CurveGroup> result) => [Table(result)];

    /// <inheritdoc/>
    protected override Method Describe(
        FinishedAnalysis<LearningCurvesSettings> finished,
        ImmutableArray<CurveGroup> result
    ) =>
        new(
            $"Test {Names(result)} after every epoch, epoch 0 being before any step; training {Names(result)} is measured on the fly, while the weights move.",
            "the trainings of the study, nothing else",
            "Neyshabur, Sedghi, Zhang 2020, section 3",
            [
                $"Final {Metric.Plurals(result.Select(group => group.Group.Metric))} are those of the last epoch; the best epoch would be chosen on the test images.",
                "The range over seeds says how trainings differ; the 95 % bootstrap interval of one training says how test sets of this size differ.",
            ]
        );

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
