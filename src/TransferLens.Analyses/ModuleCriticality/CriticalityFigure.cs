using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.ModuleCriticality;

/// <summary>The figures of <see cref="CriticalityMeasurement"/>.</summary>
internal static class CriticalityFigure
{
    /// <summary>
    /// For each target: score per rewound module, mu per module, and the maps of the most critical module.
    /// </summary>
    public static ImmutableArray<Figure> Of(ImmutableArray<CriticalityGroup> groups) =>
        [
            .. groups
                .Where(group => group.Sound.Length > 0)
                .GroupBy(group => group.Group.Target)
                .SelectMany(target => Target(target.Key, [.. target])),
        ];

    /// <summary>For each target, the score with each module of the runs from P rewound.</summary>
    public static IEnumerable<Highlight> Highlights(ImmutableArray<CriticalityGroup> groups) =>
        from target in groups.Where(scored => scored.Sound.Length > 0).GroupBy(scored => scored.Group.Target)
        let shown = target.FirstOrDefault(scored => scored.Group.Initialization == Initialization.Pretrained)
            ?? target.First()
        let chart = Rewinding(target.Key, [shown], shown.Modules)
        select new Highlight(
            target.Key,
            chart with
            {
                Name = $"highlight-{chart.Name}",
                Title = CriticalityWords.Highlight,
                Panels = [chart.Panels[0] with { Series = [chart.Panels[0].Series[0] with { Label = "" }] }],
            }
        );

    private static IEnumerable<Figure> Target(string target, ImmutableArray<CriticalityGroup> groups)
    {
        ImmutableArray<string> modules = [.. groups.SelectMany(group => group.Modules).Distinct()];
        yield return Rewinding(target, groups, modules);
        if (groups.All(group => group.Sound[0].Path is null))
        {
            yield break;
        }

        yield return Scores(target, groups, modules);
        var worst = modules.MinBy(name => groups.Average(group => Mean(group, name)))!;
        foreach (var group in groups.Where(group => group.Paths(worst).Any()))
        {
            yield return Map(target, group, worst);
        }
    }

    private static BarChart Rewinding(
        string target,
        ImmutableArray<CriticalityGroup> groups,
        ImmutableArray<string> modules
    )
    {
        var metric = groups[0].Group.Metric;
        var runs = groups.Select(group =>
            (
                group.Group.Label,
                group.Sound.Average(run => run.Rewinding.JudgedTrained.Score),
                modules.MinBy(name => Mean(group, name))
            )
        );
        return new(
            $"module_criticality-{target}",
            CriticalityWords.RewindingCaption(target, metric, groups.Any(group => group.IsRecalibrated)),
            CriticalityWords.RewindingSummary(metric, [.. runs]),
            [new("", metric.Axis(), ["all trained", .. modules], [.. groups.Select(group => Bars(group, modules))])]
        );
    }

    private static BarSeries Bars(CriticalityGroup group, ImmutableArray<string> modules)
    {
        var trained = ScoreContrast.Mean(group.Sound.Select(run => run.Samples.Trained));
        return Bars(
            group.Group.Label,
            [
                .. modules
                    .Select(name => RewoundScore(group, name))
                    .Prepend(trained)
                    .Select(score => score?.DrawnScore()),
            ],
            group.Group.Metric.Scale
        );
    }

    private static BarChart Scores(
        string target,
        ImmutableArray<CriticalityGroup> groups,
        ImmutableArray<string> modules
    )
    {
        var series = groups.Select(group =>
            Bars(group.Group.Label, [.. modules.Select(name => Score(group, name)?.Drawn())])
        );
        return new(
            $"module_criticality-score-{target}",
            CriticalityWords.ScoresCaption(target, AreAlike(groups)),
            CriticalityWords.ScoresSummary(Undefined(groups, modules)),
            [new("", "log10(1 + mu)", modules, [.. series])]
        );
    }

    private static double Mean(CriticalityGroup group, string module) =>
        group.Rewound(module).Select(m => m.Judged.Score).DefaultIfEmpty(1).Average();

    private static Effect? RewoundScore(CriticalityGroup group, string module)
    {
        var index = group.Modules.IndexOf(module);
        return index < 0 ? null : ScoreContrast.Mean(group.Sound.Select(run => run.Samples.Rewound[index]));
    }

    private static Effect? Score(CriticalityGroup group, string module)
    {
        var scores = group.Paths(module).Select(path => path.Score.Mu).ToList();
        return scores.Count > 0 && scores.TrueForAll(mu => mu is not null)
            ? Welch.Mean(scores.Select(mu => Math.Log10(1 + mu!.Value)))
            : null;
    }

    // mu depends on eps and on how far training moved the weights.
    private static bool AreAlike(ImmutableArray<CriticalityGroup> groups) =>
        groups
            .SelectMany(group => group.Sound)
            .Select(run => (Recipe: RunRecipe.Of(run.Run).Text, run.Path?.Eps))
            .Distinct()
            .Count() == 1;

    private static string Undefined(ImmutableArray<CriticalityGroup> groups, ImmutableArray<string> modules) =>
        string.Join(
            "; ",
            from @group in groups
            from module in modules
            where @group.Paths(module).Any(path => path.Score.Mu is null)
            select $"{@group.Group.Label} {module}"
        )
            is { Length: > 0 } names
            ? names
            : CriticalityWords.None;

    private static BarSeries Bars(string label, ImmutableArray<Estimate?> bars, double scale = 1)
    {
        return new(label, Values(bar => bar.Value), Values(bar => bar.Low), Values(bar => bar.High));

        ImmutableArray<double> Values(Func<Estimate, double> of) =>
            [.. bars.Select(bar => bar is null ? double.NaN : scale * of(bar))];
    }

    private static Heatmap Map(string target, CriticalityGroup group, string module)
    {
        var (paths, metric) = (group.Paths(module).ToList(), group.Group.CurveMetric);
        ImmutableArray<double> positions =
        [
            .. paths.SelectMany(path => path.Map).Select(point => point.Position).Distinct().Order(),
        ];
        ImmutableArray<double> sigmas = [.. paths[0].Map.Select(point => point.Sigma).Distinct().OrderDescending()];
        var direct = group.Sound[0].Path!.Kind == CriticalitySettings.Direct;
        return new(
            $"module_criticality-map-{target}-{group.Group.Label}",
            CriticalityWords.MapCaption(target, group.Group.Label, module, group.Group.IsMultiLabel, direct),
            CriticalityWords.MapSummary(metric, group.Sound.Select(run => (run.Run.Seed, run.Path!.Eps))),
            direct ? "alpha" : "epoch",
            "sigma",
            [.. positions.Select(position => $"{position}")],
            [.. sigmas.Select(sigma => $"{sigma}")],
            [
                .. sigmas.Select(sigma =>
                    (ImmutableArray<double>)
                        [
                            .. positions.Select(position =>
                                paths
                                    .SelectMany(path => path.Map)
                                    .Where(point => point.Sigma == sigma && point.Position == position)
                                    .Select(point => metric.Scale * point.Error)
                                    .DefaultIfEmpty(double.NaN)
                                    .Average()
                            ),
                        ]
                ),
            ]
        );
    }
}
