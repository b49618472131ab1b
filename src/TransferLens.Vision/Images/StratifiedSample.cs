using System.Collections.Immutable;

namespace TransferLens.Vision.Images;

/// <summary>
/// Samples images so that every class has its share, whatever order the set is in. Nothing is random.
/// </summary>
public static class StratifiedSample
{
    /// <summary>
    /// The first image of each class, then the second of each, until there are enough. For multi-label images, each
    /// combination of classes that occurs counts as a class, in the order in which they first occur.
    /// </summary>
    /// <param name="labels">The labels of the images.</param>
    /// <param name="count">Number of images to choose; all where there are fewer.</param>
    /// <returns>Indices of images, ascending.</returns>
    public static ImmutableArray<int> Choose(ImageLabels labels, int count) =>
        [
            .. Groups(labels)
                .Select((group, image) => (group, image))
                .GroupBy(entry => entry.group)
                .SelectMany(group => group.Select((entry, rank) => (rank, entry.group, entry.image)))
                .OrderBy(entry => entry.rank)
                .ThenBy(entry => entry.group)
                .Take(count)
                .Select(entry => entry.image)
                .Order(),
        ];

    private static ImmutableArray<int> Groups(ImageLabels labels)
    {
        if (!labels.IsMultiLabel)
        {
            return labels.Single;
        }

        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        return [.. Enumerable.Range(0, labels.Count).Select(image => Number(labels.Marks(image)))];

        int Number(string combination)
        {
            numbers.TryAdd(combination, numbers.Count);
            return numbers[combination];
        }
    }
}
