using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Findings;

namespace TransferLens.Analyses.Mistakes;

/// <summary>The tables of <see cref="MistakeComparison"/>.</summary>
internal static class MistakesTable
{
    // Of a thousand classes, there are many that occur once.
    private const int MostConfusions = 100;

    /// <summary>The pairs; of the shown pair, its classes or labels and its confusions.</summary>
    public static IEnumerable<Table> Of(TargetMistakes target) =>
        target.IsMultiLabel ? [Pairs(target), Labels(target)] : [Pairs(target), Classes(target), Confusions(target)];

    private static Table Pairs(TargetMistakes target) =>
        new Table(
            $"mistakes-{target.Name}",
            MistakesWords.PairsTitle(target.Name, target.IsMultiLabel, target.Metric),
            [
                "first",
                "second",
                "both incorrect",
                "same incorrect prediction",
                "only first",
                "only second",
                "consistency",
                "consistency, low",
                "consistency, high",
                target.IsMultiLabel ? "smallest McNemar p of a label" : "McNemar p",
                "ensemble",
                "gain over mean",
                "gain over mean, low",
                "gain over mean, high",
                "gain over better",
                "gain over better, low",
                "gain over better, high",
            ],
            [
                .. target.Pairs.Select(pair =>
                    (ImmutableArray<object?>)
                        [
                            pair.Pair.First.Label,
                            pair.Pair.Second!.Label,
                            (long)pair.Result.Common.Count,
                            (long)pair.Result.SameWrongLabel.Count,
                            (long)pair.Result.OnlyFirst.Count,
                            (long)pair.Result.OnlySecond.Count,
                            pair.Result.ErrorConsistency?.Value,
                            pair.Result.ErrorConsistency?.Low,
                            pair.Result.ErrorConsistency?.High,
                            pair.Result.McNemar?.P ?? pair.Result.Classes.Min(label => label.McNemar?.P),
                            pair.Result.Ensemble.Score.Value,
                            pair.Result.Ensemble.GainOverMean.Value,
                            pair.Result.Ensemble.GainOverMean.Low,
                            pair.Result.Ensemble.GainOverMean.High,
                            pair.Result.Ensemble.Gain.Value,
                            pair.Result.Ensemble.Gain.Low,
                            pair.Result.Ensemble.Gain.High,
                        ]
                ),
            ]
        ).Percent([target.Metric], ["ensemble"], ["gain over mean", "gain over better"]);

    private static Table Classes(TargetMistakes target) =>
        new(
            $"mistakes-{target.Name}-classes",
            MistakesWords.ClassesTitle(target.Name, First(target), Second(target)),
            [
                "first",
                "second",
                "class",
                "images",
                "both incorrect",
                "same incorrect prediction",
                "only first",
                "only second",
                "both correct",
            ],
            [
                .. target.Shown.Result.Classes.Select(c =>
                    (ImmutableArray<object?>)
                        [
                            First(target),
                            Second(target),
                            target.Classes[c.Label],
                            (long)c.Examples,
                            (long)c.Common,
                            (long)c.SameWrongLabel,
                            (long)c.OnlyFirst,
                            (long)c.OnlySecond,
                            (long)c.BothCorrect,
                        ]
                ),
            ]
        );

    private static Table Labels(TargetMistakes target) =>
        new(
            $"mistakes-{target.Name}-classes",
            MistakesWords.LabelsTitle(target.Name, First(target), Second(target)),
            [
                "first",
                "second",
                "label",
                "images",
                "both incorrect",
                "only first",
                "only second",
                "both correct",
                "consistency",
                "McNemar p",
            ],
            [
                .. target.Shown.Result.Classes.Select(c =>
                    (ImmutableArray<object?>)
                        [
                            First(target),
                            Second(target),
                            target.Classes[c.Label],
                            (long)c.Examples,
                            (long)c.Common,
                            (long)c.OnlyFirst,
                            (long)c.OnlySecond,
                            (long)c.BothCorrect,
                            c.ErrorConsistency,
                            c.McNemar?.P,
                        ]
                ),
            ]
        );

    private static Table Confusions(TargetMistakes target)
    {
        var images = target.Shown.Result.Classes.ToDictionary(one => one.Label, one => (long)one.Examples);
        return new(
            $"mistakes-{target.Name}-confusions",
            MistakesWords.ConfusionsTitle(target.Name, First(target), Second(target)),
            ["class", "predicted as", "images of the class", "first", "second"],
            [
                .. target
                    .Images.Confusions.Where(one => one.Class != one.Answer)
                    .OrderByDescending(one => one.First + one.Second)
                    .ThenBy(one => (one.Class, one.Answer))
                    .Take(MostConfusions)
                    .Select(one =>
                        (ImmutableArray<object?>)
                            [
                                target.Classes[one.Class],
                                target.Classes[one.Answer],
                                images[one.Class],
                                (long)one.First,
                                (long)one.Second,
                            ]
                    ),
            ]
        );
    }

    private static string First(TargetMistakes target) => target.Shown.Pair.First.Label;

    private static string Second(TargetMistakes target) => target.Shown.Pair.Second!.Label;
}
