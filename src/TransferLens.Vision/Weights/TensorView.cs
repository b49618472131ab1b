namespace TransferLens.Vision.Weights;

/// <summary>A run of elements in a PyTorch checkpoint, which one or more tensors look at.</summary>
/// <param name="Type">Type of an element.</param>
/// <param name="Key">Its name in the checkpoint.</param>
/// <param name="Count">Number of elements, below 2^40.</param>
internal sealed record TensorStorage(TensorType Type, string Key, long Count)
{
    /// <summary>Its size in bytes.</summary>
    public long Bytes => Count * Type.Bytes;
}

/// <summary>A tensor as PyTorch keeps it: element (i, j, ...) is storage element Offset + i Strides[0] + j Strides[1] + ...</summary>
internal sealed record TensorView(TensorStorage Storage, long Offset, long[] Shape, long[] Strides)
{
    /// <summary>Its size in bytes, once it has its own storage.</summary>
    public long Bytes => WeightsFile.Product(Shape)!.Value * Storage.Type.Bytes;

    /// <summary>Whether every element lies in the storage.</summary>
    public bool IsSound()
    {
        if (
            Shape.Length != Strides.Length
            || WeightsFile.Product(Shape) is not { } count
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
