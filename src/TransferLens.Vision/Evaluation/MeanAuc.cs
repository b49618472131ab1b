using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Evaluation;

/// <summary>
/// The mean of the labels' <see cref="Auc"/>, in [0, 1], each label counting alike. A label that all images have, or none, has no
/// AUC and is left out. A resample of images may leave a label without one too; it is left out of that resample's mean.
/// </summary>
public sealed class MeanAuc : ImageScore
{
    private readonly ImmutableArray<Auc> labels;

    private MeanAuc(int count, ImmutableArray<Auc> labels)
    {
        (Count, this.labels) = (count, labels);
        Labels = [.. labels.Select(label => label.Value)];
        Value = Labels.OfType<double>().DefaultIfEmpty(double.NaN).Average();
    }

    /// <summary>The AUC of each label; null for one that all images have, or none.</summary>
    public ImmutableArray<double?> Labels { get; }

    /// <inheritdoc/>
    public override double Value { get; }

    /// <inheritdoc/>
    public override int Count { get; }

    /// <summary>The mean AUC of what a network says.</summary>
    /// <param name="logits">Images x labels, row by row.</param>
    /// <param name="labels">What the images show.</param>
    /// <exception cref="InputException">No label has an AUC.</exception>
    public static MeanAuc Of(float[] logits, ImageLabels labels) =>
        Find(logits, labels)
        ?? throw new InputException(
            "No label has an AUC: each is one that all of these images have, or none has; give images with and without the labels."
        );

    /// <summary>The same; null where no label has an AUC.</summary>
    internal static MeanAuc? Find(float[] logits, ImageLabels labels)
    {
        ArgumentNullException.ThrowIfNull(logits);
        ArgumentNullException.ThrowIfNull(labels);
        var (count, width) = (labels.Count, logits.Length / labels.Count);
        var (numbers, positive) = (new float[count], new bool[count]);
        var all = ImmutableArray.CreateBuilder<Auc>(width);
        for (var label = 0; label < width; label++)
        {
            for (var i = 0; i < count; i++)
            {
                (numbers[i], positive[i]) = (logits[(i * width) + label], labels.Has(i, label));
            }

            all.Add(Auc.Of(numbers, positive));
        }

        var mean = new MeanAuc(count, all.ToImmutable());
        return double.IsNaN(mean.Value) ? null : mean;
    }

    /// <summary>The 95 % bootstrap interval of each label's AUC over images; null for a label without one.</summary>
    /// <param name="seed">Seed of the resampling; equal seeds draw the same images as <see cref="Bootstrap.Interval(ImageScore, uint, int)"/>.</param>
    public ImmutableArray<(double Low, double High)?> Intervals(uint seed = 0) =>
        [
            .. labels.Select(
                (label, i) =>
                    Labels[i] is null ? ((double, double)?)null : Bootstrap.Interval(new One(Count, label), seed)
            ),
        ];

    internal override double On(int[] drawn, int[] counts)
    {
        var (sum, defined) = (0.0, 0);
        for (var i = 0; i < labels.Length; i++)
        {
            if (Labels[i] is not null && labels[i].Counted(counts) is { } area)
            {
                (sum, defined) = (sum + area, defined + 1);
            }
        }

        return defined == 0 ? double.NaN : sum / defined;
    }

    private sealed class One(int count, Auc label) : ImageScore
    {
        public override double Value => label.Value!.Value;

        public override int Count => count;

        internal override double On(int[] drawn, int[] counts) => label.Counted(counts) ?? double.NaN;
    }
}
