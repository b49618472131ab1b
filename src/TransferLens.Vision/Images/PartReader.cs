using TransferLens.Studies.Settings;
using TransferLens.Vision.Runtime;
using static TorchSharp.torch;

namespace TransferLens.Vision.Images;

/// <summary>
/// Reads numbered batches of an image set in any order, for a network on a device. On a GPU the next one, by number, is
/// uploaded while the caller works on the last. On the CPU it may be called on several threads at once.
/// </summary>
/// <param name="set">The images.</param>
/// <param name="device">The device.</param>
/// <param name="parts">Indices of the images of each batch.</param>
/// <param name="normalize">Applied to values in [0, 1].</param>
internal sealed class PartReader(ImageSet set, Device device, int[][] parts, Normalization normalize) : IDisposable
{
    private (int Part, Task<ImageBatch> Batch)? ahead;

    /// <summary>A batch, the caller's to dispose.</summary>
    /// <param name="part">Its number.</param>
    public ImageBatch Read(int part)
    {
        if (!DevicePath.IsUsed(device))
        {
            return Make(part);
        }

        var expected = ahead is { } known && known.Part == part ? known.Batch : null;
        if (expected is null)
        {
            Dispose();
        }

        ahead = null;
        var batch = expected?.GetAwaiter().GetResult() ?? Make(part);
        // After the last, the next network begins.
        var next = (part + 1) % parts.Length;
        ahead = (next, Task.Run(() => Make(next)));
        return batch;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        DeviceBatches.Discard(ahead?.Batch);
        ahead = null;
    }

    private ImageBatch Make(int part)
    {
        using var frozen = no_grad();
        return set.BatchesOn(device, [parts[part]], normalize, null).Single();
    }
}
