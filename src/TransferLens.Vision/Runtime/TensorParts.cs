using TransferLens.Studies.Plans;
using static TorchSharp.torch;

namespace TransferLens.Vision.Runtime;

/// <summary>Tensors that grow step by step, such as sums over batches, among the partial results of a task.</summary>
internal static class TensorParts
{
    /// <summary>Keeps tensors bit for bit.</summary>
    /// <param name="parts">Where they are kept.</param>
    /// <param name="name">Their name.</param>
    /// <param name="steps">Number of steps that they are from, above 0.</param>
    /// <param name="tensors">The tensors, always of the same shapes and types and in the same order.</param>
    public static void Keep(this PartialResults parts, string name, int steps, IEnumerable<Tensor> tensors)
    {
        if (parts.KeepsNothing)
        {
            return;
        }

        using var scope = NewDisposeScope();
        using var bytes = new MemoryStream();
        bytes.Write(BitConverter.GetBytes(steps));
        foreach (var tensor in tensors)
        {
            bytes.Write(tensor.detach().cpu().contiguous().bytes);
        }

        parts.Write<byte>(name, bytes.ToArray());
    }

    /// <summary>Keeps tensors where a part that is written now reaches the disk now.</summary>
    /// <param name="parts">Where they are kept.</param>
    /// <param name="name">Their name.</param>
    /// <param name="steps">Number of steps that they are from, above 0.</param>
    /// <param name="tensors">The tensors, always of the same shapes and types and in the same order.</param>
    public static void KeepWhenDue(this PartialResults parts, string name, int steps, IEnumerable<Tensor> tensors)
    {
        if (parts.IsDue)
        {
            parts.Keep(name, steps, tensors);
        }
    }

    /// <summary>Writes the values that were kept into tensors.</summary>
    /// <param name="parts">Where they were kept.</param>
    /// <param name="name">Their name.</param>
    /// <param name="tensors">As they were given to be kept.</param>
    /// <returns>Number of steps that they are from; 0 without any, and the tensors are as they were.</returns>
    public static int Restore(this PartialResults parts, string name, IEnumerable<Tensor> tensors)
    {
        if (parts.Read<byte>(name) is not { } kept)
        {
            return 0;
        }

        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var at = sizeof(int);
        foreach (var tensor in tensors)
        {
            using var values = empty(tensor.shape, dtype: tensor.dtype);
            var bytes = values.bytes;
            kept.AsSpan(at, bytes.Length).CopyTo(bytes);
            at += bytes.Length;
            tensor.copy_(values);
        }

        return BitConverter.ToInt32(kept);
    }
}
