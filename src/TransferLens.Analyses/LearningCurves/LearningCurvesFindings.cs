using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.LearningCurves;

/// <summary>Decides what the curves support: does pretraining help, and by how much.</summary>
internal static class LearningCurvesFindings
{
    /// <summary>One finding per target, and one for every group of runs of which some diverged.</summary>
    public static ImmutableArray<Finding> Find(ImmutableArray<CurveGroup> groups) =>
        [
            .. groups.GroupBy(group => group.Group.Target).SelectMany(target => Finding.On(target.Key, Gain(target))),
            .. groups
                .Where(group => group.Curves.Any(curve => curve.Diverged))
                .SelectMany(group => Finding.On(group.Group.Target, Diverged(group))),
        ];

    private static Finding? Gain(IGrouping<string, CurveGroup> target)
    {
        if (
            Best(target, Initialization.Pretrained) is not { Final: { } pretrained } first
            || Best(target, Initialization.Random) is not { Final: { } random } second
        )
        {
            return null;
        }

        var metric = first.Group.Metric;
        var (sentence, advice) = Say(target.Key, first, second);
        var scores = CurveWords.Gain.Scores(first.Group.Label, Score(first), second.Group.Label, Score(second));
        var largest = first.Range!.High - second.Range!.Low;
        return new(
            "learning_curves",
            sentence,
            Spread.Between(pretrained, random),
            [
                pretrained.Evidence(CurveWords.Gain.Score(first.Group.Label, metric), metric.ScoreKey),
                random.Evidence(CurveWords.Gain.Score(second.Group.Label, metric), metric.ScoreKey),
                Example(first),
                Example(second),
            ],
            advice
        )
        {
            Detail = first.Range.IsApartFrom(second.Range)
                ? scores
                : $"{CurveWords.Gain.Undetected(metric, largest)} {scores}",
            Question = Question.Gain,
        };
    }

    private static (string Sentence, string Advice) Say(string target, CurveGroup first, CurveGroup second)
    {
        var (metric, p, random) = (first.Group.Metric, first.Group.Label, second.Group.Label);
        var gain = first.Final!.Mean - second.Final!.Mean;
        if (!first.Range!.IsApartFrom(second.Range!))
        {
            return (
                CurveWords.Gain.NoDifference(target, metric, Math.Abs(gain), p, random),
                CurveWords.Gain.MeasureMore(target)
            );
        }

        return gain > 0
            ? (CurveWords.Gain.Helps(target, metric, gain, p, random), CurveWords.Gain.StartFromP(target))
            : (CurveWords.Gain.Hurts(target, metric, -gain, p, random), CurveWords.Gain.StartFromRandom(target));
    }

    // Of several learning rates the best counts for each side; the figure shows all.
    private static CurveGroup? Best(IEnumerable<CurveGroup> groups, Initialization initialization) =>
        groups
            .Where(group => group.Group.Initialization == initialization && group.Final is not null)
            .MaxBy(group => group.Final!.Mean);

    private static string Score(CurveGroup group)
    {
        var (metric, final) = (group.Group.Metric, group.Final!);
        if (final.Count > 1)
        {
            return CurveWords.Gain.OverSeeds(metric, final.Mean, final.Low, final.High, final.Count);
        }

        var curve = FirstSound(group);
        return CurveWords.Gain.OfOne(metric, curve.Score, curve.Low, curve.High);
    }

    private static Evidence Example(CurveGroup group)
    {
        var (curve, metric) = (FirstSound(group), group.Group.Metric);
        return new(
            CurveWords.Gain.ScoreOfOne(curve.Run.Label, metric),
            curve.Score,
            curve.Low,
            curve.High,
            metric.ScoreKey
        );
    }

    private static Curve FirstSound(CurveGroup group) => group.Curves.First(curve => !curve.Diverged);

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
