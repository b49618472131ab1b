using System.Text.Json.Nodes;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Metrics;
using TransferLens.Vision.Images;
using TransferLens.Vision.Weights;

namespace TransferLens.Vision.Evaluation;

/// <summary>Reads evaluations from the store.</summary>
public static class EvaluationFile
{
    /// <summary>The evaluation with every logit; its loss is NaN where it was not finite.</summary>
    /// <param name="artifact">Folder of the artifact of a task of kind <c>evaluate</c>.</param>
    /// <param name="metrics">The metrics that it may have been written with; null for those that ship.</param>
    /// <exception cref="InputException">The logits cannot be read, or the metric is unknown.</exception>
    public static EvaluationResult Read(string artifact, IReadOnlyList<ImageMetric>? metrics = null)
    {
        using var file = Safetensors.Read(Path.Combine(artifact, "logits.safetensors"));
        var logits = file["logits"];
        var result = JsonNode.Parse(File.ReadAllText(Path.Combine(artifact, "result.json")))!;
        var metric = Metric.ReadFrom(result);
        return new(
            (double)result[metric.JsonKey]!,
            (double?)result["loss"] ?? double.NaN,
            (int)logits.shape[0],
            logits.data<float>().ToArray(),
            (int)logits.shape[1],
            result["metric"] is null ? null : Metrics.Find(metric.Key, metrics)
        );
    }

    /// <summary>Its score, as one that can be resampled.</summary>
    /// <param name="artifact">Folder of its artifact.</param>
    /// <param name="images">The images that it was evaluated on.</param>
    /// <param name="metrics">The metrics that it may have been written with; null for those that ship.</param>
    /// <exception cref="InputException">The logits cannot be read, or the metric is unknown.</exception>
    public static ImageScore Score(string artifact, ImageSet images, IReadOnlyList<ImageMetric>? metrics = null)
    {
        ArgumentNullException.ThrowIfNull(images);
        return ImageScore.Of(Read(artifact, metrics), images.Labels);
    }
}
