using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Settings;
using Decision = TransferLens.Studies.Findings.Decision;

namespace TransferLens.Analyses.ModuleCriticality;

/// <summary>
/// What <see cref="CriticalityMeasurement"/> supports: which modules matter and which can be rewound.
/// </summary>
internal static class CriticalityFindings
{
    /// <summary>Name of the analysis.</summary>
    internal const string Analysis = "module_criticality";

    // Where stale statistics cost more than this, the loss without recalibration is evidence too.
    private const double NotableStaleness = 0.01;

    /// <summary>
    /// For each target, how P-T and RI-T compare; for each group of runs, its critical and resettable modules.
    /// </summary>
    public static ImmutableArray<Finding> Of(ImmutableArray<CriticalityGroup> groups) =>
        [
            .. groups
                .GroupBy(group => group.Group.Target)
                .SelectMany(target => Finding.On(target.Key, Comparison(CriticalityComparison.Of(target)))),
            .. groups
                .Where(group => group.Losses is not null)
                .SelectMany(group =>
                    Finding.On(
                        group.Group.Target,
                        group.HasLearned
                            ?
                            [
                                MostCritical(group, group.Losses!),
                                Resettable(group, group.Losses!),
                                group.Check is null ? null : FrozenFindings.Of(group.Check, group.Margin),
                            ]
                            : [Unknown(group)]
                    )
                ),
        ];

    // A network that learned nothing needs none of its modules, which tells nothing.
    private static Finding Unknown(CriticalityGroup group)
    {
        var metric = group.Group.Metric;
        var scores = Spread.Of(group.Sound.Select(run => run.Rewinding.Trained.Score))!;
        var text = CriticalityWords.Unknown(CriticalityWords.Which(group.Group), metric);
        return new(
            Analysis,
            text.Headline,
            Confidence.Low,
            [scores.Evidence($"final test {metric.Name}", metric.ScoreKey)],
            text.Action
        );
    }

    private static Finding Create(FindingText text, Decision decision, ImmutableArray<Evidence> evidence) =>
        new(Analysis, text.Headline, decision, evidence, text.Action) { Detail = text.Detail };

    private static Finding? MostCritical(CriticalityGroup group, ModuleLosses losses)
    {
        var top = ModuleLosses.Top(losses.All);
        if (losses.Interval(top[0]).Low <= 0)
        {
            return null;
        }

        var metric = group.Group.Metric;
        var depth = losses.Depth;
        return Create(
            CriticalityWords.MostCritical(
                CriticalityWords.Which(group.Group),
                [.. top.Select(loss => loss.Module)],
                metric,
                losses.Interval(top[0]),
                top.Any(loss => IsRandomHead(group, losses, loss)) ? RandomHead(losses, top.Length) : null,
                EffectWords.LeavesOut(top[0].Effect),
                depth is null ? null : CriticalityWords.Depth(depth)
            ),
            losses.DecideAboveZero(top[0]),
            [
                .. top.SelectMany(loss => LostEvidence(group, losses, loss)),
                .. depth is null ? Array.Empty<Evidence>() : [DepthEvidence(metric.Name, depth)],
                .. NetworkScore(group),
            ]
        );
    }

    private static Evidence DepthEvidence(string metric, RankCorrelation depth) =>
        new(
            $"rank correlation between depth and {metric} lost, over the modules before the head",
            depth.Value,
            null,
            null,
            ""
        );

    private static bool IsRandomHead(CriticalityGroup group, ModuleLosses losses, ModuleLoss loss) =>
        loss == losses.All[^1]
        && losses.BeforeHead.Length < losses.All.Length
        && group.Group.Initialization == Initialization.Pretrained;

    private static string RandomHead(ModuleLosses losses, int listed) =>
        CriticalityWords.RandomHead(
            losses.All[^1].Module,
            listed > 1 || losses.BeforeHead.IsEmpty
                ? []
                : [.. ModuleLosses.Top(losses.BeforeHead).Select(loss => loss.Module)]
        );

    private static Finding? Resettable(CriticalityGroup group, ModuleLosses losses)
    {
        if (losses.BeforeHead.IsEmpty)
        {
            return null;
        }

        // Those that were frozen, so that a target has one answer.
        var names =
            group.Check?.Modules
            ?? ResettableModules.BeforeHead([.. group.Sound.Select(run => run.Rewinding)], group.Margin);
        ImmutableArray<ModuleLoss> candidates = [.. losses.BeforeHead.Where(loss => names.Contains(loss.Module))];
        return candidates.IsEmpty ? NoCandidates(group, losses) : Candidates(group, losses, candidates);
    }

