using System.Collections.Immutable;
using TransferLens.Figures;

namespace TransferLens.Analyses;

/// <summary>The figure of <see cref="LearningCurves"/>: one a target, test accuracy on the left, training accuracy on the right.</summary>
internal static class LearningCurvesFigure
{
    /// <summary>One figure a target.</summary>
    public static ImmutableArray<Figure> Of(ImmutableArray<CurveGroup> groups) =>
    [
        .. groups.GroupBy(group => group.Group.Target).Select(target => new LineChart(
            $"learning_curves-{target.Key}",
            $"Learning curves on {target.Key}; one line a seed.",
            "Accuracy in percent over epochs. At the last epoch: " + string.Join("; ", target.Select(End)) + ".",
            [Panel("Test pictures", target, epoch => epoch.TestAccuracy), Panel("Training pictures", target, epoch => epoch.TrainAccuracy)])),
    ];

    private static LinePanel Panel(string heading, IEnumerable<CurveGroup> groups, Func<Training.TrainingEpoch, double?> value) => new(
        heading, "epoch", "accuracy (%)",
        [
            .. groups.SelectMany((group, i) => group.Curves.Select(curve => new Line(
                curve.Diverged ? $"{group.Group.Label} (diverged)" : group.Group.Label, i,
                [.. curve.Epochs.Where(epoch => value(epoch) is not null).Select(epoch => (double)epoch.Epoch)],
                [.. curve.Epochs.Select(value).OfType<double>().Select(accuracy => 100 * accuracy)], [], []))),
        ]);

    private static string End(CurveGroup group) =>
        group.Final is { } final ? $"{group.Group.Label} {100 * final.Mean:0.0} %" : $"{group.Group.Label} diverged";
}
