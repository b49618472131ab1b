using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Findings;
using Decision = TransferLens.Studies.Findings.Decision;

namespace TransferLens.Analyses.FineTuningDepth;

/// <summary>What <see cref="DepthChoice"/> supports: how much of the network should be trained.</summary>
internal static class DepthFindings
{
    /// <summary>The answer for each target, and the rungs that diverged.</summary>
    /// <param name="targets">The ladders.</param>
    public static ImmutableArray<Finding> Of(ImmutableArray<DepthTarget> targets) =>
        [
            .. targets.SelectMany(target => Finding.On(target.Target, Answer(target))),
            .. targets.SelectMany(target => Finding.On(target.Target, Diverged(target))),
        ];

    private static Finding? Answer(DepthTarget target)
    {
        if (target.Answer is not { } answer)
        {
            return null;
        }

        if (answer is { Order.IsEmpty: true, Better.IsEmpty: true })
        {
            var only = DepthWords.OnlyWhole(target.Target, Mean(target.Whole), target.Metric);
            return new("fine_tuning_depth", only.Headline, Confidence.Low, [.. Evidence(target)])
            {
                Detail = Join(only.Detail, Rates(target)),
                Question = Question.Depth,
                Answer = only.Answer,
            };
        }

        var (text, decision) = Say(target, answer);
        var finding = new Finding(
            "fine_tuning_depth",
            text.Headline,
            decision,
            [.. Compared(target, answer).Concat(Evidence(target)).Distinct()],
            text.Action
        )
        {
            Detail = Join(text.Detail, Images(target), Rates(target)),
            Question = Question.Depth,
            Answer = text.Answer,
            ComparesStarts = target.IsScratchBetter,
        };
        return target.IsScratchBetter && target.UnequalRates is { } rates
            ? StartRates.Mark(finding, rates.Whole, rates.Scratch)
            : finding;
    }

    private static string? Images(DepthTarget target) =>
        target.Answer is { Validation: not null, Order.IsEmpty: false }
            ? DepthWords.ChosenOnValidation(target.Whole.Validation[0].Images)
            : null;

    private static (FindingText, Decision) Say(DepthTarget target, DepthAnswer answer)
    {
        var cheapest = target.Rungs[answer.Cheapest];
        var passed = answer.IsConfirmed;
        if (target.IsScratchBetter)
        {
            var scratch = target.Scratch!;
            var above = target.AgainstWhole(scratch)!;
            var text = DepthWords.ScratchIsBetter(
                target.Target,
                (Mean(scratch), Mean(target.Whole)),
                target.Metric,
                above
            );
            return passed
                ? (
                    text with
                    {
                        Detail = Join(
                            text.Detail,
                            DepthWords.AlsoEnough(target.Metric, cheapest.Trained, answer.Margin)
                        ),
                        Action = $"{Train(cheapest)}.",
                    },
                    above.Decide()
                )
                : (text, above.Decide());
        }

        if (passed)
        {
            Effect[] tested = [.. answer.Tested.SelectMany(one => one)];
            return (Enough(target, answer, cheapest), DecideEnough(tested, answer));
        }

        return answer switch
        {
            { Better: [var best, ..] } => (Better(target, best), DecideBetter(answer, best)),
            { IsWholeNeeded: true } => (Needed(target, answer), DecideNeeded(answer)),
            { IsCheaper: true } => (
                NotConfirmed(target, answer, cheapest),
                answer.Tested[^1].DecideNoWorse(answer.Margin)
            ),
            _ => (NoneShown(target, answer), DecideNoneShown(target, answer.Validation ?? answer)),
        };
    }

    private static FindingText Enough(DepthTarget target, DepthAnswer answer, DepthRung cheapest) =>
        DepthWords.Enough(
            target.Target,
            (cheapest.Trained, Mean(cheapest)),
            Mean(target.Whole),
            target.Metric,
            answer,
            cheapest.CostShare
        ) with
        {
            Action = $"{Train(cheapest)}.",
        };

    // Where several sequences share the error rate, p counts as often as there are sequences.
    private static Decision DecideEnough(IReadOnlyCollection<Effect> tested, DepthAnswer answer)
    {
        var decision = tested.DecideNoWorse(answer.Margin);
        return decision with { P = Math.Min(1, answer.Sequences * decision.P) };
    }

    // Validation images chose the rung, and the test images leave open whether it is no worse.
    private static FindingText NotConfirmed(DepthTarget target, DepthAnswer answer, DepthRung chosen) =>
        DepthWords.NotConfirmed(
            target.Target,
            (chosen.Trained, Mean(chosen)),
            Mean(target.Whole),
            target.Metric,
            answer,
            target.AgainstWhole(chosen)!
        );

    private static FindingText Better(DepthTarget target, int best)
    {
        var rung = target.Rungs[best];
        return DepthWords.Better(
            target.Target,
            (rung.Trained, Mean(rung)),
            Mean(target.Whole),
            target.Metric,
            target.AgainstWhole(rung)!,
            rung.CostShare
        ) with
        {
            Action = $"{Train(rung)}.",
        };
    }

    // The best of several rungs is named, so its p is adjusted for their number.
    private static Decision DecideBetter(DepthAnswer answer, int best)
    {
        var effect = answer.AgainstWhole[best]!;
        return new(answer.AdjustedP(best), effect.Runs) { CoversSeeds = effect.CoversSeeds };
    }

