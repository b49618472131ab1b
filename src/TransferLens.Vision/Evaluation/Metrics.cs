using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Evaluation;

/// <summary>The metrics that ship, and the choice among metrics.</summary>
public static class Metrics
{
    /// <summary>All of them; the first that fits an image set is its default.</summary>
    public static ImmutableArray<ImageMetric> All { get; } =
    [new AccuracyMetric(), new BalancedAccuracyMetric(), new MacroF1Metric(), new Top5Metric(), new MeanAucMetric()];

    /// <summary>The metric used when nothing else is chosen: accuracy, or mean AUC for multi-label images.</summary>
    /// <param name="labels">The images' labels.</param>
    public static ImageMetric DefaultFor(ImageLabels labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        return labels.IsMultiLabel ? All[^1] : All[0];
    }

    /// <summary>Finds a metric by its key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="among">The metrics to choose from; null for <see cref="All"/>.</param>
    /// <exception cref="InputException">None has that key.</exception>
    public static ImageMetric Find(string key, IReadOnlyList<ImageMetric>? among = null)
    {
        among ??= All;
        return among.FirstOrDefault(metric => metric.Key == key)
            ?? throw new InputException(
                $"There is no metric '{key}'; choose one of {string.Join(", ", among.Select(metric => metric.Key))}."
            );
    }

    /// <summary>The metric that a task's settings choose, which must fit the images.</summary>
    /// <param name="key">Its key; null for the images' default.</param>
    /// <param name="labels">The images' labels.</param>
    /// <param name="classes">Number of classes that the network knows.</param>
    /// <param name="among">The metrics to choose from; null for <see cref="All"/>.</param>
    /// <exception cref="InputException">None has that key, or it does not fit the images.</exception>
    public static ImageMetric Choose(
        string? key,
        ImageLabels labels,
        int classes,
        IReadOnlyList<ImageMetric>? among = null
    )
    {
        ArgumentNullException.ThrowIfNull(labels);
        if (key is null)
        {
            return DefaultFor(labels);
        }

        var metric = Find(key, among);
        metric.CheckFits(labels.IsMultiLabel, classes);
        return metric;
    }
}
