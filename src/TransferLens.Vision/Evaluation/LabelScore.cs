using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Evaluation;

/// <summary>How well a network separates the images that have a label from the others.</summary>
/// <param name="Name">The label.</param>
/// <param name="Auc">Its <see cref="Evaluation.Auc"/>; null where all images have it, or none has.</param>
/// <param name="Low">Lower end of its 95 % bootstrap interval over images, or null.</param>
/// <param name="High">Upper end, or null.</param>
/// <param name="Positives">Images that have it.</param>
/// <param name="Negatives">Images that do not.</param>
public sealed record LabelScore(string Name, double? Auc, double? Low, double? High, int Positives, int Negatives)
{
    /// <summary>The score of each label of a set of images.</summary>
    /// <param name="score">The AUCs of the labels on these images.</param>
    /// <param name="images">The images.</param>
    /// <param name="seed">Seed of the bootstrap.</param>
    public static ImmutableArray<LabelScore> Of(MeanAuc score, ImageSet images, uint seed = 0)
    {
        ArgumentNullException.ThrowIfNull(score);
        ArgumentNullException.ThrowIfNull(images);
        return [.. score.Intervals(seed).Select((interval, label) => OfLabel(label, interval))];

        LabelScore OfLabel(int label, (double Low, double High)? interval)
        {
            var positives = Enumerable.Range(0, images.Count).Count(image => images.Labels.Has(image, label));
            return new(
                images.Classes[label],
                score.Labels[label],
                interval?.Low,
                interval?.High,
                positives,
                images.Count - positives
            );
        }
    }

    /// <summary>Labels as JSON.</summary>
    public static JsonArray Write(IEnumerable<LabelScore> labels) =>
        [
            .. labels.Select(label => new JsonObject
            {
                ["name"] = label.Name,
                ["auc"] = label.Auc,
                ["low"] = label.Low,
                ["high"] = label.High,
                ["positives"] = label.Positives,
                ["negatives"] = label.Negatives,
            }),
        ];
}
