using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.ModuleCriticality;

/// <summary>
/// What <see cref="CriticalityMeasurement"/> supports: which modules matter and which can be rewound.
/// </summary>
internal static class CriticalityFindings
{
    /// <summary>
    /// For each target, how P-T and RI-T compare; for each group of runs, its critical and resettable modules.
    /// </summary>
    public static ImmutableArray<Finding> Of(ImmutableArray<CriticalityGroup> groups)
    {
        var sound = groups.Where(group => group.Sound.Length > 0 && group.Modules.Length > 0).ToList();
        var learned = sound.Where(group => group.Sound.All(run => run.Learned)).ToList();
        return
        [
            .. learned
                .GroupBy(group => group.Group.Target)
                .SelectMany(target => Finding.On(target.Key, Comparison(target))),
            .. sound.SelectMany(group =>
                Finding.On(
                    group.Group.Target,
                    learned.Contains(group)
                        ?
                        [
                            MostCritical(group),
                            Resettable(group),
                            group.Check is null ? null : FrozenFindings.Of(group.Check),
                        ]
                        : [Unknown(group)]
                )
            ),
        ];
    }

    // A network that learned nothing needs none of its modules, which tells nothing.
    private static Finding Unknown(CriticalityGroup group)
    {
        var metric = group.Group.Metric;
        var scores = Spread.Of(group.Sound.Select(run => run.Rewinding.Trained.Score))!;
        return Create(
            CriticalityWords.Unknown(CriticalityWords.Which(group.Group), metric),
            Confidence.Low,
            [scores.Evidence($"final test {metric.Name}", metric.ScoreKey)]
        );
    }

    private static Finding Create(FindingText text, Confidence confidence, ImmutableArray<Evidence> evidence) =>
        new("module_criticality", text.Headline, confidence, evidence, text.Action) { Detail = text.Detail };

    private static Finding? MostCritical(CriticalityGroup group)
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
        var order = depth is { } rho
            ? CriticalityWords.Depth(rho, body.Length, RankCorrelation.IsBeyondChance(rho, body.Length))
            : null;
        return Create(
            CriticalityWords.MostCritical(
                CriticalityWords.Which(group.Group),
                worst,
                metric,
                most,
                IsRandomHead(group, worst) ? CriticalityWords.RandomHead : null,
                order
            ),
            RangeConfidence.Of(group.Sound.Length),
            [
                most.Evidence($"{metric.Name} lost by rewinding {worst}", metric.DifferenceUnit),
                .. depth is { } value ? [DepthEvidence(metric.Name, value)] : Array.Empty<Evidence>(),
                .. NetworkScore(group),
            ]
        );
    }

    private static Evidence DepthEvidence(string metric, double correlation) =>
        new(
            $"rank correlation between depth and {metric} lost, over the modules before the head",
            correlation,
            null,
            null,
            ""
        );

    private static bool IsRandomHead(CriticalityGroup group, string module) =>
        module == group.Modules[^1]
        && BeforeHead(group).Length < group.Modules.Length
        && group.Group.Initialization == Initialization.Pretrained;

    private static Finding Resettable(CriticalityGroup group)
    {
        var metric = group.Group.Metric;
        var which = CriticalityWords.Which(group.Group);
        var isPretrained = group.Group.Initialization == Initialization.Pretrained;
        var resettable = ResettableModules.Of([.. group.Sound.Select(run => run.Rewinding)]);
        var confidence = RangeConfidence.Of(group.Sound.Length, seen: false);
        if (resettable.IsEmpty)
        {
            var least = group.Modules.MinBy(name => Lost(group, name).Mean)!;
            var lost = Math.Max(0, Lost(group, least).Mean);
            return Create(
                CriticalityWords.NoneResettable(which, least, metric, lost, isChecked: group.Check is not null),
                confidence,
                [LostEvidence(group, least)]
            ) with
            {
                Question = isPretrained ? Question.Freezing : null,
            };
        }

        var hidden = resettable.Max(name => group.Rewound(name).Max(module => module.ScoreLostHigh));
        var text = CriticalityWords.Resettable(which, resettable, metric, group.Sound.Length, hidden);
        // If freezing was checked by training, that answers the question, and this only explains.
        var isChecked = group.Check is { Modules.IsEmpty: false };
        var action = isPretrained ? CriticalityWords.TryFreezing : CriticalityWords.TrySmaller;
        return Create(
            text with
            {
                Action = isChecked ? null : action,
            },
            confidence,
            [.. resettable.Select(name => LostEvidence(group, name))]
        ) with
        {
            Question = isPretrained && !isChecked ? Question.Freezing : null,
        };
    }

    private static Evidence LostEvidence(CriticalityGroup group, string module)
    {
        var metric = group.Group.Metric;
        return Lost(group, module).Evidence($"{metric.Name} lost by rewinding {module}", metric.DifferenceUnit);
    }

    private static Finding? Comparison(IGrouping<string, CriticalityGroup> target)
    {
        var (pretrained, random) = (Mean(Initialization.Pretrained), Mean(Initialization.Random));
        if (pretrained is null || random is null)
        {
            return null;
        }

        var metric = target.First().Group.Metric;
        var (first, second, undetected) = (pretrained.Mean, random.Mean, pretrained.LargestDifference(random));
        return Create(
            pretrained.IsApartFrom(random)
                ? CriticalityWords.Difference(target.Key, metric, first, second)
                : CriticalityWords.NoDifference(target.Key, metric, first, second, undetected),
            Spread.Between(pretrained, random),
            [Evidence(pretrained, "P-T"), Evidence(random, "RI-T")]
        );

        Evidence Evidence(Spread lost, string which)
        {
            var range =
                lost.Count > 1
                    ? $"; the range covers {lost.Count} seeds and their 95 % bootstrap intervals over test images"
                    : ", 95 % bootstrap interval over test images";
            return new(
                $"{metric.MeanName} lost per rewound module, {which}{range}",
                lost.Mean,
                lost.Low,
                lost.High,
                metric.DifferenceUnit
            );
        }

        Spread? Mean(Initialization initialization) =>
            Spread.Of(
                from runs in target.Where(candidate => candidate.Group.Initialization == initialization)
                let body = BeforeHead(runs)
                where body.Length > 0
                from run in runs.Sound
                let modules = run.Rewinding.Modules.Where(module => body.Contains(module.Name)).ToList()
                // The mean of the intervals is at least as wide as the interval of the mean.
                select new Estimate(
                    modules.Average(module => module.ScoreLost),
                    modules.Average(module => module.ScoreLostLow),
                    modules.Average(module => module.ScoreLostHigh)
                )
            );
    }

    private static IEnumerable<Evidence> NetworkScore(CriticalityGroup group)
    {
        var scores = group.Sound.Select(run => run.Path?.Score).OfType<double>().ToList();
        if (Spread.Of(scores) is { } score)
        {
            var (undefined, seeds) = (group.Sound.Length - scores.Count, group.Sound.Length);
            var missing = undefined == 0 ? "" : $", undefined in {undefined} of {seeds} seeds";
            yield return score.Evidence($"network's score (sum of mu){missing}", "");
        }
    }

    // The head is random before every run, so it tells nothing about P.
    private static ImmutableArray<string> BeforeHead(CriticalityGroup group) =>
        group.Sound[0].Rewinding.HeadLeftOut ? group.Modules : group.Modules[..^1];

    private static Spread Lost(CriticalityGroup group, string module) =>
        Spread.Of(group.Rewound(module).Select(m => m.ScoreLost))!;
}
