using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.ModuleCriticality;

/// <summary>Words for <see cref="CriticalityMeasurement"/>: which modules mattered, which could stay as they were.</summary>
internal static class CriticalityFindings
{
    /// <summary>For each group of trainings, what can be spared and what cannot; for each target, how P-T and RI-T compare.</summary>
    public static ImmutableArray<Finding> Of(ImmutableArray<CriticalityGroup> groups)
    {
        var sound = groups.Where(group => group.Sound.Length > 0 && group.Modules.Length > 0).ToList();
        var learned = sound.Where(group => group.Sound.All(training => training.Learned)).ToList();
        return
        [
            .. learned
                .GroupBy(group => group.Group.Target)
                .SelectMany(target => Finding.On(target.Key, Comparison(target))),
            .. sound.SelectMany(group =>
                Finding.On(
                    group.Group.Target,
                    learned.Contains(group)
                        ? [Critical(group), Spared(group), group.Check is null ? null : FrozenFindings.Of(group.Check)]
                        : [Unlearned(group)]
                )
            ),
        ];
    }

    // What a network can spare that never got anything says nothing.
    private static Finding Unlearned(CriticalityGroup group) =>
        new(
            "module_criticality",
            $"Which modules {Which(group)} needs cannot be said: not every training ended above its initial test {group.Group.Metric.Name} by more than the test images' noise.",
            Confidence.Low,
            [
                Spread
                    .Of(group.Sound.Select(training => training.Rewinding.Trained.Score))!
                    .Evidence($"final test {group.Group.Metric.Name}", group.Group.Metric.ScoreKey),
            ],
            "Train longer, or at another learning rate, before asking which modules matter."
        );

    private static Finding? Critical(CriticalityGroup group)
    {
        var lost = group.Modules.Select(name => (Name: name, Lost: Lost(group, name))).ToList();
        var metric = group.Group.Metric;
        var (worst, most) = lost.MaxBy(module => module.Lost.Mean);
        if (group.Rewound(worst).Any(module => module.ScoreLostLow <= 0))
        {
            return null;
        }

        var body = BeforeHead(group);
        var depth = RankCorrelation.Of(
            [.. body.Select((_, i) => (double)i)],
            [.. body.Select(name => Lost(group, name).Mean)]
        );
        var clause =
            depth is not { } rho ? ""
            : !RankCorrelation.BeyondChance(rho, body.Length)
                ? $"; an order by depth was not seen (rank correlation {rho:0.00} over the {body.Length} modules before the head)"
            : rho > 0
                ? $"; before the head, the deeper a module the more it costs (rank correlation {rho:0.00} over {body.Length} modules)"
            : $"; before the head, the earlier a module the more it costs (rank correlation {rho:0.00} over {body.Length} modules)";
        var head =
            worst == group.Modules[^1]
            && body.Length < group.Modules.Length
            && group.Group.Initialization == Initialization.Pretrained
                ? " (its initial value is random)"
                : "";
        return new(
            "module_criticality",
            $"The most critical module of {Which(group)} is {worst}{head}: rewinding it alone loses {metric.Difference(most.Mean)}{clause}.",
            ConfidenceRule.Of(group.Sound.Length),
            [
                most.Evidence($"{metric.Name} lost by rewinding {worst}", metric.DifferenceUnit),
                .. depth is { } value
                    ? new[]
                    {
                        new Evidence(
                            $"rank correlation of depth and {metric.Name} lost, before the head",
                            value,
                            null,
                            null,
                            ""
                        ),
                    }
                    : [],
                .. Score(group),
            ]
        );
    }

