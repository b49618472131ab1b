using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Images;

internal static class SameValues
{
    /// <summary>Whether both have one shape, one type and equal values.</summary>
    public static bool Same(this Tensor left, Tensor right)
    {
        using var scope = NewDisposeScope();
        return left.dtype == right.dtype && left.shape.SequenceEqual(right.shape) && left.eq(right).all().item<bool>();
    }
}
