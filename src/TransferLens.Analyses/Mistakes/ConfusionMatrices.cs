using System.Collections.Immutable;
using TransferLens.Studies.Figures;

namespace TransferLens.Analyses.Mistakes;

/// <summary>The confusion matrices of the shown pair of models.</summary>
internal static class ConfusionMatrices
{
    // More cells cannot be read.
    private const int Most = 20;

    /// <summary>
    /// The share of each class's images that each model predicts as each class, in percent; of many classes, those with
    /// the most mistakes. Null for multi-label images.
    /// </summary>
    public static (Heatmap First, Heatmap Second)? Create(TargetMistakes target)
    {
        if (target.Images.Confusions.IsEmpty)
        {
            return null;
        }

        var pair = target.Shown.Pair;
        ImmutableArray<int> classes =
        [
            .. target
                .Shown.Result.Classes.OrderByDescending(one => (2 * one.Common) + one.OnlyFirst + one.OnlySecond)
                .Take(Most)
                .Select(one => one.Label)
                .Order(),
        ];
        return (
            Matrix(target, "first", pair.First.Label, classes, one => one.First),
            Matrix(target, "second", pair.Second!.Label, classes, one => one.Second)
        );
    }

    private static Heatmap Matrix(
        TargetMistakes target,
        string which,
        string model,
        ImmutableArray<int> classes,
        Func<Confusion, int> count
    )
    {
        var counts = target.Images.Confusions.ToDictionary(one => (one.Class, one.Answer), count);
        var images = target.Shown.Result.Classes.ToDictionary(one => one.Label, one => one.Examples);
        ImmutableArray<string> names = [.. classes.Select(label => target.Classes[label])];
        var most = target.Images.Confusions.Where(one => one.Class != one.Answer).MaxBy(count);
        return new(
            $"mistakes-{target.Name}-confusions-{which}",
            MistakesWords.ConfusionTitle(target, model, most, most is null ? 0 : count(most), images),
            MistakesWords.ConfusionSummary(classes.Length, target.Classes.Length),
            "predicted class",
            "class",
            names,
            names,
            [
                .. classes.Select(label =>
                    (ImmutableArray<double>)
                        [.. classes.Select(answer => 100.0 * counts.GetValueOrDefault((label, answer)) / images[label])]
                ),
            ]
        );
    }
}
