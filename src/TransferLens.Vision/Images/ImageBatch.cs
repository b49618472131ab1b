using System.Collections.Immutable;
using static TorchSharp.torch;

namespace TransferLens.Vision.Images;

/// <summary>A batch of normalized images with their labels. Owns its tensors.</summary>
/// <param name="Images">(n, channels, height, width), float32, normalized.</param>
/// <param name="Labels">Single-label: (n), int64, the classes. Multi-label: (n, classes), float32, 0 or 1.</param>
/// <param name="Indices">Indices of these images in the set.</param>
public sealed record ImageBatch(Tensor Images, Tensor Labels, ImmutableArray<int> Indices) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        Images.Dispose();
        Labels.Dispose();
    }
}
