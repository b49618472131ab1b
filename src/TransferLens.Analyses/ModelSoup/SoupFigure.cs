using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;
using Words = TransferLens.Analyses.ModelSoup.SoupWords.Caption;

namespace TransferLens.Analyses.ModelSoup;

/// <summary>The figure and the table of <see cref="SoupMeasurement"/>.</summary>
internal static class SoupFigure
{
    /// <summary>
    /// One figure per target: bars for the members' mean, the best of them, the soup and the ensemble.
    /// </summary>
    public static ImmutableArray<Figure> Draw(StudySoups soups) =>
        [.. Drawn(soups).GroupBy(soup => soup.Target).Select(target => Chart([.. target]))];

    // The uniform soups of each target, then its greedy one.
    private static IEnumerable<DrawnSoup> Drawn(StudySoups soups) =>
        [
            .. from soup in soups.Groups
            where soup.Soup is not null
            select new DrawnSoup(soup.Target, soup.Group.Label, soup.Metric, soup.Soup!),
            .. from soup in soups.Greedy
            where soup.Soup is not null
            select new DrawnSoup(soup.Target, Words.Greedy, soup.Metric, soup.Soup!),
        ];

    private static BarChart Chart(List<DrawnSoup> soups)
    {
        var (target, metric) = (soups[0].Target, soups[0].Metric);
        var words = soups.Select(soup =>
            (soup.Label, Bars(soup.Result).Select(bar => Words.Bar(bar.Name, soup.Metric, bar.Score)))
        );
        return new(
            $"model_soup-{target}",
            Words.Bars(target),
            Words.BarsInWords(metric, words),
            [
                new(
                    "",
                    metric.Axis("test "),
                    [.. soups.Select(soup => soup.Label)],
                    [.. Bars(soups[0].Result).Select((bar, i) => Series(bar.Name, soups, i))]
                ),
            ]
        );
    }

    private static BarSeries Series(string name, List<DrawnSoup> soups, int bar)
    {
        return new(name, Values(score => score.Value), Values(score => score.Low), Values(score => score.High));

        ImmutableArray<double> Values(Func<Estimate, double> of) =>
            [.. soups.Select(soup => soup.Metric.Scale * of(Bars(soup.Result)[bar].Score))];
    }

    private sealed record DrawnSoup(string Target, string Label, Metric Metric, SoupResult Result);

    private static (string Name, Estimate Score)[] Bars(SoupResult result) =>
        [
            ("mean of the members", result.Mean),
            ("best member", result.Members[result.Best].Score),
            ("soup", result.Soup.Score),
            ("ensemble", result.Ensemble.Score),
        ];

    /// <summary>One row for each group and model.</summary>
    public static Table Table(ImmutableArray<GroupSoup> soups) =>
        new Table(
            "model_soup",
            Words.Table(Metric.Plurals(soups.Select(soup => soup.Metric))),
            [
                "target",
                "run",
                "model",
                Metric.Names(soups.Select(soup => soup.Metric)),
                "low",
                "high",
                "loss",
                "gain over mean",
                "gain low",
                "gain high",
                "gain over best",
                "best low",
                "best high",
            ],
            [.. soups.Where(soup => soup.Soup is not null).SelectMany(soup => Rows(soup, soup.Soup!))]
        ).Percent(
            soups.Select(soup => soup.Metric),
            [Metric.Names(soups.Select(soup => soup.Metric))],
            ["gain over mean", "gain over best"]
        );

    private static IEnumerable<ImmutableArray<object?>> Rows(GroupSoup soup, SoupResult result)
    {
        foreach (var (member, run) in result.Members.Zip(soup.Members))
        {
            yield return Row(run, member.Score, member.Loss);
        }

        yield return Row("mean of the members", result.Mean, null);
        yield return Combined(result.Recalibrated is null ? "soup" : "soup, raw", result.Raw);
        if (result.Recalibrated is { } recalibrated)
        {
            yield return Combined("soup, recalibrated", recalibrated);
        }

        yield return Combined("ensemble", result.Ensemble);

        ImmutableArray<object?> Row(string model, Estimate score, double? loss, SoupScore? gains = null) =>
            [
                soup.Target,
                soup.Group.Label,
                model,
                score.Value,
                score.Low,
                score.High,
                loss is { } nats && double.IsFinite(nats) ? nats : null,
                gains?.GainOverMean.Value,
                gains?.GainOverMean.Low,
                gains?.GainOverMean.High,
                gains?.GainOverBest.Value,
                gains?.GainOverBest.Low,
                gains?.GainOverBest.High,
            ];

        ImmutableArray<object?> Combined(string model, SoupScore score) => Row(model, score.Score, score.Loss, score);
    }
}
