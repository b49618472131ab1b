using TransferLens.Vision.Runtime;
using static TorchSharp.torch;

namespace TransferLens.Vision.Evaluation;

/// <summary>
/// The logits of an evaluation, batch by batch. Those on a GPU stay there until all are computed: copying each batch
/// would make the CPU wait for it.
/// </summary>
internal sealed class CollectedLogits : IDisposable
{
    private readonly List<float[]> copied = [];
    private readonly List<Tensor> kept = [];

    /// <summary>Adds a batch.</summary>
    /// <param name="logits">(n, classes), float32; it stays the caller's.</param>
    public void Add(Tensor logits)
    {
        if (DevicePath.IsUsed(logits.device))
        {
            kept.Add(logits.alias().DetachFromDisposeScope());
        }
        else
        {
            copied.Add(logits.data<float>().ToArray());
        }
    }

    /// <summary>The logits of all batches, row by row.</summary>
    public float[] ToArray()
    {
        using var scope = NewDisposeScope();
        return kept.Count == 0 ? [.. copied.SelectMany(batch => batch)] : cat(kept).cpu().data<float>().ToArray();
    }

    /// <inheritdoc/>
    public void Dispose() => kept.ForEach(batch => batch.Dispose());
}
