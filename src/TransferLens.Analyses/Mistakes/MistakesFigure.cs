using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.Mistakes;

/// <summary>Figures and tables of <see cref="MistakeComparison"/>.</summary>
internal static class MistakesFigure
{
    /// <summary>For a target: bars for each kind of pair, and the images that only one of the shown pair gets wrong.</summary>
    public static IEnumerable<Figure> Of(TargetMistakes target)
    {
        yield return Bars(target);
        var many = target.IsMultiLabel;
        var (first, second) = (target.Shown.Pair.First.Label, target.Shown.Pair.Second!.Label);
        foreach (
            var (name, images, count, wrong, right) in new[]
            {
                ("only_first", target.Images.OnlyFirst, target.Shown.Result.OnlyFirst.Count, first, second),
                ("only_second", target.Images.OnlySecond, target.Shown.Result.OnlySecond.Count, second, first),
            }
        )
        {
            if (!images.IsEmpty)
            {
                yield return new ImageGrid(
                    $"mistakes-{target.Name}-{name}",
                    $"{(many ? "Decisions on images" : "Images")} of {target.Name} that only {wrong} gets wrong while {right} is right; its most confident mistakes first.",
                    $"{images.Length} of {count} {target.Counted}, each with its {(many ? "label" : "class")}, the wrong answer of {wrong} and the probability it gave that answer.",
                    [.. images.Select(image => new ImageCell(image.Name, [.. image.Png], Caption(image)))]
                );
            }
        }
    }

    private static ImmutableArray<string> Caption(MistakeImage image) =>
        image.Confidence is { } confidence
            ? [image.Class, $"taken for {image.Answer}", $"{100 * confidence:0} % sure"]
            : [image.Class, $"taken for {image.Answer}"];

    private static BarChart Bars(TargetMistakes target)
    {
        var what = target.IsMultiLabel ? "decisions on test images" : "test images";
        var kinds = target.Pairs.GroupBy(pair => pair.Pair.Kind).ToImmutableArray();
        return new(
            $"mistakes-{target.Name}",
            $"Mistakes on the test images of {target.Name} by kind of pair; bars are means, error bars the range over pairs.",
            $"Share of {what} that both get wrong: "
                + string.Join(
                    "; ",
                    kinds.Select(kind =>
                        $"{kind.Key} {100 * kind.Average(pair => pair.Result.Common.Share!.Value):0.0} %"
                    )
                )
                + ".",
            [
                new(
                    "",
                    $"share of {what} (%)",
                    [.. kinds.Select(kind => kind.Key)],
                    [
                        Series("both wrong", result => result.Common),
                        Series("only the first wrong", result => result.OnlyFirst),
                        Series("only the second wrong", result => result.OnlySecond),
                    ]
                ),
            ]
        );

        BarSeries Series(string label, Func<MistakesResult, MistakeCount> of)
        {
            var spreads = kinds
                .Select(kind => Spread.Of(kind.Select(pair => 100 * of(pair.Result).Share!.Value))!)
                .ToList();
            return new(
                label,
                [.. spreads.Select(spread => spread.Mean)],
                [.. spreads.Select(spread => spread.Low)],
                [.. spreads.Select(spread => spread.High)]
            );
        }
    }

    /// <summary>One row a pair.</summary>
    public static Table Table(TargetMistakes target) =>
        new(
            $"mistakes-{target.Name}",
            $"Mistakes of pairs of trainings on {target.Name} in {(target.IsMultiLabel ? "decisions on test images" : "test images")}, error consistency, and {target.Metric.Name} of the two together with its gain over the better one",
            [
                "first",
                "second",
                "both wrong",
                "same answer",
                "only first",
                "only second",
                "consistency",
                "consistency, low",
                "consistency, high",
                target.IsMultiLabel ? "smallest McNemar p of a label" : "McNemar p",
                "together",
                "gain",
                "gain, low",
                "gain, high",
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
                            pair.Result.Ensemble.Gain.Value,
                            pair.Result.Ensemble.Gain.Low,
                            pair.Result.Ensemble.Gain.High,
                        ]
                ),
            ]
        );

    /// <summary>One row a class or label, of the shown pair.</summary>
    public static Table Classes(TargetMistakes target) =>
        target.IsMultiLabel
            ? Labels(target)
            : new(
                $"mistakes-{target.Name}-classes",
                $"Mistakes per class on {target.Name}: {target.Shown.Pair.First.Label} (first) and {target.Shown.Pair.Second!.Label} (second)",
                [
                    "first",
                    "second",
                    "class",
                    "images",
                    "both wrong",
                    "same answer",
                    "only first",
                    "only second",
                    "both right",
                ],
                [
                    .. target.Shown.Result.Classes.Select(c =>
                        (ImmutableArray<object?>)
                            [
                                target.Shown.Pair.First.Label,
                                target.Shown.Pair.Second!.Label,
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
            $"Mistakes per label on {target.Name}, yes above probability 1/2: {target.Shown.Pair.First.Label} (first) and {target.Shown.Pair.Second!.Label} (second)",
            [
                "first",
                "second",
                "label",
                "images",
                "both wrong",
                "only first",
                "only second",
                "both right",
                "consistency",
                "McNemar p",
            ],
            [
                .. target.Shown.Result.Classes.Select(c =>
                    (ImmutableArray<object?>)
                        [
                            target.Shown.Pair.First.Label,
                            target.Shown.Pair.Second!.Label,
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
}
