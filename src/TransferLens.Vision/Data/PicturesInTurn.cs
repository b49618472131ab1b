using System.Collections.Immutable;

namespace TransferLens.Data;

/// <summary>Chooses some of the pictures of a set so that every class has its share, whatever order the set is in.</summary>
public static class PicturesInTurn
{
    /// <summary>The first picture of each class in turn, then the second of each, until there are enough.</summary>
    /// <param name="labels">Label of each picture.</param>
    /// <param name="count">How many pictures; all when there are not so many.</param>
    /// <returns>Indices in the set's order.</returns>
    public static ImmutableArray<int> Choose(ImmutableArray<int> labels, int count) =>
    [
        .. labels.Select((label, picture) => (label, picture))
            .GroupBy(entry => entry.label)
            .SelectMany(pictures => pictures.Select((entry, turn) => (turn, entry.label, entry.picture)))
            .OrderBy(entry => entry.turn).ThenBy(entry => entry.label)
            .Take(count).Select(entry => entry.picture).Order(),
    ];
}
