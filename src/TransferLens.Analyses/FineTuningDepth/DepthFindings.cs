using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.FineTuningDepth;

/// <summary>Words for <see cref="DepthChoice"/>: how much of the network should be trained.</summary>
internal static class DepthFindings
{
    /// <summary>The answer for each target, and what diverged.</summary>
    /// <param name="targets">The ladders.</param>
    /// <param name="first">Runs of several learning rates, each at the one that was followed.</param>
    public static ImmutableArray<Finding> Of(ImmutableArray<DepthTarget> targets, ImmutableArray<PlannedRun> first) =>
        [
            .. targets.SelectMany(target => Finding.On(target.Target, Answer(target, Rates(first)))),
            .. targets.SelectMany(target => Finding.On(target.Target, Diverged(target))),
        ];

    private static Finding? Answer(DepthTarget target, string rates)
    {
        if (
            target.Cheapest is not { } cheapest
            || target.Rungs.FirstOrDefault(rung => rung.Name == target.Best) is not { } best
        )
        {
            return null;
        }

        // Cheaper ones are worse, or the cheapest would be one of them.
        var cheaper = target
            .Rungs.Where(rung => rung.Cost < cheapest.Cost && rung.Outcome.Score is not null)
            .OrderByDescending(rung => rung.Outcome.Score!.Mean)
            .ToList();
        var (sentence, advice) =
            cheapest.Name != best.Name ? NoWorse(target, cheapest, best)
            : cheaper.Count > 0 ? Needed(target, best, cheaper[0])
            : Cheap(target, best);
        return new(
            "fine_tuning_depth",
            sentence + rates,
            ConfidenceOf(target, cheapest, best),
            [
                .. target
                    .Rungs.SelectMany(rung =>
                        (Evidence?[])
                            [
                                Score(rung),
                                rung.Name == DepthChoice.Whole
                                    ? null
                                    : new(
                                        $"{rung.Words}: training cost",
                                        100 * rung.CostShare,
                                        null,
                                        null,
                                        "% of the whole network's"
                                    ),
                            ]
                    )
                    .OfType<Evidence>(),
                .. (cheapest.Name != best.Name ? cheapest : cheaper.FirstOrDefault())?.Measure.AboveBest is { } apart
                    ?
                    [
                        apart.Evidence(
                            $"{(cheapest.Name != best.Name ? cheapest : cheaper[0]).Words} minus {best.Words}",
                            target.Metric.DifferenceUnit
                        ),
                    ]
                    : Array.Empty<Evidence>(),
            ],
            advice
        )
        {
            Question = Question.Depth,
        };
    }

    private static string Rates(ImmutableArray<PlannedRun> first) =>
        first.IsEmpty
            ? ""
            : $" Of several learning rates this is for the first, {string.Join(" and ", first.Select(run => $"{run.LearningRate} of {run.Run}"))}.";

    private static (string Sentence, string Advice) NoWorse(DepthTarget target, DepthRung cheapest, DepthRung best)
    {
        var below = cheapest.Measure.AboveBest!;
        return (
            $"On {target.Target} training {cheapest.Words} is the cheapest choice that was not seen to be worse than the best: it ends at {Percent(cheapest)}, training {best.Words} at {Percent(best)}, and takes {Share(cheapest)} of the whole network's training cost. "
                + $"A loss of up to {Points(target.Metric, -below.Low)} may be hidden in the spread of seeds and test images.",
            cheapest.Name == DepthChoice.Scratch
                ? $"P is not needed for {target.Metric.Name} on {target.Target}: training from scratch was not seen to end lower."
                : $"{Train(cheapest)} on {target.Target}, unless {Points(target.Metric, -below.Low)} matter: then run more seeds."
        );
    }

    private static (string Sentence, string Advice) Needed(DepthTarget target, DepthRung best, DepthRung next)
    {
        var below = next.Measure.AboveBest!;
        return (
            $"On {target.Target} {best.Words} must be trained for the best {target.Metric.Name}, {Percent(best)}: the best of what costs less, training {next.Words}, ends {Points(target.Metric, -below.Value)} below ({target.Metric.Plain(Math.Max(0, -below.High))} to {target.Metric.Plain(-below.Low)}) for {Share(next)} of the whole network's training cost.",
            $"{Train(best)} on {target.Target}; where training cost decides, training only {next.Words} saves {100 * (1 - next.CostShare):0} % of it for {Points(target.Metric, -below.Value)}."
        );
    }

    private static (string Sentence, string Advice) Cheap(DepthTarget target, DepthRung best)
    {
        var others = target.Rungs.Where(rung => rung.Name != best.Name && rung.Measure.AboveBest is not null).ToList();
        var whole = others.FirstOrDefault(rung => rung.Name == DepthChoice.Whole);
        var beside = whole is null
            ? ""
            : $", and training the whole network ends {Points(target.Metric, -whole.Measure.AboveBest!.Value)} below";
        return (
            $"On {target.Target} training {best.Words} is the cheapest choice measured, for {Share(best)} of the whole network's training cost, and none ended higher: it ends at {Percent(best)}{beside}.",
            best.Name == DepthChoice.Whole
                ? $"{Train(best)} on {target.Target}."
                : $"{Train(best)} on {target.Target}: more training was not seen to help."
        );
    }

    private static Evidence? Score(DepthRung rung) =>
        rung.Outcome.Score is not { } measured ? null
        : measured.Count > 1
            ? measured.Evidence($"{rung.Words}: test {rung.Outcome.Metric.Name}", rung.Outcome.Metric.ScoreKey)
        : rung.Outcome.Estimate!.Evidence(
            $"{rung.Words}: test {rung.Outcome.Metric.Name}, 95 % bootstrap interval",
            rung.Outcome.Metric.ScoreKey
        );

    private static string Train(DepthRung rung) =>
        rung.Name switch
        {
            DepthChoice.Whole => "Train the whole network from P",
            DepthChoice.Scratch => "Train from scratch",
            DepthChoice.Head => "Train the head alone (freeze: backbone)",
            _ => $"Train {rung.Words} (freeze: [{string.Join(", ", rung.Frozen)}])",
        };

    // No difference seen is never surer than medium: more seeds might show one.
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
        select new Finding(
            "fine_tuning_depth",
            $"{rung.Outcome.Diverged} of {rung.Seeds.Length} trainings of {rung.Words} on {target.Target} diverged and count in no mean.",
            Confidence.High,
            [new("diverged trainings", rung.Outcome.Diverged, null, null, "")],
            $"Set learning_rate of fine_tuning_depth below {rung.LearningRate}."
        );

    private static string Percent(DepthRung rung) => rung.Outcome.Metric.Number(rung.Outcome.Score!.Mean);

    private static string Share(DepthRung rung) => $"{100 * rung.CostShare:0} %";

    private static string Points(Metric metric, double difference) => metric.Difference(Math.Max(0, difference));
}
