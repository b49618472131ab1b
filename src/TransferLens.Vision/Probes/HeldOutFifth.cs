using System.Collections.Immutable;
using TransferLens.Vision.Images;
using TransferLens.Vision.Randomness;

namespace TransferLens.Vision.Probes;

/// <summary>
/// A stratified fifth of training images, on which the strength of a penalty is chosen: of each class, in a random
/// order, as many images as make the share of all classes up to it a fifth. A class keeps at least one image.
/// </summary>
/// <param name="Kept">Indices of the other images, ascending.</param>
/// <param name="Held">Indices of the fifth, ascending; empty when no class has two images.</param>
internal sealed record HeldOutFifth(ImmutableArray<int> Kept, ImmutableArray<int> Held)
{
    private const int Parts = 5;

    /// <summary>Divides images.</summary>
    /// <param name="labels">Their labels. Each combination of several labels counts as a class.</param>
    /// <param name="seed">Seed of the random order, that of NumPy's <c>RandomState</c>.</param>
    public static HeldOutFifth Choose(ImageLabels labels, uint seed)
    {
        var random = new NumpyRandom(seed);
        var (seen, taken) = (0, 0);
        var held = new List<int>();
        foreach (
            var group in Enumerable
                .Range(0, labels.Count)
                .GroupBy(image => string.Join(' ', labels.ClassesOf(image)))
                .OrderBy(group => group.First())
        )
        {
            int[] images = [.. group];
            seen += images.Length;
            var count = Math.Clamp((int)Math.Round(seen / (double)Parts) - taken, 0, images.Length - 1);
            held.AddRange(random.Permutation(images.Length)[..count].Select(i => images[i]));
            taken += count;
        }

        var set = held.ToHashSet();
        return new([.. Enumerable.Range(0, labels.Count).Where(image => !set.Contains(image))], [.. held.Order()]);
    }
}
