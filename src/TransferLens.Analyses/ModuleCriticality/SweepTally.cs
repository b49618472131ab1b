using TransferLens.Data;
using static TorchSharp.torch;

namespace TransferLens.Analyses;

/// <summary>The labels of a batch and whose they are.</summary>
internal sealed record BatchLabels(PictureSet Pictures, PictureBatch Batch);

/// <summary>Adds up, batch by batch, what one variant of a network gets right and loses.</summary>
/// <param name="pictures">Number of pictures to come.</param>
internal sealed class SweepTally(int pictures)
{
    private int seen;
    private double loss;

    /// <summary>Per picture, in the order of the batches.</summary>
    public bool[] Right { get; } = new bool[pictures];

    /// <summary>Accuracy and loss over all pictures.</summary>
    public ModulePerformance Performance => new(Right.Count(right => right) / (double)Right.Length, double.IsFinite(loss) ? loss / Right.Length : null);

    /// <summary>Takes the logits of a batch.</summary>
    /// <exception cref="InputException">A label is not among the network's classes.</exception>
    public void Add(Tensor logits, BatchLabels labels)
    {
        var (set, batch) = labels;
        if (batch.Indices.FirstOrDefault(i => set.Labels.Single[i] >= logits.shape[1], -1) is >= 0 and var outside)
        {
            throw new InputException($"The picture '{set.Names[outside]}' has class {set.Labels.Single[outside]} ({set.Classes[set.Labels.Single[outside]]}), but the network knows {logits.shape[1]} classes; use weights trained on these classes.");
        }

        using var scope = NewDisposeScope();
        loss += nn.functional.cross_entropy(logits.to(float64), batch.Labels, reduction: nn.Reduction.Sum).item<double>();

        // The largest of logits that are not numbers means nothing.
        var right = logits.argmax(1).eq(batch.Labels).logical_and(logits.isfinite().all(1)).data<bool>();
        foreach (var one in right)
        {
            Right[seen++] = one;
        }
    }
}
