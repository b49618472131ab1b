using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;

namespace TransferLens.Analyses.Mistakes;

/// <summary>Chooses what the report shows of a pair of models.</summary>
internal static class MistakeGallery
{
    // In pixels. The report contains the images.
    private const int LargestImage = 224;

    /// <summary>The most confident mistakes and the confusions of a pair.</summary>
    /// <param name="first">The evaluation of the first on the images.</param>
    /// <param name="second">The evaluation of the second on them.</param>
    /// <param name="images">The images.</param>
    /// <param name="examples">Maximum number of images of each of the three kinds.</param>
    public static MistakeImages Of(EvaluationResult first, EvaluationResult second, ImageSet images, int examples)
    {
        var labels = images.Labels;
        var decisions = Enumerable
            .Range(0, labels.Count)
            .SelectMany(image => Decisions.About(image, first, second, labels))
            .ToList();
        return new(
            [
                .. Enum.GetValues<Wrong>()
                    .SelectMany(wrong => decisions.Where(one => WrongOf(one) == wrong).Pick(wrong, examples))
                    .Select(one => Show(one, images)),
            ],
            labels.IsMultiLabel ? [] : Confusions(decisions)
        );
    }

    /// <summary>The larger of two numbers of which either can be undefined.</summary>
    public static double? Larger(double? a, double? b) => a is null || b > a ? b : a;

    private static IEnumerable<Decision> Pick(this IEnumerable<Decision> decisions, Wrong wrong, int most) =>
        decisions.OrderByDescending(one => Confidence(one, wrong) ?? -1).ThenBy(one => one.First.Image).Take(most);

    private static double? Confidence(Decision decision, Wrong wrong) =>
        wrong switch
        {
            Wrong.First => decision.First.Confidence,
            Wrong.Second => decision.Second.Confidence,
            _ => Larger(decision.First.Confidence, decision.Second.Confidence),
        };

    private static Wrong? WrongOf(Decision decision) =>
        decision.Outcome switch
        {
            Outcome.BothCorrect => null,
            Outcome.OnlyFirst => Wrong.First,
            Outcome.OnlySecond => Wrong.Second,
            _ => Wrong.Both,
        };

    private static MistakeImage Show(Decision decision, ImageSet images)
    {
        var wrong = WrongOf(decision)!.Value;
        var (isMultiLabel, image) = (images.Labels.IsMultiLabel, decision.First.Image);
        return new(
            images.Names[image],
            decision.First.Words(isMultiLabel, Name).Is,
            Name(decision.Label),
            wrong,
            Prediction(decision.First, wrong != Wrong.Second),
            Prediction(decision.Second, wrong != Wrong.First),
            ShownImage.Encode(images, image, LargestImage)
        );

        string Name(int label) => images.Classes[label];

        // Of a label, a decision names the mistake, also where it was not made.
        Predicted Prediction(Mistake mistake, bool isWrong) =>
            isMultiLabel && !isWrong
                ? new(mistake.Words(isMultiLabel, Name).Is, 1 - mistake.Confidence)
                : new(mistake.Words(isMultiLabel, Name).TakenFor, mistake.Confidence);
    }

    private static ImmutableArray<Confusion> Confusions(List<Decision> decisions)
    {
        var (first, second) = (Count(one => one.First), Count(one => one.Second));
        return
        [
            .. first
                .Keys.Union(second.Keys)
                .Order()
                .Select(key => new Confusion(
                    key.Class,
                    key.Answer,
                    first.GetValueOrDefault(key),
                    second.GetValueOrDefault(key)
                )),
        ];

        Dictionary<(int Class, int Answer), int> Count(Func<Decision, Mistake> of) =>
            decisions
                .Select(of)
                .GroupBy(one => (one.Label, one.Answer))
                .ToDictionary(one => one.Key, one => one.Count());
    }
}