    private static Finding Spared(CriticalityGroup group)
    {
        var metric = group.Group.Metric;
        var spared = SparedModules.Of([.. group.Sound.Select(training => training.Rewinding)]);
        if (spared.IsEmpty)
        {
            var least = group.Modules.MinBy(name => Lost(group, name).Mean)!;
            return new(
                "module_criticality",
                $"No module of {Which(group)} was seen to be one that can be reset without loss: the least needed, {least}, costs {metric.Difference(Math.Max(0, Lost(group, least).Mean))}{(group.Check is null ? "" : ", so none was frozen and trained again")}.",
                ConfidenceRule.Of(group.Sound.Length, seen: false),
                [Lost(group, least).Evidence($"{metric.Name} lost by rewinding {least}", metric.DifferenceUnit)]
            )
            {
                Question = group.Group.Initialization == Initialization.Pretrained ? Question.Freezing : null,
            };
        }

        var upper = spared.Max(name => group.Rewound(name).Max(module => module.ScoreLostHigh));
        var hidden = upper > 0 ? $": at most {metric.Difference(upper)} may be hidden in the noise" : "";
        var seed = group.Sound.Length > 1 ? ", in every seed" : "";
        return new(
            "module_criticality",
            $"Each of {string.Join(", ", spared)} in {Which(group)} can be reset to its initial value, one at a time, without a loss that its test images show{seed}{hidden}.",
            ConfidenceRule.Of(group.Sound.Length, seen: false),
            [
                .. spared.Select(name =>
                    Lost(group, name).Evidence($"{metric.Name} lost by rewinding {name}", metric.DifferenceUnit)
                ),
            ],
            group.Check is { Modules.IsEmpty: false } ? null
                : group.Group.Initialization == Initialization.Pretrained
                    ? "These modules might be frozen at P's values or reset; train once with them frozen (freeze) to check."
                : "Training may not have needed these modules; a smaller network might do, to be checked by training it."
        )
        {
            // Where the check was run it answers, and this explains.
            Question =
                group.Group.Initialization == Initialization.Pretrained && group.Check is not { Modules.IsEmpty: false }
                    ? Question.Freezing
                    : null,
        };
    }

    private static Finding? Comparison(IGrouping<string, CriticalityGroup> target)
    {
        var (pretrained, random) = (Mean(Initialization.Pretrained), Mean(Initialization.Random));
        if (pretrained is null || random is null)
        {
            return null;
        }

        var (apart, metric) = (pretrained.IsApartFrom(random), target.First().Group.Metric);
        var numbers =
            $"rewinding one before the head changes {metric.Name} by {metric.Signed(-pretrained.Mean)} and {metric.Signed(-random.Mean)}{(metric.IsPercent ? " points" : "")} on average";
        var sentence =
            !apart
                ? $"On {target.Key} no difference was seen in how much fine-tuned trainings and trainings from random weights need single modules: {numbers}, within the range of the seeds and what the test images leave uncertain."
            : pretrained.Mean < random.Mean
                ? $"On {target.Key} fine-tuned trainings need the change of single modules less than trainings from random weights do: {numbers}, as the paper finds."
            : $"On {target.Key} fine-tuned trainings need the change of single modules more than trainings from random weights do: {numbers}, unlike what the paper finds.";
        return new(
            "module_criticality",
            sentence,
            Spread.Between(pretrained, random),
            [Evidence(pretrained, "P-T"), Evidence(random, "RI-T")]
        );

        Evidence Evidence(Spread lost, string which) =>
            new(
                $"{metric.MeanName} lost per rewound module, {which}, {(lost.Count > 1 ? $"range of {lost.Count} seeds with their" : "with its")} 95 % bootstrap intervals over test images",
                lost.Mean,
                lost.Low,
                lost.High,
                metric.DifferenceUnit
            );

        Spread? Mean(Initialization initialization) =>
            Spread.Of(
                from trainings in target.Where(candidate => candidate.Group.Initialization == initialization)
                let body = BeforeHead(trainings)
                where body.Length > 0
                from training in trainings.Sound
                let modules = training.Rewinding.Modules.Where(module => body.Contains(module.Name)).ToList()
                // A mean of intervals is at least as wide as that of the mean.
                select new Estimate(
                    modules.Average(module => module.ScoreLost),
                    modules.Average(module => module.ScoreLostLow),
                    modules.Average(module => module.ScoreLostHigh)
                )
            );
    }

    private static IEnumerable<Evidence> Score(CriticalityGroup group) =>
        Spread.Of(group.Sound.Select(training => training.Path?.Score).OfType<double>()) is { } score
            ? [score.Evidence("network's score, the sum of mu", "")]
            : [];

    // The head starts at random in every training, so it says nothing of what P gave.
    private static ImmutableArray<string> BeforeHead(CriticalityGroup group) =>
        group.Sound[0].Rewinding.HeadLeftOut ? group.Modules : group.Modules[..^1];

    private static Spread Lost(CriticalityGroup group, string module) =>
        Spread.Of(group.Rewound(module).Select(m => m.ScoreLost))!;

    private static string Which(CriticalityGroup group) => $"{group.Group.Label} on {group.Group.Target}";
}
