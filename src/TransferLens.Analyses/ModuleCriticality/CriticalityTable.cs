using System.Collections.Immutable;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.ModuleCriticality;

/// <summary>The tables of <see cref="CriticalityMeasurement"/>.</summary>
internal static class CriticalityTable
{
    /// <summary>Rewinding, one row a training and module; and mu likewise, where a path was measured.</summary>
    public static ImmutableArray<Table> Of(ImmutableArray<CriticalityGroup> groups)
    {
        var all = groups.SelectMany(group => group.All).ToList();
        return [Rewinding(all), .. all.Any(training => training.Path is not null) ? new[] { Scores(all) } : []];
    }

    private static string Names(IEnumerable<TrainingCriticality> all) =>
        Metric.Names(all.Select(training => training.Run.Metric));

    private static Table Rewinding(List<TrainingCriticality> all) =>
        new(
            "module_criticality",
            $"Each module rewound alone; {Metric.Plurals(all.Select(training => training.Run.Metric))} are fractions, losses in nats, intervals 95 % bootstrap, paired over test images",
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
                "distance from initial",
            ],
            [
                .. from training in all
                from module in training.Rewinding.Modules
                select (ImmutableArray<object?>)
                    [
                        training.Run.Target,
                        training.Run.Label,
                        training.Diverged,
                        module.Name,
                        module.Score,
                        module.ScoreLost,
                        module.ScoreLostLow,
                        module.ScoreLostHigh,
                        module.Loss,
                        module.Distance,
                    ],
            ]
        );

    private static Table Scores(IEnumerable<TrainingCriticality> all) =>
        new(
            "module_criticality-scores",
            "Criticality mu of each module; low and high: each error moved by its standard error over draws of the noise",
            ["target", "training", "module", "mu", "low", "high", "at alpha or epoch", "at sigma", "eps", "remark"],
            [
                .. from training in all
                where training.Path is not null
                from module in training.Path!.Modules
                let score = module.Score
                select (ImmutableArray<object?>)
                    [
                        training.Run.Target,
                        training.Run.Label,
                        module.Name,
                        score.Mu,
                        score.Low,
                        score.High,
                        score.Position,
                        score.Sigma,
                        training.Path!.Eps,
                        Remark(score),
                    ],
            ]
        );

    private static string Remark(CriticalityScore score) =>
        score.Undefined ?? (score.AtLargestSigma ? "at the largest sigma of the grid; more noise might give less" : "");
}
