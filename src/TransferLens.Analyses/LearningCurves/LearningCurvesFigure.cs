using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Metrics;
using TransferLens.Vision.Training;

namespace TransferLens.Analyses.LearningCurves;

/// <summary>The figure of <see cref="LearningCurvesAnalysis"/>: one a target, test score on the left, training score on the right.</summary>
internal static class LearningCurvesFigure
{
    /// <summary>One figure a target.</summary>
    public static ImmutableArray<Figure> Of(ImmutableArray<CurveGroup> groups) =>
        [
            .. groups
                .GroupBy(group => group.Group.Target)
                .Select(target => new LineChart(
                    $"learning_curves-{target.Key}",
                    $"Learning curves on {target.Key}; one line a seed.",
                    $"{Capital(target.First().Group.CurveMetric.InFigures)} over epochs. At the last epoch: "
                        + string.Join("; ", target.Select(End))
                        + ".",
                    [
                        Panel("Test images", target, epoch => epoch.TestScore),
                        Panel("Training images", target, epoch => epoch.TrainScore),
                    ]
                )),
        ];

    private static LinePanel Panel(
        string heading,
        IEnumerable<CurveGroup> groups,
        Func<TrainingEpoch, double?> value
    ) =>
        new(
            heading,
            "epoch",
            groups.First().Group.CurveMetric.Axis(),
            [
                .. groups.SelectMany(
                    (group, i) =>
                        group.Curves.Select(curve => new Line(
                            curve.Diverged ? $"{group.Group.Label} (diverged)" : group.Group.Label,
                            i,
                            [
                                .. curve
                                    .Epochs.Where(epoch => value(epoch) is not null)
                                    .Select(epoch => (double)epoch.Epoch),
                            ],
                            [
                                .. curve
                                    .Epochs.Select(value)
                                    .OfType<double>()
                                    .Select(score => group.Group.CurveMetric.Scale * score),
                            ],
                            [],
                            []
                        ))
                ),
            ]
        );

    private static string Capital(string words) => char.ToUpperInvariant(words[0]) + words[1..];

    // Final scores are in the study's metric, curves in the target's default one.
    private static string Named(RunGroup group) => group.Metric == group.CurveMetric ? "" : $"{group.Metric.Name} ";

    private static string End(CurveGroup group) =>
        group.Final is { } final
            ? $"{group.Group.Label} {Named(group.Group)}{group.Group.Metric.Number(final.Mean)}"
            : $"{group.Group.Label} diverged";
}
