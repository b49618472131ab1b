using System.Collections.Immutable;
using TransferLens.Studies.Figures;

namespace TransferLens.Analyses.Mistakes;

/// <summary>The figures of <see cref="MistakeComparison"/>.</summary>
internal static class MistakesFigure
{
    /// <summary>
    /// Bars for each kind of pair; of the shown pair, the images that one or both models predict incorrectly, and the
    /// confusion matrix of each.
    /// </summary>
    public static IEnumerable<Figure> Of(TargetMistakes target)
    {
        yield return Bars(target);
        if (!target.Images.Images.IsEmpty)
        {
            yield return Grid(target);
        }

        if (ConfusionMatrices.Create(target) is { } matrices)
        {
            yield return matrices.First;
            yield return matrices.Second;
        }
    }

    private static ImageGrid Grid(TargetMistakes target)
    {
        var (pair, images) = (target.Shown.Pair, target.Images.Images);
        return new(
            $"mistakes-{target.Name}-images",
            MistakesWords.ImagesCaption(target, pair.First.Label, pair.Second!.Label),
            MistakesWords.ImagesSummary(target, images),
            [.. images.Select(Cell)]
        )
        {
            Facets = [.. MistakesWords.Facets(target.IsMultiLabel)],
        };
    }

    private static ImageCell Cell(MistakeImage image) =>
        new(image.Name, [.. image.Image], [.. MistakesWords.ImageCaption(image)])
        {
            Facets = [image.Label, MistakesWords.IncorrectWords(image.Incorrect)],
            Confidence = image.Confidence,
        };

    private static BarChart Bars(TargetMistakes target)
    {
        var counted = MistakesWords.Counted(target.IsMultiLabel);
        // Diverged runs are shown too.
        ImmutableArray<KindMistakes> kinds =
        [
            .. target.Pairs.GroupBy(pair => pair.Pair.Kind).Select(kind => new KindMistakes(kind.Key, [.. kind])),
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
