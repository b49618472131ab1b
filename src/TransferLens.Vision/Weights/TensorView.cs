namespace TransferLens.Vision.Weights;

/// <summary>A sequence of elements in a PyTorch checkpoint that one or more tensors use.</summary>
/// <param name="Type">Type of an element.</param>
/// <param name="Key">Its name in the checkpoint.</param>
/// <param name="Count">Number of elements, below 2^40.</param>
internal sealed record TensorStorage(TensorType Type, string Key, long Count)
{
    /// <summary>Its size in bytes.</summary>
    public long Bytes => Count * Type.Bytes;
}

/// <summary>
/// A tensor as PyTorch stores it: element (i, j, ...) is element Offset + i Strides[0] + j Strides[1] + ... of its
/// storage.
/// </summary>
internal sealed record TensorView(TensorStorage Storage, long Offset, long[] Shape, long[] Strides)
{
    /// <summary>Its size in bytes when it has a storage of its own.</summary>
    public long Bytes => WeightsFile.CountElements(Shape)!.Value * Storage.Type.Bytes;

    /// <summary>Whether every element is in the storage.</summary>
    public bool IsValid()
    {
        if (
            Shape.Length != Strides.Length
            || WeightsFile.CountElements(Shape) is not { } count
            || Offset < 0
            || Offset > Storage.Count
            || Strides.Any(s => s is < 0 or > 1L << 40)
        )
        {
            return false;
        }

        return count == 0
            || Shape.Zip(Strides).Sum(axis => (decimal)(axis.First - 1) * axis.Second) + Offset < Storage.Count;
    }
}
