using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Runtime;
using TransferLens.Vision.Transforms;
using static TorchSharp.torch;

namespace TransferLens.Vision.Images;

/// <summary>
/// <see cref="PixelValues"/> as tensor operations on a device. Each is rounded as IEEE 754 says, in the same order, so
/// that the values are the same bit for bit.
/// </summary>
internal sealed class DeviceValues : IDisposable
{
    private readonly PixelValues values;
    private readonly Tensor? largest;
    private readonly Tensor means;
    private readonly Tensor deviations;
    private readonly Tensor? sources;

    private DeviceValues(PixelValues values, Device device)
    {
        this.values = values;
        using var scope = NewDisposeScope();
        // A tensor, since libtorch multiplies by the reciprocal of a number, which rounds differently.
        largest = values.Type == ScalarType.Byte ? full([1], 255f, device: device).DetachFromDisposeScope() : null;
        (means, deviations) = (PerChannel(values.Means), PerChannel(values.Deviations));
        sources = values.Sources() is { } moved
            ? DevicePath.Upload(tensor(moved), device).DetachFromDisposeScope()
            : null;

        Tensor PerChannel(float[] channels) =>
            DevicePath.Upload(tensor(channels).view(1, -1, 1, 1), device).DetachFromDisposeScope();
    }

    /// <summary>The normalization and shuffle of a set's images.</summary>
    /// <param name="normalize">As for <see cref="PixelValues.Create"/>.</param>
    /// <param name="set">The images.</param>
    /// <param name="shuffle">Permutes the blocks of an image; null for none.</param>
    /// <param name="device">The device of the batches.</param>
    /// <exception cref="InputException">Normalization or shuffle is for images of another shape.</exception>
    public static DeviceValues Create(Normalization normalize, ImageSet set, BlockShuffle? shuffle, Device device) =>
        new(PixelValues.Create(normalize, set, shuffle), device);

    /// <summary>Normalizes a batch, and shuffles its blocks.</summary>
    /// <param name="batch">(n, channels, height, width) of the set's shape and type, on the device.</param>
    /// <returns>A new tensor of that shape, float32, on the device.</returns>
    /// <exception cref="InputException">
    /// The images have another shape or type, such as after an augmentation.
    /// </exception>
    public Tensor Apply(Tensor batch)
    {
        values.Check(batch);
        using var scope = NewDisposeScope();
        var result = batch.to(ScalarType.Float32, copy: true);
        result = largest is null ? result : result.div_(largest);
        result = result.sub_(means).div_(deviations);
        result = sources is null ? result : result.flatten(1).index_select(1, sources).view(batch.shape);
        return result.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        largest?.Dispose();
        means.Dispose();
        deviations.Dispose();
        sources?.Dispose();
    }
}
