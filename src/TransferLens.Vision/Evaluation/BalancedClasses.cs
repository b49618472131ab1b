using TransferLens.Vision.Images;

namespace TransferLens.Vision.Evaluation;

/// <summary>
/// Weights with which all classes contribute equally to a loss: weight of class c = images / (classes with images x
/// images of c), 0 for a class without images. The same as scikit-learn's <c>class_weight="balanced"</c>.
/// </summary>
public static class BalancedClasses
{
    /// <summary>The weights.</summary>
    /// <param name="labels">Labels of the training images, one class each.</param>
    /// <param name="classes">Number of classes of the network.</param>
    /// <returns>One weight per class.</returns>
    /// <exception cref="InvalidOperationException">The images are multi-label.</exception>
    public static double[] Weights(ImageLabels labels, int classes)
    {
        ArgumentNullException.ThrowIfNull(labels);
        var counts = new int[classes];
        foreach (var label in labels.Single)
        {
            counts[label]++;
        }

        double present = counts.Count(count => count > 0);
        return [.. counts.Select(count => count == 0 ? 0 : labels.Count / (present * count))];
    }
}
