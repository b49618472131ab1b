using System.Collections.Immutable;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Findings;

namespace TransferLens.Analyses.Probe;

/// <summary>Decides what the probes support: what P gives untrained, and where its useful features are.</summary>
internal static class ProbeFindings
{
    /// <summary>At most two findings per target.</summary>
    public static ImmutableArray<Finding> Find(ImmutableArray<ProbeTarget> targets) =>
        [.. targets.SelectMany(target => Finding.On(target.Target, Alone(target), Features(target)))];

    private static Finding? Alone(ProbeTarget target)
    {
        if (target.OverFineTuned is not { } effect)
        {
            return null;
        }

        var text = ProbeWords.Alone(target, effect);
        // That the probe suffices rests on non-inferiority; else on the difference.
        var decision =
            effect is { IsDetected: false } && effect.IsNoWorse(NonInferiority.DefaultMargin)
                ? new[] { effect }.DecideNoWorse(NonInferiority.DefaultMargin)
                : effect.Decide();
        return new(
            ProbeAnalysis.Key,
            text.Headline,
            decision,
            [
                effect.Evidence(ProbeWords.AloneName(target), target.Metric.DifferenceUnit),
                Score(target, ProbeWords.ProbeName(target.Best.Name, target.Metric), target.Best),
                target.FineTunedScore!.Evidence(
                    ProbeWords.RunsName(target.FineTuned!.Label, target.Metric),
                    target.Metric.ScoreKey
                ),
            ],
            text.Action
        )
        {
            Detail = text.Detail,
            Question = Question.Gain,
            Answer = text.Answer,
        };
    }

    private static Finding? Features(ProbeTarget target)
    {
        if (target.OverRandom is not { } effect)
        {
            return null;
        }

        var text = ProbeWords.Features(target, effect);
        return new(
            ProbeAnalysis.Key,
            text.Headline,
            effect.Decide(),
            [
                effect.Evidence(ProbeWords.OverRandomName(target), target.Metric.DifferenceUnit),
                Score(target, ProbeWords.ProbeName(target.Best.Name, target.Metric), target.Best),
                Score(target, ProbeWords.RandomName(target.BestRandom!.Name, target.Metric), target.BestRandom),
            ],
            text.Action
        )
        {
            Detail = text.Detail,
        };
    }

    private static Evidence Score(ProbeTarget target, string name, ProbeModule module) =>
        new(name, module.Logistic.Score, module.Logistic.Low, module.Logistic.High, target.Metric.ScoreKey);
}
