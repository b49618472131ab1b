using System.Collections.Immutable;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;

namespace TransferLens.Analyses.Common;

/// <summary>What can come of one decision of two classifiers.</summary>
internal enum Outcome
{
    BothCorrect,
    OnlyFirst,
    OnlySecond,
    OtherWrong,
    SameWrong,
}

/// <summary>One decision of two classifiers about an image: its class, or whether it has one label.</summary>
/// <param name="Label">The image's class, or the label that was asked about.</param>
/// <param name="Outcome">Who was wrong.</param>
/// <param name="First">What the first says, as a mistake.</param>
/// <param name="Second">What the second says.</param>
internal sealed record Decision(int Label, Outcome Outcome, Mistake First, Mistake Second);

/// <summary>The decisions of two classifiers about images, and what they decide together.</summary>
internal static class Decisions
{
    /// <summary>The decisions about one image: one where it has one class, one a label where it may have several.</summary>
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
            : [Class(image, labels.Single[image], Answer.Of(first, image), Answer.Of(second, image))];

    /// <summary>The scores of the first, of the second, and of both together: softmax outputs averaged, or probabilities of each label.</summary>
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
                Right(labels.Single, i => Answer.Of(first, i).Label),
                Right(labels.Single, i => Answer.Of(second, i).Label),
                Right(labels.Single, i => Answer.Together(Answer.Of(first, i), Answer.Of(second, i))),
            ];

    private static ImageMean Right(ImmutableArray<int> labels, Func<int, int> answer) =>
        new([.. labels.Select((label, i) => answer(i) == label ? 1.0 : 0)]);

    private static Decision Class(int image, int label, Answer a, Answer b) =>
        new(
            label,
            Of(a.Label == label, b.Label == label, a.Label == b.Label),
            new(image, label, a.Label, a.Confidence),
            new(image, label, b.Label, b.Confidence)
        );

    // A yes or no that is wrong twice is the same answer twice, unless one of the two says nothing finite, which is wrong whatever is right.
    private static Decision YesOrNo(int image, int label, EvaluationResult first, EvaluationResult second, bool has)
    {
        var (a, b) = (first.Logits[(image * first.Classes) + label], second.Logits[(image * second.Classes) + label]);
        return new(label, Of(Right(a), Right(b), float.IsFinite(a) && float.IsFinite(b)), Wrong(a), Wrong(b));

        bool Right(float logit) => float.IsFinite(logit) && logit > 0 == has;

        Mistake Wrong(float logit) =>
            new(
                image,
                label,
                has ? Mistake.No : label,
                float.IsFinite(logit) ? LabelEnsemble.Probability(has ? -logit : logit) : null
            );
    }

    private static Outcome Of(bool first, bool second, bool same) =>
        (first, second) switch
        {
            (true, true) => Outcome.BothCorrect,
            (false, true) => Outcome.OnlyFirst,
            (true, false) => Outcome.OnlySecond,
            _ => same ? Outcome.SameWrong : Outcome.OtherWrong,
        };
}
