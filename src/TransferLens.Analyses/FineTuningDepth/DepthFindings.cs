using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Plans;

namespace TransferLens.Analyses.FineTuningDepth;

/// <summary>What <see cref="DepthChoice"/> supports: how much of the network should be trained.</summary>
internal static class DepthFindings
{
    /// <summary>The answer for each target, and the rungs that diverged.</summary>
    /// <param name="targets">The ladders.</param>
    /// <param name="first">Runs with several learning rates, of which the first was used.</param>
    public static ImmutableArray<Finding> Of(ImmutableArray<DepthTarget> targets, ImmutableArray<PlannedRun> first) =>
        [
            .. targets.SelectMany(target => Finding.On(target.Target, Answer(target, first))),
            .. targets.SelectMany(target => Finding.On(target.Target, Diverged(target))),
        ];

    private static Finding? Answer(DepthTarget target, ImmutableArray<PlannedRun> first)
    {
        if (
            target.Cheapest is not { } cheapest
            || target.Rungs.FirstOrDefault(rung => rung.Name == target.Best) is not { } best
        )
        {
            return null;
        }

        // All of these are worse than the best, or one of them would be the cheapest.
        var cheaper = target
            .Rungs.Where(rung => rung.Cost < cheapest.Cost && rung.Outcome.Score is not null)
            .OrderByDescending(rung => rung.Outcome.Score!.Mean)
            .ToList();
        var compared = cheapest.Name != best.Name ? cheapest : cheaper.FirstOrDefault();
        var text =
            cheapest.Name != best.Name ? Enough(target, cheapest, best)
            : compared is not null ? Needed(target, best, compared)
            : CheapestIsBest(target, best);
        return new(
            "fine_tuning_depth",
            text.Headline,
            ConfidenceOf(target, cheapest, best),
            [.. target.Rungs.SelectMany(Evidence), .. Difference(compared, best)],
            text.Action
        )
        {
            Detail = text.Detail + Rates(first),
            Question = Question.Depth,
        };
    }

    private static string Rates(ImmutableArray<PlannedRun> first) =>
        first.IsEmpty ? "" : $" {DepthWords.FirstRates(first.Select(run => (run.Run, run.LearningRate)))}";

    private static FindingText Enough(DepthTarget target, DepthRung cheapest, DepthRung best)
    {
        var hidden = Math.Max(0, -cheapest.Measure.AboveBest!.Low);
        var text = DepthWords.Enough(
            target.Target,
            Scored(cheapest),
            Scored(best),
            target.Metric,
            cheapest.CostShare,
            hidden
        );
        return text with
        {
            Action =
                cheapest.Name == DepthChoice.Scratch
                    ? DepthWords.SkipPretraining(target.Target, target.Metric)
                    : DepthWords.TrainCheaper(Train(cheapest), target.Metric, hidden),
        };
    }

    private static FindingText Needed(DepthTarget target, DepthRung best, DepthRung next)
    {
        var below = next.Measure.AboveBest!;
        var gain = new Estimate(Math.Max(0, -below.Value), Math.Max(0, -below.High), -below.Low);
        var text = DepthWords.Needed(target.Target, Scored(best), next.Trained, target.Metric, next.CostShare, gain);
        return text with
        {
            Action = DepthWords.TrainBest(Train(best), target.Metric, gain.Value),
        };
    }

    private static FindingText CheapestIsBest(DepthTarget target, DepthRung best)
    {
        var whole = target.Rungs.FirstOrDefault(rung => rung.Name == DepthChoice.Whole && rung.Name != best.Name);
        var below = whole?.Measure.AboveBest is { } difference ? Math.Max(0, -difference.Value) : (double?)null;
        var text = DepthWords.CheapestIsBest(target.Target, Scored(best), target.Metric, best.CostShare, below);
        return text with
        {
            Action = best.Name is DepthChoice.Whole or DepthChoice.Scratch
                ? $"{Train(best)}."
                : DepthWords.TrainingMoreDoesNotHelp(Train(best)),
        };
    }

    private static (string Trained, double Score) Scored(DepthRung rung) => (rung.Trained, rung.Outcome.Score!.Mean);

    private static string Train(DepthRung rung) => DepthWords.Train(rung.Name, rung.Trained, rung.Frozen);

    private static IEnumerable<Evidence> Evidence(DepthRung rung)
    {
        if (Score(rung) is { } score)
        {
            yield return score;
        }

        if (rung.Name != DepthChoice.Whole)
        {
            var share = 100 * rung.CostShare;
            yield return new($"{rung.Trained}: training cost", share, null, null, "% of the whole network's");
        }
    }

    private static IEnumerable<Evidence> Difference(DepthRung? compared, DepthRung best) =>
        compared?.Measure.AboveBest is { } difference
            ?
            [
                difference.Evidence(
                    DepthWords.Difference(best.Outcome.Metric, compared.Trained, best.Trained),
                    best.Outcome.Metric.DifferenceUnit
                ),
            ]
            : [];

    private static Evidence? Score(DepthRung rung)
    {
        var (outcome, metric) = (rung.Outcome, rung.Outcome.Metric);
        var name = $"{rung.Trained}: test {metric.Name}";
        return outcome.Score switch
        {
            null => null,
            { Count: > 1 } measured => measured.Evidence(name, metric.ScoreKey),
            _ => outcome.Estimate!.Evidence($"{name}, 95 % bootstrap interval", metric.ScoreKey),
        };
    }

    // Not detecting a difference is never surer than medium: more seeds might show one.
    private static Confidence ConfidenceOf(DepthTarget target, DepthRung cheapest, DepthRung best)
    {
        var sure = OutcomeGroup.Confidence(
            true,
            [.. target.Rungs.Where(rung => rung.Outcome.Score is not null).Select(rung => rung.Outcome)]
        );
        return cheapest.Name != best.Name && sure == Confidence.High ? Confidence.Medium : sure;
    }

    private static IEnumerable<Finding> Diverged(DepthTarget target) =>
        from rung in target.Rungs
        where rung.Outcome.Diverged > 0 && rung.Name is not (DepthChoice.Whole or DepthChoice.Scratch)
        let text = DepthWords.Diverged(
            target.Target,
            rung.Trained,
            rung.Outcome.Diverged,
            rung.Seeds.Length,
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
