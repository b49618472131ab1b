using TransferLens.Studies.Inputs;
using TransferLens.Studies.Metrics;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Evaluation;

/// <summary>
/// A metric with its computation. Derive from it to judge networks by your own metric: return an
/// <see cref="ImageMean"/> of one value per image, a <see cref="ClassScore"/> of counts per class, or your own score.
/// Intervals, differences and findings follow, since every score can be resampled over images.
/// </summary>
public abstract class ImageMetric : Metric
{
    /// <summary>The score of a network on images.</summary>
    /// <param name="evaluation">The network's logits on the images.</param>
    /// <param name="labels">The images' labels, in the same order.</param>
    /// <exception cref="InputException">The metric is undefined on these images.</exception>
    public abstract ImageScore Score(EvaluationResult evaluation, ImageLabels labels);

    /// <summary>The score of a network that has learned nothing, in [0, 1].</summary>
    /// <param name="labels">The images' labels.</param>
    /// <param name="classes">Number of classes that the network knows, at least 1.</param>
    public abstract double Chance(ImageLabels labels, int classes);
}