    private static Finding NoCandidates(CriticalityGroup group, ModuleLosses losses)
    {
        var least = losses.BeforeHead.MinBy(loss => loss.Effect.Value)!;
        var decision = ModuleLosses.DecideBeyond(losses.BeforeHead, group.Margin);
        return Create(
            CriticalityWords.NoneResettable(
                CriticalityWords.Which(group.Group),
                least.Module,
                group.Group.Metric,
                losses.Interval(least),
                group.Margin,
                decision.IsDetected,
                isChecked: group.Check is not null
            ),
            decision,
            [.. LostEvidence(group, losses, least)]
        ) with
        {
            Question = group.Group.Initialization == Initialization.Pretrained ? Question.Freezing : null,
        };
    }

    private static Finding Candidates(
        CriticalityGroup group,
        ModuleLosses losses,
        ImmutableArray<ModuleLoss> candidates
    )
    {
        var isPretrained = group.Group.Initialization == Initialization.Pretrained;
        // If freezing was checked by training, that answers the question, and this only explains.
        var isChecked = group.Check is { Modules.IsEmpty: false };
        ImmutableArray<ModuleLoss> shown = [.. candidates.Where(loss => losses.IsShownWithin(loss, group.Margin))];
        var text = CriticalityWords.Resettable(
            CriticalityWords.Which(group.Group),
            [.. candidates.Select(loss => loss.Module)],
            [.. shown.Select(loss => loss.Module)],
            group.Group.Metric,
            group.Margin,
            group.Sound.Length
        );
        var action = isPretrained ? CriticalityWords.TryFreezing : CriticalityWords.TrySmaller;
        return Create(
            text with
            {
                Action = isChecked ? null : action,
            },
            losses.DecideWithin(shown.IsEmpty ? candidates : shown, group.Margin),
            [.. candidates.SelectMany(loss => LostEvidence(group, losses, loss))]
        ) with
        {
            Question = isPretrained && !isChecked ? Question.Freezing : null,
        };
    }

    private static IEnumerable<Evidence> LostEvidence(CriticalityGroup group, ModuleLosses losses, ModuleLoss loss)
    {
        var metric = group.Group.Metric;
        yield return losses.Evidence(loss, $"{metric.Name} lost by rewinding {loss.Module}", metric.DifferenceUnit);
        var raw = group.Rewound(loss.Module).Average(module => module.ScoreLost);
        if (Math.Abs(raw - loss.Effect.Value) > NotableStaleness)
        {
            yield return new(
                CriticalityWords.Raw($"{metric.Name} lost by rewinding {loss.Module}"),
                raw,
                null,
                null,
                metric.DifferenceUnit
            );
        }
    }

    private static Finding? Comparison(CriticalityComparison? comparison)
    {
        if (comparison is null)
        {
            return null;
        }

        var (first, second) = (comparison.Pretrained, comparison.Random);
        var metric = first.Group.Metric;
        return Create(
            CriticalityWords.Comparison(comparison),
            comparison.Difference.Decide(),
            [
                .. Evidence(first, comparison.First),
                .. Evidence(second, comparison.Second),
                comparison.Difference.Evidence(
                    $"{first.Group.Label} minus {second.Group.Label}",
                    metric.DifferenceUnit
                ),
            ]
        );

        IEnumerable<Evidence> Evidence(CriticalityGroup group, Effect mean)
        {
            var name = $"{metric.MeanName} lost per rewound module, {group.Group.Label}";
            yield return mean.Evidence(name, metric.DifferenceUnit);
            var modules = group.Losses!.BeforeHead.Select(loss => loss.Module);
            var raw = modules.Average(module => group.Rewound(module).Average(rewound => rewound.ScoreLost));
            if (Math.Abs(raw - mean.Value) > NotableStaleness)
            {
                yield return new(CriticalityWords.Raw(name), raw, null, null, metric.DifferenceUnit);
            }
        }
    }

    // Never a mean over only those seeds where every mu is defined: they are the less critical ones.
    private static IEnumerable<Evidence> NetworkScore(CriticalityGroup group)
    {
        var paths = group.Sound.Select(run => run.Path).OfType<PathResult>().ToList();
        if (paths.Count == 0)
        {
            yield break;
        }

        var undefined = paths.Count(path => path.Score is null);
        var name = CriticalityWords.NetworkScore(Resolution(paths[0]), undefined, paths.Count);
        yield return undefined == 0
            ? Welch.Mean(paths.Select(path => path.Score!.Value)).Evidence(name, "")
            : new(name, paths.Average(path => path.Modules.Sum(module => module.Score.Mu ?? 0)), null, null, "");
    }

    // mu changes with the square of sigma, so it is known to the square of the grid's step.
    private static double? Resolution(PathResult path)
    {
        var sigmas = path.Modules[0].Map.Select(point => point.Sigma).Where(sigma => sigma > 0).Distinct().Order();
        var steps = sigmas.Zip(sigmas.Skip(1), (low, high) => high / low).ToList();
        return steps.Count == 0 ? null : Math.Pow(steps.Max(), 2);
    }
}
