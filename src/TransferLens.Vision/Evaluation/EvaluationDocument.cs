using System.Text.Json.Nodes;
using TransferLens.Studies.Metrics;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Evaluation;

/// <summary>
/// An evaluation as JSON: the <c>result.json</c> of an evaluation task, and what <c>transferlens evaluate --json</c>
/// prints. Undefined numbers are null.
/// </summary>
internal static class EvaluationDocument
{
    /// <summary>Creates the document.</summary>
    /// <param name="measured">The evaluation.</param>
    /// <param name="images">The images that it was made on.</param>
    public static JsonObject Create(EvaluationResult measured, ImageSet images)
    {
        var usual = Metrics.DefaultFor(images.Labels);
        var (low, high) = Bootstrap.Interval(ImageScore.Of(measured, images.Labels));
        var document = new JsonObject();
        if (measured.Metric is { } metric)
        {
            // A chosen metric is named, and written in addition to the default of such images.
            document["metric"] = DescribedMetric.Write(metric);
            document[metric.JsonKey] = Finite(measured.Score);
            document["chance"] = metric.Chance(images.Labels, measured.Classes);
        }

        document[usual.JsonKey] = Finite(
            measured.Metric is null ? measured.Score : usual.Score(measured, images.Labels).Value
        );
        document["low"] = Finite(low);
        document["high"] = Finite(high);
        document["loss"] = Finite(measured.Loss);
        document["examples"] = measured.Examples;
        AddLabels(document, measured, images);
        // Balanced accuracy and calibration are not defined for multi-label images.
        var details = EvaluationDetails.Create(measured, images).ToJson();
        foreach (var (name, value) in details.Where(detail => detail.Value is not null || !images.Labels.IsMultiLabel))
        {
            document.TryAdd(name, value?.DeepClone());
        }

        return document;
    }

    private static void AddLabels(JsonObject document, EvaluationResult measured, ImageSet images)
    {
        if (images.Labels.IsMultiLabel)
        {
            var auc = ImageScore.Of(measured, images.Labels) as MeanAuc ?? MeanAuc.Of(measured.Logits, images.Labels);
            document["labels"] = LabelScore.Write(LabelScore.Of(auc, images));
        }
        else
        {
            document["largestClass"] = ClassShares.Largest(images.Labels, 1);
        }
    }

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
