using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace TransferLens.Vision.Runtime;

/// <summary>The plain memory of tensors.</summary>
public static class TensorMemory
{
    /// <summary>Where the values of a tensor lie, for work on them by their places; good as long as the tensor is.</summary>
    /// <param name="tensor">(n, ...), n at least 1, each of the n contiguous, on the processor.</param>
    public static unsafe nint AddressOf(Tensor tensor)
    {
        // Of the first of n, since a span holds no more than 2 GiB.
        using var first = tensor.narrow(0, 0, 1);
        return (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(first.bytes));
    }
}
