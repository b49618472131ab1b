using TransferLens.Studies.Inputs;

namespace TransferLens.Vision.Weights;

/// <summary>What all readers of weights files share.</summary>
internal static class WeightsFile
{
    /// <summary>Opens a file for reading.</summary>
    /// <exception cref="InputException">It cannot be opened, is empty, or is not a regular file.</exception>
    public static FileStream Open(string path)
    {
        try
        {
            return InputFile.Open(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"The weights file '{path}' cannot be read: {failure.Message}", failure);
        }
    }

    /// <summary>Text from a file for a message: at most 100 characters, without control characters.</summary>
    public static string Printable(string text) =>
        string.Concat(text.Take(100).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c))
        + (text.Length > 100 ? "..." : "");

    /// <summary>
    /// Number of elements of a shape. Null if it has more than 64 dimensions, if a length is negative, or if the
    /// product of the positive lengths exceeds 2^40.
    /// </summary>
    public static long? CountElements(ReadOnlySpan<long> shape)
    {
        var (product, empty) = (1L, false);
        foreach (var length in shape)
        {
            if (length < 0 || (length > 0 && product > (1L << 40) / length))
            {
                return null;
            }

            product *= Math.Max(length, 1);
            empty |= length == 0;
        }

        if (shape.Length > 64)
        {
            return null;
        }

        return empty ? 0 : product;
    }
}
