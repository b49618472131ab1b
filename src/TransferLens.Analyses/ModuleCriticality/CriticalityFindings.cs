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

    private static Finding MostCritical(CriticalityGroup group, ModuleLosses losses)
    {
        if (!losses.IsAboveZero(losses.Surest))
        {
            return NoneCritical(group, losses, losses.Surest);
        }

        var ranking = ModuleRanking.Of(losses.Ranked);
        return losses.IsAboveZero(ranking.Top) && (!ranking.Below.IsEmpty || ranking.Others.IsEmpty)
            ? MostCritical(group, losses, ranking)
            : Undecided(group, losses, ranking);
    }

    // No module is, so the one that comes closest decides.
    private static Finding NoneCritical(CriticalityGroup group, ModuleLosses losses, ModuleLoss surest) =>
        Create(
            CriticalityWords.NoneCritical(
                CriticalityWords.Which(group.Group),
                surest.Module,
                group.Group.Metric,
                losses.Interval(surest),
                Head(losses),
                EffectWords.LeavesOut(surest.Effect)
            ),
            losses.DecideAboveZero(surest),
            [.. LostEvidence(group, losses, surest), .. NetworkScore(group)]
        );

    // Some module is critical, but no other is shown to be less so.
    private static Finding Undecided(CriticalityGroup group, ModuleLosses losses, ModuleRanking ranking)
    {
        var (metric, top) = (group.Group.Metric, ranking.Top);
        var named = losses.IsAboveZero(top) ? top : losses.Surest;
        return Create(
            CriticalityWords.Undecided(
                CriticalityWords.Which(group.Group),
                Named(losses, named),
                metric,
                named == top ? null : Named(losses, top),
                [Head(losses), .. Remarks(losses, named)]
            ),
            losses.DecideAboveZero(named),
            [
                .. LostEvidence(group, losses, named),
                .. named == top ? [] : LostEvidence(group, losses, top),
                .. RankingEvidence(group, losses, ranking),
            ]
        );
    }

    private static Finding MostCritical(CriticalityGroup group, ModuleLosses losses, ModuleRanking ranking) =>
        Create(
            CriticalityWords.MostCritical(
                CriticalityWords.Which(group.Group),
                group.Group.Metric,
                losses.Interval(ranking.Top),
                ranking,
                [Head(losses), .. Remarks(losses, ranking.Top)]
            ),
            losses.DecideMostCritical(ranking),
            [.. LostEvidence(group, losses, ranking.Top), .. RankingEvidence(group, losses, ranking)]
        );

    private static string? Head(ModuleLosses losses) =>
        losses.Ranked.Length < losses.All.Length ? CriticalityWords.RandomHead(losses.All[^1].Module) : null;

    private static IEnumerable<string?> Remarks(ModuleLosses losses, ModuleLoss named) =>
        [EffectWords.LeavesOut(named.Effect), losses.Depth is { } depth ? CriticalityWords.Depth(depth) : null];

    private static IEnumerable<Evidence> RankingEvidence(
        CriticalityGroup group,
        ModuleLosses losses,
        ModuleRanking ranking
    ) =>
        [
            .. ranking.Others.Select(other => RankEvidence(ranking.Top, other)),
            .. losses.Depth is { } depth ? [DepthEvidence(group.Group.Metric.Name, depth)] : Array.Empty<Evidence>(),
            .. NetworkScore(group),
        ];

    private static (string Module, Estimate Lost) Named(ModuleLosses losses, ModuleLoss loss) =>
        (loss.Module, losses.Interval(loss));

    private static Evidence RankEvidence(ModuleLoss top, RankedModule other) =>
        new(CriticalityWords.Ranked(top.Module, other.Module, other.Comparisons), other.AdjustedP, null, null, "");

    private static Evidence DepthEvidence(string metric, RankCorrelation depth) =>
        new(
            $"rank correlation between depth and {metric} lost, over the modules before the head",
            depth.Value,
            null,
            null,
            ""
        );

    private static Finding? Resettable(CriticalityGroup group, ModuleLosses losses)
    {
        if (losses.BeforeHead.IsEmpty)
        {
            return null;
        }

        // Those that were frozen, so that a target has one answer.
        var names = group.Check?.Modules
            ?? ResettableModules.BeforeHead([.. group.Sound.Select(run => run.Rewinding)], group.Margin);
        ImmutableArray<ModuleLoss> candidates = [.. losses.BeforeHead.Where(loss => names.Contains(loss.Module))];
        return candidates.IsEmpty ? NoCandidates(group, losses) : Candidates(group, losses, candidates);
    }

    // Nobody freezes random weights, so for runs from scratch only what is shown is said.
    private static Finding? NoCandidates(CriticalityGroup group, ModuleLosses losses)
    {
        var least = losses.BeforeHead.MinBy(loss => loss.Effect.Value)!;
        var decision = ModuleLosses.DecideBeyond(losses.BeforeHead, group.Margin);
        if (!IsPretrained(group) && !decision.IsDetected)
        {
            return null;
        }

        var (which, metric, isChecked) = (
            CriticalityWords.Which(group.Group),
            group.Group.Metric,
            group.Check is not null
        );
        var text = decision.IsDetected
            ? CriticalityWords.NoneResettable(
                which,
                IsPretrained(group),
                Named(losses, least),
                metric,
                group.Margin,
                isChecked
            )
            : CriticalityWords.FreezingOpen(which, Named(losses, least), metric, group.Margin, isChecked);
        var finding = Create(text, decision, [.. LostEvidence(group, losses, least)]);
        return IsPretrained(group) ? finding with { Question = Question.Freezing, Answer = text.Answer } : finding;
    }

    private static Finding? Candidates(
        CriticalityGroup group,
        ModuleLosses losses,
        ImmutableArray<ModuleLoss> candidates
    )
    {
        ImmutableArray<ModuleLoss> shown = [.. candidates.Where(loss => losses.IsShownWithin(loss, group.Margin))];
        var named = shown.IsEmpty ? candidates : shown;
        if (!IsPretrained(group) && shown.IsEmpty)
        {
            return null;
        }

        // If freezing was checked by training, that answers the question, and this only explains.
        var isChecked = group.Check is { Modules.IsEmpty: false };
        var action = IsPretrained(group) ? CriticalityWords.TryFreezing : CriticalityWords.TrySmaller;
        var text = Text(group, losses, candidates, shown) with { Action = isChecked ? null : action };
        var finding = Create(
            text,
            losses.DecideWithin(named, group.Margin),
            // The answer rests on the module whose interval reaches furthest.
            [
                .. candidates
                    .OrderByDescending(named.Contains)
                    .ThenByDescending(loss => losses.Interval(loss).High)
                    .SelectMany(loss => LostEvidence(group, losses, loss)),
            ]
        );
        return IsPretrained(group) && !isChecked
            ? finding with
            {
                Question = Question.Freezing,
                Answer = text.Answer,
            }
            : finding;
    }

    private static FindingText Text(
        CriticalityGroup group,
        ModuleLosses losses,
        ImmutableArray<ModuleLoss> candidates,
        ImmutableArray<ModuleLoss> shown
    )
    {
        var (which, metric) = (CriticalityWords.Which(group.Group), group.Group.Metric);
        ImmutableArray<(string Module, Estimate Lost)> others =
        [
            .. candidates.Except(shown).Select(loss => Named(losses, loss)),
        ];
        return shown.IsEmpty
            ? CriticalityWords.Unshown(which, others, metric, group.Margin, group.Sound.Length)
            : CriticalityWords.Resettable(
                which,
                [.. shown.Select(loss => loss.Module)],
                others,
                metric,
                group.Margin,
                group.Sound.Length
            );
    }

    private static bool IsPretrained(CriticalityGroup group) => group.Group.Initialization == Initialization.Pretrained;

    private static IEnumerable<Evidence> LostEvidence(CriticalityGroup group, ModuleLosses losses, ModuleLoss loss)
    {
        var metric = group.Group.Metric;
        var name = $"{metric.Name} lost by rewinding {loss.Module}, {group.Group.Label}";
        yield return losses.Evidence(loss, name, metric.DifferenceUnit);
        var raw = group.Rewound(loss.Module).Average(module => module.ScoreLost);
        if (Math.Abs(raw - loss.Effect.Value) > NotableStaleness)
        {
            yield return new(
                CriticalityWords.Raw(name),
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
        var finding = Create(
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
        ) with
        {
            ComparesStarts = true,
        };
        return StartRates.Mark(finding, first.Group.Seeds[0], second.Group.Seeds[0]);

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
            ? AtLeastZero(Welch.Mean(paths.Select(path => path.Score!.Value)).Evidence(name, ""))
            : new(name, paths.Average(path => path.Modules.Sum(module => module.Score.Mu ?? 0)), null, null, "");
    }

    // mu is a quotient of squares.
    private static Evidence AtLeastZero(Evidence evidence) =>
        evidence.Low is < 0 ? evidence with { Low = 0 } : evidence;

    // mu changes with the square of sigma, so it is known to the square of the grid's step.
    private static double? Resolution(PathResult path)
    {
        var sigmas = path.Modules[0].Map.Select(point => point.Sigma).Where(sigma => sigma > 0).Distinct().Order();
        var steps = sigmas.Zip(sigmas.Skip(1), (low, high) => high / low).ToList();
        return steps.Count == 0 ? null : Math.Pow(steps.Max(), 2);
    }
}
