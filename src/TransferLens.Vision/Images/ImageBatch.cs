using System.Collections.Immutable;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Transforms;
using static TorchSharp.torch;

namespace TransferLens.Vision.Images;

/// <summary>A batch of normalized images with their labels. Owns its tensors.</summary>
/// <param name="Images">(n, 3, size, size), float32, normalized.</param>
/// <param name="Labels">(n), int64, one class each; or (n, classes), float32, 0 or 1, where images may show several.</param>
/// <param name="Indices">Which images of the set these are.</param>
public sealed record ImageBatch(Tensor Images, Tensor Labels, ImmutableArray<int> Indices) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        Images.Dispose();
        Labels.Dispose();
    }
}

/// <summary>Walks through an image set batch by batch.</summary>
public static class ImageBatches
{
    /// <summary>Every image once, in order; the last batch may be smaller.</summary>
    /// <param name="set">The images.</param>
    /// <param name="batchSize">Images a batch.</param>
    /// <param name="normalize">Applied to pixels / 255.</param>
    /// <param name="order">Which images in which order; null for all, in the set's order.</param>
    /// <param name="augment">From uint8 images (n, 3, size, size) to changed ones, before normalization; null for none.</param>
    /// <param name="shuffle">Permutes the blocks of each image after normalization; null for none.</param>
    /// <returns>Batches; each is the caller's to dispose.</returns>
    public static IEnumerable<ImageBatch> Batches(
        this ImageSet set,
        int batchSize,
        Normalization normalize,
        IReadOnlyList<int>? order = null,
        Func<Tensor, Tensor>? augment = null,
        BlockShuffle? shuffle = null
    )
    {
        var (indices, values) = (
            order ?? Enumerable.Range(0, set.Count).ToArray(),
            PixelValues.Of(normalize, set.Size, shuffle)
        );
        foreach (var chunk in indices.Chunk(batchSize))
        {
            yield return new(Normalized(set, chunk, values, augment), set.Labels.ToTensor(chunk), [.. chunk]);
        }
    }

    private static Tensor Normalized(ImageSet set, int[] indices, PixelValues values, Func<Tensor, Tensor>? augment)
    {
        using var scope = NewDisposeScope();
        return (
            augment is null ? values.Apply(set, indices) : values.Apply(augment(set.Read(indices)))
        ).DetachFromDisposeScope();
    }
}
