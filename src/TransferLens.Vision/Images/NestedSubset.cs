using System.Collections.Immutable;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Randomness;

namespace TransferLens.Vision.Images;

/// <summary>
/// Stratified subsets of images that are nested: a smaller share is part of every larger one with the same seed. Of the
/// n images of a class, in the order of NumPy's <c>RandomState(seed)</c>, the first round(share x n) are taken, at
/// least one. Each combination of several labels counts as a class.
/// </summary>
internal static class NestedSubset
{
    /// <summary>Chooses images.</summary>
    /// <param name="labels">Labels of all images.</param>
    /// <param name="share">The share, in (0, 1].</param>
    /// <param name="seed">The seed, at least 0.</param>
    /// <returns>Indices of images, ascending.</returns>
    public static ImmutableArray<int> Choose(ImageLabels labels, double share, int seed)
    {
        var random = new NumpyRandom((uint)seed);
        return
        [
            .. Enumerable
                .Range(0, labels.Count)
                .GroupBy(image => string.Join(' ', labels.ClassesOf(image)))
                .OrderBy(group => group.First())
                .SelectMany(group => First([.. group], share, random))
                .Order(),
        ];
    }

    /// <summary>The images that a training run sees.</summary>
    /// <param name="set">All training images; the view does not own them.</param>
    /// <param name="settings">Which; null for all.</param>
    public static ImageSet View(ImageSet set, SubsetSettings? settings)
    {
        if (settings is null)
        {
            return set;
        }

        var chosen = Choose(set.Labels, settings.Share, settings.Seed);
        return new ImageSubset(
            set,
            settings.Repeat ? [.. Enumerable.Range(0, set.Count).Select(i => chosen[i % chosen.Length])] : chosen
        );
    }

    private static IEnumerable<int> First(int[] images, double share, NumpyRandom random)
    {
        var count = (int)Math.Round(share * images.Length, MidpointRounding.AwayFromZero);
        return random.Permutation(images.Length)[..Math.Max(1, count)].Select(i => images[i]);
    }
}
