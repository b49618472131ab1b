using System.Collections.Immutable;

namespace TransferLens.Studies.Metrics;

/// <summary>
/// The words of the metrics that ship. The library that computes with images pairs each with its computation.
/// </summary>
internal static class DeclaredMetrics
{
    /// <summary>Share of images whose label has the largest logit.</summary>
    public static Metric Accuracy { get; } =
        new DescribedMetric("accuracy", "accuracy", plural: "accuracies", chance: "the share of the largest class")
        {
            Percent = true,
            CorrectImages = true,
        };

    /// <summary>Mean recall over the classes that have images.</summary>
    public static Metric BalancedAccuracy { get; } =
        new DescribedMetric("balanced_accuracy", "balanced accuracy", plural: "balanced accuracies") { Percent = true };

    /// <summary>Mean F1 over classes, or over labels.</summary>
    public static Metric MacroF1 { get; } =
        new DescribedMetric("macro_f1", "macro F1", plural: "macro F1 scores") { MultiLabel = true };

    /// <summary>Share of images whose label is among the five largest logits.</summary>
    public static Metric Top5 { get; } =
        new DescribedMetric(
            "top_5",
            "top-5 accuracy",
            plural: "top-5 accuracies",
            chance: "the share of the five largest classes"
        )
        {
            Percent = true,
            FewestClasses = 6,
        };

    /// <summary>Mean over labels, or over classes against the rest, of the area under the ROC curve.</summary>
    public static Metric MeanAuc { get; } =
        new DescribedMetric("mean_auc", "mean AUC", scoreKey: "auc", chance: "the mean AUC of chance, 0.5")
        {
            MultiLabel = true,
        };

    /// <summary>All of them; the first that fits is a target's default.</summary>
    public static ImmutableArray<Metric> All { get; } = [Accuracy, BalancedAccuracy, MacroF1, Top5, MeanAuc];
}
