namespace TransferLens.Weights;

/// <summary>What every reader of weights needs of a file.</summary>
internal static class WeightsFile
{
    /// <summary>Opens a file for reading.</summary>
    /// <exception cref="InputException">It cannot be opened.</exception>
    public static FileStream Open(string path)
    {
        try
        {
            return File.OpenRead(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"The weights file '{path}' cannot be read: {failure.Message}", failure);
        }
    }

    /// <summary>Number of elements of a shape; null when a length is negative or the product passes 2^40.</summary>
    public static long? Product(ReadOnlySpan<long> shape)
    {
        var product = 1L;
        foreach (var length in shape)
        {
            if (length < 0 || (length > 0 && product > (1L << 40) / length))
            {
                return null;
            }

            product *= length;
        }

        return shape.Length > 64 ? null : product;
    }
}
