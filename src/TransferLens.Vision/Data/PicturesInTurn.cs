using System.Collections.Immutable;

namespace TransferLens.Data;

/// <summary>Chooses some of the pictures of a set so that every class has its share, whatever order the set is in.</summary>
public static class PicturesInTurn
{
    /// <summary>
    /// The first picture of each class in turn, then the second of each, until there are enough. Where pictures may show several
    /// classes, each combination of classes that occurs takes the place of a class, in the order in which they first occur.
    /// </summary>
    /// <param name="labels">What each picture shows.</param>
    /// <param name="count">How many pictures; all when there are not so many.</param>
    /// <returns>Indices in the set's order.</returns>
    public static ImmutableArray<int> Choose(PictureLabels labels, int count) =>
    [
        .. Groups(labels).Select((label, picture) => (label, picture))
            .GroupBy(entry => entry.label)
            .SelectMany(pictures => pictures.Select((entry, turn) => (turn, entry.label, entry.picture)))
            .OrderBy(entry => entry.turn).ThenBy(entry => entry.label)
            .Take(count).Select(entry => entry.picture).Order(),
    ];

    private static ImmutableArray<int> Groups(PictureLabels labels)
    {
        if (!labels.AreMany)
        {
            return labels.Single;
        }

        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        return
        [
            .. Enumerable.Range(0, labels.Count).Select(picture =>
            {
                var shown = string.Join(' ', labels.Of(picture));
                seen.TryAdd(shown, seen.Count);
                return seen[shown];
            }),
        ];
    }
}
