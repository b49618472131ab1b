using TransferLens.Vision.Images;

namespace TransferLens.Vision.Evaluation;

/// <summary>How images of one class each are distributed over classes.</summary>
internal static class ClassShares
{
    /// <summary>The share of the images in each class that has any, largest first.</summary>
    public static double[] Of(ImageLabels labels) =>
        [
            .. labels
                .Single.GroupBy(label => label)
                .Select(label => label.Count() / (double)labels.Count)
                .OrderDescending(),
        ];

    /// <summary>The share of the images in the largest classes together.</summary>
    /// <param name="labels">The images' labels.</param>
    /// <param name="classes">How many of the largest classes.</param>
    public static double Largest(ImageLabels labels, int classes) => Of(labels).Take(classes).Sum();
}
