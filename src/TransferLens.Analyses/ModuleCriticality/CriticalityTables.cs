using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;

namespace TransferLens.Analyses.ModuleCriticality;

/// <summary>The tables of <see cref="CriticalityMeasurement"/>.</summary>
internal static class CriticalityTables
{
    /// <summary>Rewinding, one row per run and module; and mu in the same form if a path was measured.</summary>
    public static ImmutableArray<Table> Of(ImmutableArray<CriticalityGroup> groups)
    {
        var all = groups.SelectMany(group => group.All).ToList();
        return [Rewinding(all), .. all.Any(run => run.Path is not null) ? new[] { Scores(all) } : []];
    }

    private static string Names(IEnumerable<RunCriticality> all) => Metric.Names(all.Select(run => run.Run.Metric));

    private static Table Rewinding(List<RunCriticality> all) =>
        new Table(
            "module_criticality",
            CriticalityWords.RewindingTitle(Metric.Plurals(all.Select(run => run.Run.Metric))),
            [
                "target",
                "training",
                "diverged",
                "module",
                Names(all),
                $"{Names(all)} lost",
                "lost, low",
                "lost, high",
                "loss",
                $"{Names(all)}, recalibrated",
                "lost, recalibrated",
                "lost, recalibrated, low",
                "lost, recalibrated, high",
                "loss, recalibrated",
                "distance from initial",
            ],
            [
                .. from run in all
                from module in run.Rewinding.Modules
                select (ImmutableArray<object?>)
                    [
                        run.Run.Target,
                        run.Run.Label,
                        run.Diverged,
                        module.Name,
                        module.Score,
                        module.ScoreLost,
                        module.ScoreLostLow,
                        module.ScoreLostHigh,
                        module.Loss,
                        module.Recalibrated?.Score,
                        module.Recalibrated?.ScoreLost,
                        module.Recalibrated?.ScoreLostLow,
                        module.Recalibrated?.ScoreLostHigh,
                        module.Recalibrated?.Loss,
                        module.Distance,
                    ],
            ]
        ).Percent(
            all.Select(run => run.Run.Metric),
            [Names(all), $"{Names(all)}, recalibrated"],
            [$"{Names(all)} lost", "lost, recalibrated"]
        );

    private static Table Scores(IEnumerable<RunCriticality> all) =>
        new(
            "module_criticality-scores",
            CriticalityWords.ScoresTitle,
            ["target", "training", "module", "mu", "low", "high", "at alpha or epoch", "at sigma", "eps", "remark"],
            [
                .. from run in all
                where run.Path is not null
                from module in run.Path!.Modules
                let score = module.Score
                select (ImmutableArray<object?>)
                    [
                        run.Run.Target,
                        run.Run.Label,
                        module.Name,
                        score.Mu,
                        score.Low,
                        score.High,
                        score.Position,
                        score.Sigma,
                        run.Path!.Eps,
                        Remark(score),
                    ],
            ]
        )
        {
            Interval = CriticalityWords.StandardError,
        };

    private static string Remark(CriticalityScore score) =>
        score.Undefined ?? (score.AtLargestSigma ? CriticalityWords.AtLargestSigma : "");
}
