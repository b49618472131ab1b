using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Interpolation;
using TransferLens.Studies.Figures;
using Words = TransferLens.Analyses.PerformanceBarrier.BarrierWords.Caption;

namespace TransferLens.Analyses.PerformanceBarrier;

/// <summary>The figures of the lines between models.</summary>
internal static class BarrierFigure
{
    // With more lines than this there is no room for a band around each.
    private const int MostBands = 4;

    /// <summary>
    /// One figure per target and epoch: score along every line, recalibrated next to raw where both exist.
    /// </summary>
    public static ImmutableArray<Figure> Draw(BarrierResults results) =>
        [
            .. results
                .Pairs.GroupBy(pair => (pair.Target, pair.Epochs))
                .Select(target => Chart([.. target], results.Kinds)),
        ];

    /// <summary>
    /// For each target, the lines between two runs from P or two from random weights, as the verdict has them: of one
    /// learning rate, unless every line has two.
    /// </summary>
    public static IEnumerable<Highlight> Highlights(BarrierResults results) =>
        from target in results.Pairs.Where(pair => pair.AtLastEpochs).GroupBy(pair => pair.Target)
        let unmixed = target.Where(pair => !pair.Pair.IsMixed).ToList()
        let alike = unmixed.Where(pair => RunPair.Name(pair.Pair.First) == RunPair.Name(pair.Pair.Second!)).ToList()
        let pairs = alike.Count > 0 ? alike : unmixed
        where pairs.Count > 0
        let panel = pairs[0] is { Recalibrated: null, Aligned: null }
            ? Panel("", pairs, pair => pair.Raw)
            : Panels(pairs).First()
        select new Highlight(
            target.Key,
            new LineChart(
                $"highlight-performance_barrier-{target.Key}",
                Words.Highlight,
                Words.LineInWords(
                    pairs[0].Pair.Metric,
                    results
                        .Kinds.Where(kind =>
                            kind.Example.Target == target.Key
                            && kind.Example.AtLastEpochs
                            && pairs.Exists(pair => pair.Pair.Kind == kind.Kind)
                        )
                        .Select(kind => (kind.Kind, kind.Score.Interval.Value))
                ),
                [
                    panel with
                    {
                        Heading = "",
                        Lines = [.. panel.Lines.Select(line => line with { Low = [], High = [] })],
                    },
                ]
            )
        );

    private static LineChart Chart(List<PairBarrier> pairs, ImmutableArray<KindBarrier> kinds)
    {
        var (first, metric) = (pairs[0], pairs[0].Pair.Metric);
        var name = $"performance_barrier-{first.Target}{(first.AtLastEpochs ? "" : $"-{first.Epochs}")}";
        var means = kinds
            .Where(kind => (kind.Example.Target, kind.Example.Epochs) == (first.Target, first.Epochs))
            .Select(kind => (kind.Kind, kind.Score.Interval.Value));
        return new(
            name,
            Words.Line(
                first.Target,
                first.Epochs,
                metric,
                LinesByKind.Caption(pairs.Count, pairs.Select(Kind).Distinct().Count(), "pair"),
                HasBands(pairs)
            ),
            Words.LineInWords(metric, means),
            first is { Recalibrated: null, Aligned: null }
                ? [Panel("Test images", pairs, pair => pair.Raw)]
                : [.. Panels(pairs)]
        );
    }

    // Recalibrated first, which the verdict rests on, and aligned below what it is compared with.
    private static IEnumerable<LinePanel> Panels(List<PairBarrier> pairs)
    {
        var corrected = pairs[0].Recalibrated is null ? "activations rescaled" : "statistics recalibrated";
        (string Heading, Func<PairBarrier, BarrierCurve?> Curve)[] all =
        [
            (BarrierWords.Capital(corrected), pair => pair.Recalibrated ?? pair.Aligned?.Repaired),
            ("Raw", pair => pair.Raw),
            ($"Aligned, {corrected}", pair => pair.Aligned?.Recalibrated),
            ("Aligned, raw", pair => pair.Aligned?.Raw),
        ];
        return all.Where(panel => pairs.TrueForAll(pair => panel.Curve(pair) is not null))
            .Select(panel => Panel(panel.Heading, pairs, pair => panel.Curve(pair)!));
    }

    private static bool HasBands(List<PairBarrier> pairs) => pairs.Count <= MostBands;

    private static LinePanel Panel(string heading, List<PairBarrier> pairs, Func<PairBarrier, BarrierCurve> curve)
    {
        var kinds = pairs.Select(Kind).Distinct().ToList();
        var (banded, metric) = (HasBands(pairs), pairs[0].Pair.Metric);
        return new(
            heading,
            "lambda",
            metric.Axis(),
            LinesByKind.Of([
                .. pairs.Select(pair => new Line(
                    Kind(pair),
                    kinds.IndexOf(Kind(pair)),
                    [.. curve(pair).Points.Select(point => point.Lambda)],
                    [.. curve(pair).Points.Select(point => metric.Scale * point.Score)],
                    Band(pair, point => point.ScoreLow),
                    Band(pair, point => point.ScoreHigh)
                )),
            ])
        );

        ImmutableArray<double> Band(PairBarrier pair, Func<BarrierPoint, double?> end) =>
            banded ? [.. curve(pair).Points.Select(point => metric.Scale * end(point) ?? double.NaN)] : [];
    }

    private static string Kind(PairBarrier pair) => pair.Pair.Kind;
}
