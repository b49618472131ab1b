using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Transforms;
using static TorchSharp.torch;

namespace TransferLens.Vision.Images;

/// <summary>Iterates over an image set batch by batch.</summary>
public static class ImageBatches
{
    /// <summary>Every image once, in order; the last batch may be smaller.</summary>
    /// <param name="set">The images.</param>
    /// <param name="batchSize">Images per batch.</param>
    /// <param name="normalize">
    /// Applied to values in [0, 1]. It has one mean and deviation per channel of the set, or the same for all channels.
    /// </param>
    /// <param name="order">Indices of the images to read, in order; null for all, in the set's order.</param>
    /// <param name="augment">
    /// Changes a batch (n, channels, height, width) of the set's value type before normalization; null for none.
    /// </param>
    /// <param name="shuffle">Permutes the blocks of each image after normalization; null for none.</param>
    /// <returns>Batches; each is the caller's to dispose.</returns>
    /// <exception cref="InputException">
    /// Normalization or shuffle is for images of another shape, or augmentation changed the shape.
    /// </exception>
    public static IEnumerable<ImageBatch> Batches(
        this ImageSet set,
        int batchSize,
        Normalization normalize,
        IReadOnlyList<int>? order = null,
        Func<Tensor, Tensor>? augment = null,
        BlockShuffle? shuffle = null
    )
    {
        var indices = order ?? [.. Enumerable.Range(0, set.Count)];
        var values = PixelValues.Create(normalize, set, shuffle);
        foreach (var chunk in indices.Chunk(batchSize))
        {
            yield return new(Normalize(set, chunk, values, augment), set.Labels.ToTensor(chunk), [.. chunk]);
        }
    }

    private static Tensor Normalize(ImageSet set, int[] indices, PixelValues values, Func<Tensor, Tensor>? augment)
    {
        using var scope = NewDisposeScope();
        var images = augment is null ? values.Apply(set, indices) : values.Apply(augment(set.Read(indices)));
        return images.DetachFromDisposeScope();
    }
}
