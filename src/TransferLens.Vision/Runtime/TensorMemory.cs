using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace TransferLens.Vision.Runtime;

/// <summary>Access to the memory of tensors.</summary>
internal static class TensorMemory
{
    /// <summary>The address of a tensor's values; valid as long as the tensor.</summary>
    /// <param name="tensor">(n, ...), n at least 1, each of the n contiguous, on the CPU.</param>
    public static unsafe nint AddressOf(Tensor tensor)
    {
        // Only the first of n, since a span is limited to 2 GiB.
        using var first = tensor.narrow(0, 0, 1);
        return (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(first.bytes));
    }
}
