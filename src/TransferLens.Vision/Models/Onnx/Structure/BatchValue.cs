using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Onnx.Structure;

/// <summary>A value that no image and no weight changes: constant + slope x number of images.</summary>
/// <param name="Constant">The value for no images.</param>
/// <param name="Slope">What each image adds, of the same shape; null for nothing.</param>
internal sealed record BatchValue(Tensor Constant, Tensor? Slope) : IDisposable
{
    /// <summary>The value for a number of images: a new tensor in the caller's dispose scope.</summary>
    /// <param name="images">The number.</param>
    public Tensor For(long images)
    {
        if (Slope is null)
        {
            return Constant.alias();
        }

        using var product = Slope * images;
        return Constant + product;
    }

    /// <summary>Finds it from the values for two and three images.</summary>
    /// <param name="two">The value for two images.</param>
    /// <param name="three">The value for three.</param>
    /// <returns>New tensors that no dispose scope owns; null when shape or type depends on the number of images, or
    /// when the values are numbers with a fraction that do.</returns>
    public static BatchValue? Of(Tensor two, Tensor three)
    {
        if (!two.shape.AsSpan().SequenceEqual(three.shape))
        {
            return null;
        }

        if (AreEqual(two, three))
        {
            return new(two.clone().DetachFromDisposeScope(), null);
        }

        if (two.dtype is not (ScalarType.Int64 or ScalarType.Int32))
        {
            return null;
        }

        using var scope = NewDisposeScope();
        var slope = three - two;
        return new((two - (slope * 2)).DetachFromDisposeScope(), slope.DetachFromDisposeScope());
    }

    /// <summary>Whether two tensors have the same shape and values.</summary>
    public static bool AreEqual(Tensor one, Tensor other)
    {
        using var scope = NewDisposeScope();
        return one.shape.AsSpan().SequenceEqual(other.shape) && one.eq(other).all().item<bool>();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Constant.Dispose();
        Slope?.Dispose();
    }
}
