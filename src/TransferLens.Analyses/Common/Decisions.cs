using System.Collections.Immutable;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;

namespace TransferLens.Analyses.Common;

/// <summary>How one decision of two classifiers turned out.</summary>
internal enum Outcome
{
    BothCorrect,
    OnlyFirst,
    OnlySecond,
    OtherWrong,
    SameWrong,
}

/// <summary>One decision of two classifiers about an image: its class, or whether it has a certain label.</summary>
/// <param name="Label">The image's class, or the label in question.</param>
/// <param name="Outcome">Which of the two is wrong.</param>
/// <param name="First">The first one's prediction, as a mistake.</param>
/// <param name="Second">The second one's prediction.</param>
internal sealed record Decision(int Label, Outcome Outcome, Mistake First, Mistake Second);

/// <summary>The decisions of two classifiers about images, and the scores of both and of their ensemble.</summary>
internal static class Decisions
{
    /// <summary>The decisions about one image: a single one, or one per label of a multi-label image.</summary>
    public static IEnumerable<Decision> About(
        int image,
        EvaluationResult first,
        EvaluationResult second,
        ImageLabels labels
    ) =>
        labels.IsMultiLabel
            ? Enumerable
                .Range(0, first.Classes)
                .Select(label => YesOrNo(image, label, first, second, labels.Has(image, label)))
            :
            [
                Class(
                    image,
                    labels.Single[image],
                    Prediction.FromLogits(first, image),
                    Prediction.FromLogits(second, image)
                ),
            ];

    /// <summary>
    /// The scores of the first, the second, and their ensemble, which averages softmax outputs, or the probabilities of
    /// each label.
    /// </summary>
    public static ImageScore[] Scores(EvaluationResult first, EvaluationResult second, ImageLabels labels) =>
        labels.IsMultiLabel
            ?
            [
                MeanAuc.Of(first.Logits, labels),
                MeanAuc.Of(second.Logits, labels),
                MeanAuc.Of(LabelEnsemble.Of([first, second], labels).Logits, labels),
            ]
            :
            [
                Correct(labels.Single, i => Prediction.FromLogits(first, i).Label),
                Correct(labels.Single, i => Prediction.FromLogits(second, i).Label),
                Correct(labels.Single, i =>
                    Prediction.EnsembleLabel(Prediction.FromLogits(first, i), Prediction.FromLogits(second, i))
                ),
            ];

    /// <summary>
    /// The share of a classifier's decisions about each image that are correct: 0 or 1 unless images are multi-label.
    /// </summary>
    public static ImageMean Correct(EvaluationResult evaluation, ImageLabels labels) =>
        labels.IsMultiLabel
            ? new([.. Enumerable.Range(0, labels.Count).Select(image => CorrectLabels(image, evaluation, labels))])
            : Correct(labels.Single, i => Prediction.FromLogits(evaluation, i).Label);

    private static double CorrectLabels(int image, EvaluationResult evaluation, ImageLabels labels) =>
        About(image, evaluation, evaluation, labels).Count(one => one.Outcome == Outcome.BothCorrect)
        / (double)evaluation.Classes;

    private static ImageMean Correct(ImmutableArray<int> labels, Func<int, int> predict) =>
        new([.. labels.Select((label, i) => predict(i) == label ? 1.0 : 0)]);

    private static Decision Class(int image, int label, Prediction a, Prediction b) =>
        new(
            label,
            OutcomeOf(a.Label == label, b.Label == label, a.Label == b.Label),
            new(image, label, a.Label, a.Confidence),
            new(image, label, b.Label, b.Confidence)
        );

    // Two wrong binary decisions are the same decision, unless a logit is not finite, which counts as wrong for either
    // label.
    private static Decision YesOrNo(int image, int label, EvaluationResult first, EvaluationResult second, bool has)
    {
        var (a, b) = (first.Logits[(image * first.Classes) + label], second.Logits[(image * second.Classes) + label]);
        var outcome = OutcomeOf(IsCorrect(a), IsCorrect(b), float.IsFinite(a) && float.IsFinite(b));
        return new(label, outcome, Wrong(a), Wrong(b));

        bool IsCorrect(float logit) => float.IsFinite(logit) && logit > 0 == has;

        Mistake Wrong(float logit) =>
            new(
                image,
                label,
                has ? Mistake.No : label,
                float.IsFinite(logit) ? LabelEnsemble.Probability(has ? -logit : logit) : null
            );
    }

    private static Outcome OutcomeOf(bool first, bool second, bool same) =>
        (first, second) switch
        {
            (true, true) => Outcome.BothCorrect,
            (false, true) => Outcome.OnlyFirst,
            (true, false) => Outcome.OnlySecond,
            _ => same ? Outcome.SameWrong : Outcome.OtherWrong,
        };
}
