using System.Collections.Immutable;

namespace TransferLens.Analyses.Mistakes;

/// <summary>What the report shows of one pair of models.</summary>
/// <param name="Images">
/// Images, or decisions on multi-label images, that only the first model predicts incorrectly, then only the second,
/// then both; of each the most confident mistakes first.
/// </param>
/// <param name="Confusions">
/// How many images of each class are predicted as each, where that occurs; empty for multi-label images.
/// </param>
internal sealed record MistakeImages(ImmutableArray<MistakeImage> Images, ImmutableArray<Confusion> Confusions);

/// <summary>An image with its class and both predictions.</summary>
/// <param name="Name">The image's name in its set.</param>
/// <param name="Class">Its class, or whether it has the label.</param>
/// <param name="Label">Name of its class, or of the label in question.</param>
/// <param name="Incorrect">Which model predicts it incorrectly.</param>
/// <param name="First">Prediction of the first model.</param>
/// <param name="Second">Prediction of the second model.</param>
/// <param name="Image">The bytes of a PNG or JPEG file.</param>
internal sealed record MistakeImage(
    string Name,
    string Class,
    string Label,
    Incorrect Incorrect,
    Predicted First,
    Predicted Second,
    byte[] Image
)
{
    /// <summary>Probability of the mistake; null when it is undefined.</summary>
    public double? Confidence => MistakeGallery.Confidence(Incorrect, First.Confidence, Second.Confidence);
}

/// <summary>Which of two models predicts an image incorrectly.</summary>
internal enum Incorrect
{
    First,
    Second,
    Both,
}

/// <summary>A prediction.</summary>
/// <param name="Answer">The predicted class.</param>
/// <param name="Confidence">Its probability; null when it is undefined.</param>
internal sealed record Predicted(string Answer, double? Confidence);

/// <summary>How many images of a class two models predict as a class.</summary>
/// <param name="Class">Index of the images' class.</param>
/// <param name="Answer">Index of the predicted class.</param>
/// <param name="First">Number of images of which the first predicts that.</param>
/// <param name="Second">Number of images of which the second predicts that.</param>
internal sealed record Confusion(int Class, int Answer, int First, int Second);
