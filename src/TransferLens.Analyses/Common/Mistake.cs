namespace TransferLens.Analyses.Common;

/// <summary>An image that one classifier gets wrong and the other one right.</summary>
/// <param name="Image">Index of the image in its set.</param>
/// <param name="Label">Its class; for multi-label images, the label in question.</param>
/// <param name="Answer">
/// The predicted class. For multi-label images: <see cref="No"/> when the image has the label, and the label itself
/// when it does not.
/// </param>
/// <param name="Confidence">Probability of the prediction; null when a logit is not finite.</param>
public sealed record Mistake(int Image, int Label, int Answer, double? Confidence)
{
    /// <summary>The prediction that an image does not have the label.</summary>
    public const int No = -1;

    /// <summary>
    /// Names the truth and the prediction, for example <c>cat</c> and <c>dog</c>, or <c>no cat</c> and <c>cat</c>.
    /// </summary>
    /// <param name="isMultiLabel">Whether the images are multi-label.</param>
    /// <param name="name">Names of the classes.</param>
    public (string Is, string TakenFor) Words(bool isMultiLabel, Func<int, string> name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return !isMultiLabel ? (name(Label), name(Answer))
            : Answer == No ? (name(Label), $"no {name(Label)}")
            : ($"no {name(Label)}", name(Label));
    }
}
