using TransferLens.Studies.Inputs;

namespace TransferLens.Vision.Weights;

/// <summary>What every reader of weights needs of a file.</summary>
internal static class WeightsFile
{
    /// <summary>Opens a file for reading.</summary>
    /// <exception cref="InputException">It cannot be opened, or is empty or no regular file.</exception>
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

    /// <summary>Text of a file as a message may show it: at most 100 characters, none of which steers a terminal.</summary>
    public static string Shown(string text) =>
        string.Concat(text.Take(100).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c))
        + (text.Length > 100 ? "..." : "");

    /// <summary>Number of elements of a shape; null when it has more than 64 dimensions, when a length is negative, or when
    /// the product of the lengths above zero passes 2^40.</summary>
    public static long? Product(ReadOnlySpan<long> shape)
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

        return shape.Length > 64 ? null
            : empty ? 0
            : product;
    }
}
