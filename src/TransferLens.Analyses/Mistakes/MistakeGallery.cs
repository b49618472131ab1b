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
    public static MistakeImages Create(EvaluationResult first, EvaluationResult second, ImageSet images, int examples)
    {
        var labels = images.Labels;
        var decisions = Enumerable
            .Range(0, labels.Count)
            .SelectMany(image => Decisions.About(image, first, second, labels))
            .ToList();
        return new(
            [
                .. Enum.GetValues<Incorrect>()
                    .SelectMany(incorrect => decisions.Pick(incorrect, examples))
                    .Select(one => Show(one, images)),
            ],
            labels.IsMultiLabel ? [] : Confusions(decisions)
        );
    }

    /// <summary>Probability of a mistake, the larger one if both make it; null when it is undefined.</summary>
    /// <param name="incorrect">Which model makes it.</param>
    /// <param name="first">Probability of the first model's prediction, or null.</param>
    /// <param name="second">Probability of the second model's prediction, or null.</param>
    public static double? Confidence(Incorrect incorrect, double? first, double? second) =>
        incorrect switch
        {
            Incorrect.First => first,
            Incorrect.Second => second,
            _ => first is null || second > first ? second : first,
        };

    private static IEnumerable<Decision> Pick(this IEnumerable<Decision> decisions, Incorrect incorrect, int most) =>
        decisions
            .Where(one => IncorrectOf(one) == incorrect)
            .OrderByDescending(one => Confidence(incorrect, one.First.Confidence, one.Second.Confidence) ?? -1)
            .ThenBy(one => one.First.Image)
            .Take(most);

    private static Incorrect? IncorrectOf(Decision decision) =>
        decision.Outcome switch
        {
            Outcome.BothCorrect => null,
            Outcome.OnlyFirst => Incorrect.First,
            Outcome.OnlySecond => Incorrect.Second,
            _ => Incorrect.Both,
        };

    private static MistakeImage Show(Decision decision, ImageSet images)
    {
        var incorrect = IncorrectOf(decision)!.Value;
        var (isMultiLabel, image) = (images.Labels.IsMultiLabel, decision.First.Image);
        return new(
            images.Names[image],
            decision.First.Words(isMultiLabel, Name).Is,
            Name(decision.Label),
            incorrect,
            Prediction(decision.First, incorrect != Incorrect.Second),
            Prediction(decision.Second, incorrect != Incorrect.First),
            ShownImage.Encode(images, image, LargestImage)
        );

        string Name(int label) => images.Classes[label];

        // Of a label, a decision names the mistake, also where it was not made.
        Predicted Prediction(Mistake mistake, bool isIncorrect) =>
            isMultiLabel && !isIncorrect
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
