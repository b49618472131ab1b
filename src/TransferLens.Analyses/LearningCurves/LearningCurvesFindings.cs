using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Findings;
using Words = TransferLens.Analyses.LearningCurves.CurveWords.Gain;

namespace TransferLens.Analyses.LearningCurves;

/// <summary>Decides what the curves support: does pretraining help, and by how much.</summary>
internal static class LearningCurvesFindings
{
    /// <summary>One finding per target, and one for every group of runs of which some diverged.</summary>
    public static ImmutableArray<Finding> Find(ImmutableArray<CurveGroup> groups) =>
        [
            .. PretrainingGain
                .FindAll(groups)
                .SelectMany(gain => Finding.On(gain.Pretrained.Group.Target, Describe(gain))),
            .. groups
                .Where(group => group.Curves.Any(curve => curve.Diverged))
                .SelectMany(group => Finding.On(group.Group.Target, Diverged(group))),
        ];

    private static Finding Describe(PretrainingGain gain)
    {
        var finding = Create(gain);
        return gain.HasUnequalRates
            ? StartRates.Mark(finding, gain.Pretrained.Group.Seeds[0], gain.Random.Group.Seeds[0])
            : finding;
    }

    private static Finding Create(PretrainingGain gain) =>
        new(
            "learning_curves",
            Words.Headline(gain),
            gain.Effect.Decide() with
            {
                ChosenOnTestImages = gain.IsChosenOnTestImages,
                NotFitted = gain.LagMayExplain,
            },
            [.. Evidence(gain)],
            Words.Action(gain)
        )
        {
            Detail = Words.Detail(gain),
            Question = Question.Gain,
            Answer = Words.Answer(gain),
        };

    private static IEnumerable<Evidence> Evidence(PretrainingGain gain)
    {
        var metric = gain.Pretrained.Group.Metric;
        yield return gain.Effect.Evidence(Words.GainName(gain), metric.DifferenceUnit);
        foreach (var equal in gain.AtEqualRates)
        {
            yield return equal.Effect.Evidence(Words.GainAtRate(equal), metric.DifferenceUnit);
        }

        foreach (var side in new[] { gain.Pretrained, gain.Random })
        {
            yield return side.FinalMean!.Evidence(Words.Score(side.Group.Label, metric), metric.ScoreKey);
        }

        if (gain.Second is { } second)
        {
            var other = gain.Pretrained.SecondMetric!;
            yield return second.Evidence(Words.GainName(gain, other), other.DifferenceUnit);
        }

        foreach (var side in new[] { gain.Pretrained, gain.Random })
        {
            if (side.FinalTrainScore is { } score)
            {
                var curve = side.Group.CurveMetric;
                yield return new(Words.TrainScore(side.Group.Label, curve), score, null, null, curve.ScoreKey);
            }
        }
    }

    private static Finding Diverged(CurveGroup group)
    {
        var count = group.Curves.Count(curve => curve.Diverged);
        return new(
            "learning_curves",
            CurveWords.Diverged.Sentence(count, group.Curves.Length, group.Group.Label, group.Group.Target),
            Confidence.High,
            [new(CurveWords.Diverged.Evidence, count, null, null, "")],
            CurveWords.Diverged.Advice(group.Group.LearningRate)
        );
    }
}
