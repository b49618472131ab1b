using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Runtime;
using TransferLens.Vision.Transforms;
using static TorchSharp.torch;

namespace TransferLens.Vision.Images;

/// <summary>Iterates over an image set batch by batch, for a network on a device.</summary>
internal static class DeviceBatches
{
    /// <summary>
    /// The batches of <see cref="ImageBatches.Batches"/>, in the memory of a device. On a GPU they are uploaded as
    /// stored, in uint8 for most sets, and changed, normalized and shuffled there, while the GPU computes on the
    /// batch before. Random changes are drawn as on the CPU, so that they are the same on every device.
    /// </summary>
    /// <param name="set">The images.</param>
    /// <param name="device">The device.</param>
    /// <param name="batchSize">Images per batch.</param>
    /// <param name="normalize">Applied to values in [0, 1].</param>
    /// <param name="order">Indices of the images to read, in order; null for all, in the set's order.</param>
    /// <param name="augment">Changes a batch before normalization, on its device; null for none.</param>
    /// <param name="shuffle">Permutes the blocks of each image after normalization; null for none.</param>
    /// <returns>Batches, labels too on the device; each is the caller's to dispose.</returns>
    /// <exception cref="InputException">
    /// Normalization or shuffle is for images of another shape, or augmentation changed the shape.
    /// </exception>
    public static IEnumerable<ImageBatch> BatchesOn(
        this ImageSet set,
        Device device,
        int batchSize,
        Normalization normalize,
        IReadOnlyList<int>? order = null,
        Func<Tensor, Tensor>? augment = null,
        BlockShuffle? shuffle = null
    ) =>
        DevicePath.IsUsed(device)
            ? Read(
                set,
                device,
                [.. (order ?? [.. Enumerable.Range(0, set.Count)]).Chunk(batchSize)],
                normalize,
                augment,
                shuffle
            )
            : set.Batches(batchSize, normalize, order, augment, shuffle);

    /// <summary>The same for batches of given images.</summary>
    /// <param name="set">The images.</param>
    /// <param name="device">The device.</param>
    /// <param name="parts">Indices of the images of each batch.</param>
    /// <param name="normalize">Applied to values in [0, 1].</param>
    /// <param name="shuffle">Permutes the blocks of each image after normalization; null for none.</param>
    public static IEnumerable<ImageBatch> BatchesOn(
        this ImageSet set,
        Device device,
        IEnumerable<int[]> parts,
        Normalization normalize,
        BlockShuffle? shuffle
    ) =>
        DevicePath.IsUsed(device)
            ? Read(set, device, [.. parts], normalize, null, shuffle)
            : parts.SelectMany(part => set.Batches(part.Length, normalize, part, shuffle: shuffle));

    private static IEnumerable<ImageBatch> Read(
        ImageSet set,
        Device device,
        int[][] parts,
        Normalization normalize,
        Func<Tensor, Tensor>? augment,
        BlockShuffle? shuffle
    )
    {
        using var values = DeviceValues.Create(normalize, set, shuffle, device);
        foreach (var batch in Ahead(parts, Make))
        {
            yield return batch;
        }

        ImageBatch Make(int[] part)
        {
            using var scope = NewDisposeScope();
            using var frozen = no_grad();
            var images = DevicePath.Upload(set.Read(part), device);
            images = values.Apply(augment is null ? images : augment(images));
            using var stored = set.Labels.ToTensor(part);
            var labels = DevicePath.Upload(stored, device);
            return new(images.DetachFromDisposeScope(), labels.DetachFromDisposeScope(), [.. part]);
        }
    }

    // Each batch is made while the caller works on the one before; one after the other, for they share a generator.
    private static IEnumerable<ImageBatch> Ahead(int[][] parts, Func<int[], ImageBatch> make)
    {
        Task<ImageBatch>? next = null;
        try
        {
            next = Begin(0);
            for (var i = 1; next is not null; i++)
            {
                var batch = next.GetAwaiter().GetResult();
                next = Begin(i);
                yield return batch;
            }
        }
        finally
        {
            Discard(next);
        }

        Task<ImageBatch>? Begin(int i) => i < parts.Length ? Task.Run(() => make(parts[i])) : null;
    }

    /// <summary>
    /// Waits for a batch that is not wanted any more, since what it is made from may be disposed next, and disposes it.
    /// </summary>
    internal static void Discard(Task<ImageBatch>? next)
    {
        try
        {
            next?.GetAwaiter().GetResult().Dispose();
        }
#pragma warning disable CA1031 // What failed is not wanted any more, or was thrown before.
        catch (Exception)
#pragma warning restore CA1031
        {
            // Nothing is left to dispose.
        }
    }
}
