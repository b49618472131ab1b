using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Images;
using static TorchSharp.torch;

namespace TransferLens.Analyses.FeatureSimilarity;

/// <summary>Features with the digests of their images, by which those of two models are joined.</summary>
/// <param name="Values">(n, ...), one row per image; stays the caller's.</param>
/// <param name="Digests">
/// Digest of each row's image, as <see cref="ImageSet.Digests"/> returns them. If two models receive differently
/// resized images, use digests of the image files instead.
/// </param>
public sealed record ImageFeatures(Tensor Values, ImmutableArray<string> Digests)
{
    /// <summary>
    /// For each row, the row of the same image in another set. An image may occur more than once: its occurrences are
    /// joined in their order, which cannot matter, since equal images have equal features.
    /// </summary>
    /// <param name="other">The same images in any order.</param>
    /// <exception cref="InputException">
    /// An image is missing from one of the sets or occurs more often in it, or the number of digests is not that of
    /// rows.
    /// </exception>
    internal long[] RowsIn(ImageFeatures other)
    {
        CheckRows();
        other.CheckRows();
        var positions = other
            .Digests.Select((digest, row) => (digest, row))
            .GroupBy(place => place.digest, place => (long)place.row, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => new Queue<long>(group), StringComparer.Ordinal);
        var rows = Digests
            .Select(digest =>
                positions.TryGetValue(digest, out var found) && found.TryDequeue(out var row) ? row : (long?)null
            )
            .ToArray();
        var (missing, left) = (rows.Count(row => row is null), positions.Values.Sum(found => found.Count));
        return missing + left == 0
            ? Array.ConvertAll(rows, row => row!.Value)
            : throw new InputException(
                $"The features are not of the same images: {missing} of {rows.Length} images of the first have no "
                    + $"counterpart in the second, and {left} of {other.Digests.Length} of the second none in the "
                    + "first. Compute both on the same images."
            );
    }

    private void CheckRows()
    {
        if (Values.shape[0] != Digests.Length)
        {
            throw new InputException(
                $"There are features of {Values.shape[0]} images, but digests of {Digests.Length}. "
                    + "Give one digest for each row."
            );
        }
    }
}
