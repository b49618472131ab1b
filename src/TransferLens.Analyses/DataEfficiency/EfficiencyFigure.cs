using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Figures;

namespace TransferLens.Analyses.DataEfficiency;

/// <summary>The figure of one target: the score over the number of training images.</summary>
internal static class EfficiencyFigure
{
    /// <summary>Draws the curves of all ways to train.</summary>
    public static Figure Draw(EfficiencyTarget target) =>
        new LineChart(
            $"data_efficiency-{target.Target}",
            EfficiencyWords.Caption(target),
            EfficiencyWords.InWords(target),
            [
                new("", "training images", target.Metric.Axis("test "), [.. Lines(target)])
                {
                    Positions = [.. target.Points.Select(point => $"{point.Images:N0}")],
                },
            ]
        );

    private static IEnumerable<Line> Lines(EfficiencyTarget target)
    {
        var count = EfficiencyWords.Sides(target.Points[0]).Count();
        for (var i = 0; i < count; i++)
        {
            yield return Curve(target, i);
        }
    }

    private static Line Curve(EfficiencyTarget target, int way)
    {
        var sides = target.Points.Select(point => EfficiencyWords.Sides(point).ElementAt(way)).ToList();
        var drawn = sides.ConvertAll(side => side.Mean?.DrawnScore());
        return new(
            sides[^1].Label,
            way,
            [.. Enumerable.Range(0, sides.Count).Select(i => (double)i)],
            Values(one => one.Value),
            Values(one => one.Low),
            Values(one => one.High)
        );

        ImmutableArray<double> Values(Func<Statistics.Estimate, double> of) =>
            [.. drawn.Select(one => one is null ? double.NaN : target.Metric.Scale * of(one))];
    }
}
