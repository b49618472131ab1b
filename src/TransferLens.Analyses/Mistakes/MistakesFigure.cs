using System.Collections.Immutable;
using TransferLens.Studies.Figures;

namespace TransferLens.Analyses.Mistakes;

/// <summary>The figures of <see cref="MistakeComparison"/>.</summary>
internal static class MistakesFigure
{
    /// <summary>
    /// Bars for each kind of pair, and the images that only one model of the shown pair predicts incorrectly.
    /// </summary>
    public static IEnumerable<Figure> Of(TargetMistakes target)
    {
        var (images, result, pair) = (target.Images, target.Shown.Result, target.Shown.Pair);
        var (first, second) = (pair.First.Label, pair.Second!.Label);
        Figure?[] figures =
        [
            Bars(target),
            Grid(target, "only_first", images.OnlyFirst, result.OnlyFirst.Count, (first, second)),
            Grid(target, "only_second", images.OnlySecond, result.OnlySecond.Count, (second, first)),
        ];
        return figures.OfType<Figure>();
    }

    private static ImageGrid? Grid(
        TargetMistakes target,
        string name,
        ImmutableArray<MistakeImage> images,
        int count,
        (string Wrong, string Right) models
    ) =>
        images.IsEmpty
            ? null
            : new(
                $"mistakes-{target.Name}-{name}",
                MistakesWords.ImagesCaption(target.Name, target.IsMultiLabel, models.Wrong, models.Right),
                MistakesWords.ImagesSummary(images.Length, count, target.IsMultiLabel, models.Wrong),
                [.. images.Select(Cell)]
            );

    private static ImageCell Cell(MistakeImage image) =>
        new(image.Name, [.. image.Png], [.. MistakesWords.ImageCaption(image.Class, image.Answer, image.Confidence)]);

    private static BarChart Bars(TargetMistakes target)
    {
        var counted = MistakesWords.Counted(target.IsMultiLabel);
        // Diverged runs are shown too.
        ImmutableArray<KindMistakes> kinds =
        [
            .. target
                .Pairs.GroupBy(pair => pair.Pair.Kind)
                .Select(kind => new KindMistakes(kind.Key, [.. kind])),
        ];
        var shares = kinds.Select(kind => (kind.Kind, kind.Share(result => result.Common).Value));
        return new(
            $"mistakes-{target.Name}",
            MistakesWords.BarsCaption(target.Name),
            MistakesWords.BarsSummary(counted, shares),
            [
                new(
                    "",
                    $"share of {counted} (%)",
                    [.. kinds.Select(kind => kind.Kind)],
                    [
                        Series("both incorrect", result => result.Common),
                        Series("only the first incorrect", result => result.OnlyFirst),
                        Series("only the second incorrect", result => result.OnlySecond),
                    ]
                ),
            ]
        );

        BarSeries Series(string label, Func<MistakesResult, MistakeCount> of)
        {
            var shares = kinds.Select(kind => kind.Share(of).Times(100).Interval()).ToList();
            return new(
                label,
                [.. shares.Select(share => share.Value)],
                [.. shares.Select(share => Math.Max(0, share.Low))],
                [.. shares.Select(share => Math.Min(100, share.High))]
            );
        }
    }
}
