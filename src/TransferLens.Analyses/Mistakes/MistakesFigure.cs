using System.Collections.Immutable;
using TransferLens.Figures;
using TransferLens.Findings;

namespace TransferLens.Analyses;

/// <summary>Figures and tables of <see cref="Mistakes"/>.</summary>
internal static class MistakesFigure
{
    /// <summary>For a target: bars for each kind of pair, and the pictures that only one of the shown pair gets wrong.</summary>
    public static IEnumerable<Figure> Of(TargetMistakes target)
    {
        yield return Bars(target);
        var (first, second) = (target.Shown.Pair.First.Label, target.Shown.Pair.Second!.Label);
        foreach (var (name, pictures, count, wrong, right) in new[]
        {
            ("only_first", target.Pictures.OnlyFirst, target.Shown.Result.OnlyFirst.Count, first, second),
            ("only_second", target.Pictures.OnlySecond, target.Shown.Result.OnlySecond.Count, second, first),
        })
        {
            if (!pictures.IsEmpty)
            {
                yield return new PictureGrid(
                    $"mistakes-{target.Name}-{name}",
                    $"Pictures of {target.Name} that only {wrong} gets wrong while {right} is right; its most confident mistakes first.",
                    $"{pictures.Length} of {count} pictures, each with its class, the wrong answer of {wrong} and the probability it gave that answer.",
                    [.. pictures.Select(picture => new PictureCell(picture.Name, [.. picture.Png], Caption(picture)))]);
            }
        }
    }

    private static ImmutableArray<string> Caption(MistakePicture picture) => picture.Confidence is { } confidence
        ? [picture.Class, $"taken for {picture.Answer}", $"{100 * confidence:0} % sure"] : [picture.Class, $"taken for {picture.Answer}"];

    private static BarChart Bars(TargetMistakes target)
    {
        var kinds = target.Pairs.GroupBy(pair => pair.Pair.Kind).ToImmutableArray();
        return new(
            $"mistakes-{target.Name}",
            $"Mistakes on the test pictures of {target.Name} by kind of pair; bars are means, error bars the range over pairs.",
            "Share of test pictures that both get wrong: " + string.Join("; ", kinds.Select(kind => $"{kind.Key} {100 * kind.Average(pair => pair.Result.Common.Share!.Value):0.0} %")) + ".",
            [
                new("", "share of test pictures (%)", [.. kinds.Select(kind => kind.Key)],
                [
                    Series("both wrong", result => result.Common),
                    Series("only the first wrong", result => result.OnlyFirst),
                    Series("only the second wrong", result => result.OnlySecond),
                ]),
            ]);

        BarSeries Series(string label, Func<MistakesResult, MistakeCount> of)
        {
            var spreads = kinds.Select(kind => Spread.Of(kind.Select(pair => 100 * of(pair.Result).Share!.Value))!).ToList();
            return new(label, [.. spreads.Select(spread => spread.Mean)], [.. spreads.Select(spread => spread.Low)], [.. spreads.Select(spread => spread.High)]);
        }
    }

    /// <summary>One row a pair.</summary>
    public static Table Table(TargetMistakes target) => new(
        $"mistakes-{target.Name}", $"Mistakes of pairs of trainings on {target.Name} in test pictures, error consistency, and accuracy of the two together with its gain over the better one",
        ["first", "second", "both wrong", "same answer", "only first", "only second", "consistency", "consistency, low", "consistency, high", "McNemar p", "together", "gain", "gain, low", "gain, high"],
        [
            .. target.Pairs.Select(pair => (ImmutableArray<object?>)[
                pair.Pair.First.Label, pair.Pair.Second!.Label,
                (long)pair.Result.Common.Count, (long)pair.Result.SameWrongLabel.Count, (long)pair.Result.OnlyFirst.Count, (long)pair.Result.OnlySecond.Count,
                pair.Result.ErrorConsistency?.Value, pair.Result.ErrorConsistency?.Low, pair.Result.ErrorConsistency?.High, pair.Result.McNemar.P, pair.Result.Ensemble.Accuracy.Value,
                pair.Result.Ensemble.Gain.Value, pair.Result.Ensemble.Gain.Low, pair.Result.Ensemble.Gain.High]),
        ]);

    /// <summary>One row a class, of the shown pair.</summary>
    public static Table Classes(TargetMistakes target) => new(
        $"mistakes-{target.Name}-classes", $"Mistakes per class on {target.Name}: {target.Shown.Pair.First.Label} (first) and {target.Shown.Pair.Second!.Label} (second)",
        ["first", "second", "class", "pictures", "both wrong", "same answer", "only first", "only second", "both right"],
        [
            .. target.Shown.Result.Classes.Select(c => (ImmutableArray<object?>)[
                target.Shown.Pair.First.Label, target.Shown.Pair.Second!.Label, target.Classes[c.Label], (long)c.Examples, (long)c.Common, (long)c.SameWrongLabel, (long)c.OnlyFirst, (long)c.OnlySecond, (long)c.BothCorrect]),
        ]);
}
