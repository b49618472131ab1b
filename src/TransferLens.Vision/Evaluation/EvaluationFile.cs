using System.Text.Json.Nodes;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Images;
using TransferLens.Vision.Weights;

namespace TransferLens.Vision.Evaluation;

/// <summary>Reads what an evaluation left in the store.</summary>
public static class EvaluationFile
{
    /// <summary>The evaluation with every logit; its loss is NaN where none was finite.</summary>
    /// <param name="artifact">Folder of the artifact of a task of kind <c>evaluate</c>.</param>
    /// <exception cref="InputException">The logits cannot be read.</exception>
    public static EvaluationResult Read(string artifact)
    {
        using var file = Safetensors.Read(Path.Combine(artifact, "logits.safetensors"));
        var logits = file["logits"];
        var result = JsonNode.Parse(File.ReadAllText(Path.Combine(artifact, "result.json")))!;
        return new(
            (double)result[Metric.ReadFrom(result).Key]!,
            (double?)result["loss"] ?? double.NaN,
            (int)logits.shape[0],
            logits.data<float>().ToArray(),
            (int)logits.shape[1]
        );
    }

    /// <summary>Its score, as one that can be resampled.</summary>
    /// <param name="artifact">Folder of its artifact.</param>
    /// <param name="images">The images that it was evaluated on.</param>
    /// <exception cref="InputException">The logits cannot be read.</exception>
    public static ImageScore Score(string artifact, ImageSet images)
    {
        ArgumentNullException.ThrowIfNull(images);
        return ImageScore.Of(Read(artifact), images.Labels);
    }
}