    // The difference that the answer rests on, with the sign of the answer.
    private static IEnumerable<Evidence> Compared(DepthTarget target, DepthAnswer answer)
    {
        var needed = answer is { IsConfirmed: false, Better.IsEmpty: true, IsWholeNeeded: true };
        var rung =
            target.IsScratchBetter ? target.Scratch!
            : answer.IsConfirmed ? target.Rungs[answer.Cheapest]
            : answer switch
            {
                { Better: [var best, ..] } => target.Rungs[best],
                { IsWholeNeeded: true } => NextBest(target, answer),
                { IsCheaper: true } => target.Rungs[answer.Cheapest],
                _ => target.Rungs[(answer.Validation ?? answer).Order[0]],
            };
        var (above, against) = (target.AgainstWhole(rung), target.Whole.Trained);
        if (above is not null)
        {
            var isWholeFirst = needed && !target.IsScratchBetter;
            yield return (isWholeFirst ? above.Negated() : above).Evidence(
                isWholeFirst
                    ? DepthWords.Difference(target.Metric, against, rung.Trained)
                    : DepthWords.Difference(target.Metric, rung.Trained, against),
                target.Metric.DifferenceUnit
            );
        }
    }

    // The best of the cheaper rungs.
    private static DepthRung NextBest(DepthTarget target, DepthAnswer answer) =>
        answer.Order.Where(i => answer.AgainstWhole[i] is not null).Select(i => target.Rungs[i]).MaxBy(Mean)!;

    private static FindingText Needed(DepthTarget target, DepthAnswer answer)
    {
        var next = NextBest(target, answer);
        var text = DepthWords.Needed(
            target.Target,
            Mean(target.Whole),
            next.Trained,
            target.Metric,
            next.CostShare,
            target.AgainstWhole(next)!.Negated(),
            answer.Order.All(i => target.Rungs[i].LearningRate == target.Whole.LearningRate)
        );
        return text with
        {
            Action = DepthWords.TrainBest(Train(target.Whole), answer.Cheaper.Count(), target.Metric, answer.Margin),
        };
    }

    // The sentence is that each of them is worse by more than the margin, so the least certain one decides.
    private static Decision DecideNeeded(DepthAnswer answer) =>
        new(answer.BeyondMargin.Max(effect => effect.P), answer.Cheaper.Min(effect => effect.Runs))
        {
            CoversSeeds = answer.Cheaper.All(effect => effect.CoversSeeds),
        };

    private static FindingText NoneShown(DepthTarget target, DepthAnswer given)
    {
        var (answer, onValidation) = (given.Validation ?? given, given.Validation is not null);
        var next = target.Rungs[answer.Order[0]];
        var text = DepthWords.NoneShown(
            target.Target,
            next.Trained,
            target.Metric,
            answer,
            answer.AgainstWhole[answer.Order[0]],
            onValidation
        );
        // Nothing is shown, so the best mean is the best guess.
        return target.HighestMean is { } best && best != target.Whole
            ? text with
            {
                Detail = Join(
                    text.Detail,
                    DepthWords.HighestMean(target.Metric, (best.Trained, Mean(best)), Mean(target.Whole), onValidation)
                ),
                Action = DepthWords.TrainHighest(Train(best)),
            }
            : text with
            {
                Action = DepthWords.TrainWhole(Train(target.Whole), onValidation),
            };
    }

    // Where all runs of the first rung of the walk diverged, nothing was tested.
    private static Decision DecideNoneShown(DepthTarget target, DepthAnswer answer) =>
        answer.Tested[^1] is { IsEmpty: false } tested
            ? DecideEnough(tested, answer)
            : new(1, target.Whole.Scores.Runs.Length);

    private static string? Rates(DepthTarget target)
    {
        if (!target.FirstOfSeveral.IsEmpty)
        {
            return DepthWords.FirstRates(target.FirstOfSeveral.Select(run => (run.Run, run.LearningRate)));
        }

        var chosen = target.Rungs.Where(rung => !rung.Tried.IsEmpty).ToList();
        return chosen.Count > 0
            ? DepthWords.ChosenRates(chosen.Select(rung => (rung.Trained, rung.LearningRate)))
            : null;
    }

    private static double Mean(DepthRung rung) => rung.Outcome.MeanScore!.Value;

    private static string Train(DepthRung rung) => DepthWords.Train(rung.Name, rung.Trained, rung.Training);

    private static IEnumerable<Evidence> Evidence(DepthTarget target)
    {
        var metric = target.Metric;
        foreach (var rung in target.Rungs)
        {
            if (rung.Outcome.MeanScore is { } score)
            {
                yield return score.Evidence($"{rung.Trained}: test {metric.Name}", metric.ScoreKey);
            }

            if (rung.Name == DepthChoice.Whole)
            {
                continue;
            }

            if (target.AgainstWhole(rung) is { } difference)
            {
                yield return difference.Evidence(
                    DepthWords.Difference(metric, rung.Trained, target.Whole.Trained),
                    metric.DifferenceUnit
                );
            }

            var share = 100 * rung.CostShare;
            yield return new($"{rung.Trained}: training cost", share, null, null, "% of the whole network's");
        }
    }

    private static string? Join(params string?[] sentences) =>
        string.Join(" ", sentences.OfType<string>()) is { Length: > 0 } text ? text : null;

    private static IEnumerable<Finding> Diverged(DepthTarget target) =>
        from rung in target.Rungs
        where rung.Outcome.Diverged > 0 && rung.Name is not (DepthChoice.Whole or DepthChoice.Scratch)
        let text = DepthWords.Diverged(
            target.Target,
            rung.Trained,
            rung.Outcome.Diverged,
            rung.Seeds.Length,
            rung.TrainsPart ? "learning_rate of fine_tuning_depth" : $"learning_rate of {target.Run}",
            rung.LearningRate
        )
        select new Finding(
            "fine_tuning_depth",
            text.Headline,
            Confidence.High,
            [new("diverged runs", rung.Outcome.Diverged, null, null, "")],
            text.Action
        )
        {
            Detail = text.Detail,
        };
}
