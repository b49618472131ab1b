using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Data;

namespace TransferLens.Training;

/// <summary>How well a network tells the pictures that have one label from the others.</summary>
/// <param name="Name">The label.</param>
/// <param name="Auc">Its <see cref="Training.Auc"/>; null where all pictures have it, or none.</param>
/// <param name="Low">Lower end of its 95 % bootstrap interval over pictures, or null.</param>
/// <param name="High">Upper end, or null.</param>
/// <param name="Positives">Pictures that have it.</param>
/// <param name="Negatives">Pictures that do not.</param>
public sealed record LabelScore(string Name, double? Auc, double? Low, double? High, int Positives, int Negatives)
{
    /// <summary>Each label of a set of pictures.</summary>
    /// <param name="score">The AUCs of the labels on them.</param>
    /// <param name="pictures">The pictures.</param>
    /// <param name="seed">Seed of the bootstrap.</param>
    public static ImmutableArray<LabelScore> Of(MeanAuc score, PictureSet pictures, uint seed = 0)
    {
        ArgumentNullException.ThrowIfNull(score);
        ArgumentNullException.ThrowIfNull(pictures);
        return
        [
            .. score.Intervals(seed).Select((interval, label) =>
            {
                var positives = Enumerable.Range(0, pictures.Count).Count(picture => pictures.Labels.Has(picture, label));
                return new LabelScore(pictures.Classes[label], score.Labels[label], interval?.Low, interval?.High, positives, pictures.Count - positives);
            }),
        ];
    }

    /// <summary>Labels as they stand in JSON.</summary>
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
