using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.ModelSoup;

/// <summary>The figure and the table of <see cref="SoupMeasurement"/>.</summary>
internal static class SoupFigure
{
    /// <summary>One figure a target: bars for the members' mean, the best of them, the soup and the ensemble.</summary>
    public static ImmutableArray<Figure> Of(ImmutableArray<GroupSoup> soups) =>
        [
            .. soups
                .Where(soup => soup.Result is not null)
                .GroupBy(soup => soup.Group.Target)
                .Select(target => new BarChart(
                    $"model_soup-{target.Key}",
                    $"Trainings on {target.Key} that differ in their seed only: single, averaged in their weights (soup) and averaged in their predictions (ensemble); error bars are 95 % bootstrap intervals over test images.",
                    $"Test {target.First().Group.Metric.InFigures}: "
                        + string.Join(
                            "; ",
                            target.Select(soup =>
                                $"{soup.Group.Label} {string.Join(", ", Bars(soup.Result!).Select(bar => $"{bar.Name} {soup.Group.Metric.Plain(bar.Score.Value)}"))}"
                            )
                        )
                        + ".",
                    [
                        new(
                            "",
                            target.First().Group.Metric.Axis("test "),
                            [.. target.Select(soup => soup.Group.Label)],
                            [
                                .. Bars(target.First().Result!)
                                    .Select(
                                        (bar, i) =>
                                            new BarSeries(
                                                bar.Name,
                                                Values(target, i, one => one.Value),
                                                Values(target, i, one => one.Low),
                                                Values(target, i, one => one.High)
                                            )
                                    ),
                            ]
                        ),
                    ]
                )),
        ];

    private static ImmutableArray<double> Values(IEnumerable<GroupSoup> target, int which, Func<Estimate, double> of) =>
        [.. target.Select(soup => soup.Group.Metric.Scale * of(Bars(soup.Result!)[which].Score))];

    private static (string Name, Estimate Score)[] Bars(SoupResult result) =>
        [
            ("mean of the members", result.Mean),
            ("best member", result.Members[result.Best].Score),
            ("soup", result.Soup.Score),
            ("ensemble", result.Ensemble.Score),
        ];

    /// <summary>One row for each group and model.</summary>
    public static Table Table(ImmutableArray<GroupSoup> soups) =>
        new(
            "model_soup",
            $"Averages of trainings that differ in their seed only; {Metric.Plurals(soups.Select(soup => soup.Group.Metric))} and gains are fractions, losses in nats",
            [
                "target",
                "run",
                "model",
                Metric.Names(soups.Select(soup => soup.Group.Metric)),
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
            [.. soups.Where(soup => soup.Result is not null).SelectMany(soup => Rows(soup, soup.Result!))]
        );

    private static IEnumerable<ImmutableArray<object?>> Rows(GroupSoup soup, SoupResult result)
    {
        foreach (var (member, run) in result.Members.Zip(soup.Members))
        {
            yield return Row(run.Label, member.Score, member.Loss, null, null);
        }

        yield return Row("mean of the members", result.Mean, null, null, null);
        foreach (
            var (name, score) in new[]
            {
                (result.Recalibrated is null ? "soup" : "soup, raw", (SoupScore?)result.Raw),
                ("soup, recalibrated", result.Recalibrated),
                ("ensemble", result.Ensemble),
            }
        )
        {
            if (score is not null)
            {
                yield return Row(name, score.Score, score.Loss, score.GainOverMean, score.GainOverBest);
            }
        }

        ImmutableArray<object?> Row(string model, Estimate measured, double? loss, Estimate? mean, Estimate? best) =>
            [
                soup.Group.Target,
                soup.Group.Label,
                model,
                measured.Value,
                measured.Low,
                measured.High,
                loss is { } nats && double.IsFinite(nats) ? nats : null,
                mean?.Value,
                mean?.Low,
                mean?.High,
                best?.Value,
                best?.Low,
                best?.High,
            ];
    }
}
