using System.Collections.Immutable;

namespace TransferLens.Vision.Images;

/// <summary>Chooses some of the images of a set so that every class has its share, whatever order the set is in.</summary>
public static class StratifiedSample
{
    /// <summary>
    /// The first image of each class in turn, then the second of each, until there are enough. Where images may show several
    /// classes, each combination of classes that occurs takes the place of a class, in the order in which they first occur.
    /// </summary>
    /// <param name="labels">What each image shows.</param>
    /// <param name="count">How many images; all when there are not so many.</param>
    /// <returns>Indices in the set's order.</returns>
    public static ImmutableArray<int> Choose(ImageLabels labels, int count) =>
        [
            .. Groups(labels)
                .Select((label, image) => (label, image))
                .GroupBy(entry => entry.label)
                .SelectMany(images => images.Select((entry, turn) => (turn, entry.label, entry.image)))
                .OrderBy(entry => entry.turn)
                .ThenBy(entry => entry.label)
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

        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        return
        [
            .. Enumerable
                .Range(0, labels.Count)
                .Select(image =>
                {
                    var shown = string.Join(' ', labels.Of(image));
                    seen.TryAdd(shown, seen.Count);
                    return seen[shown];
                }),
        ];
    }
}
