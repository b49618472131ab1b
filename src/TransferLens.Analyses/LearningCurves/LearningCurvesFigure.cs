using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Figures;
using TransferLens.Vision.Training;
using Words = TransferLens.Analyses.LearningCurves.CurveWords.Caption;

namespace TransferLens.Analyses.LearningCurves;

/// <summary>The figures: one per target, test score on the left, training score on the right.</summary>
internal static class LearningCurvesFigure
{
    /// <summary>One figure per target.</summary>
    public static ImmutableArray<Figure> Draw(ImmutableArray<CurveGroup> groups) =>
        [.. groups.GroupBy(group => group.Group.Target).Select(target => Chart(target.Key, [.. target]))];

    /// <summary>The final scores of the two starts that are compared, with their intervals.</summary>
    public static Highlight Highlight(PretrainingGain gain)
    {
        var (target, metric) = (gain.Pretrained.Group.Target, gain.Pretrained.Group.Metric);
        CurveGroup[] sides = [gain.Pretrained, gain.Random];
        var drawn = sides.Select(side => side.FinalMean!.DrawnScore()).ToList();
        return new(
            target,
            new BarChart(
                $"highlight-learning_curves-{target}",
                Words.Ends,
                Words.EndsInWords(metric, sides.Select(End)),
                [
                    new(
                        "",
                        metric.Axis("test "),
                        [.. sides.Select(side => side.Group.Label)],
                        [
                            new(
                                "",
                                [.. drawn.Select(end => metric.Scale * end.Value)],
                                [.. drawn.Select(end => metric.Scale * end.Low)],
                                [.. drawn.Select(end => metric.Scale * end.High)]
                            ),
                        ]
                    ),
                ]
            )
        );
    }

    private static LineChart Chart(string target, List<CurveGroup> groups) =>
        new(
            $"learning_curves-{target}",
            Words.Curves(target),
            Words.CurvesInWords(groups[0].Group.CurveMetric, groups.Select(End)),
            [
                Panel("Test images", groups, epoch => epoch.TestScore),
                Panel("Training images", groups, epoch => epoch.TrainScore),
            ]
        );

    private static LinePanel Panel(string heading, List<CurveGroup> groups, Func<TrainingEpoch, double?> value) =>
        new(
            heading,
            "epoch",
            groups[0].Group.CurveMetric.Axis(),
            [.. groups.SelectMany((group, i) => group.Curves.Select(curve => Line(group, curve, i, value)))]
        );

    private static Line Line(CurveGroup group, Curve curve, int at, Func<TrainingEpoch, double?> value)
    {
        var scale = group.Group.CurveMetric.Scale;
        var measured = curve.Epochs.Where(epoch => value(epoch) is not null).ToList();
        return new(
            Words.Line(group.Group.Label, curve.Diverged),
            at,
            [.. measured.Select(epoch => (double)epoch.Epoch)],
            [.. measured.Select(epoch => scale * value(epoch)!.Value)],
            [],
            []
        );
    }

    private static string End(CurveGroup group) =>
        Words.End(group.Group.Label, group.Group.Metric, group.Group.CurveMetric, group.Final?.Mean);
}
