using TransferLens.Vision.Evaluation;

namespace TransferLens.Analyses.Common;

/// <summary>
/// How far one kind of training ends above another on the same test images. Two things leave it uncertain: which images
/// are tested on (95 % bootstrap, paired: the same images for both) and which seeds were trained (the range of differences).
/// The estimate reaches as far as the wider of the two to either side.
/// </summary>
public static class ScoreDifference
{
    /// <summary>Mean score of the first minus that of the second, in [-1, 1].</summary>
    /// <param name="first">The score of each training of the first kind.</param>
    /// <param name="second">The same of the second kind, on the same images in the same order.</param>
    /// <param name="paired">Whether training i of one belongs to training i of the other: equal seed, equal beginning. Otherwise every one is set against every other.</param>
    public static Estimate Of(IReadOnlyList<ImageScore> first, IReadOnlyList<ImageScore> second, bool paired)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        var difference = ImageScore.Difference(first, second);
        var (low, high) = Bootstrap.Interval(difference);
        var seeds = (
            paired ? first.Zip(second) : first.SelectMany(_ => second, (one, other) => (First: one, Second: other))
        )
            .Select(pair => pair.First.Value - pair.Second.Value)
            .ToList();
        return new(difference.Value, Math.Min(low, seeds.Min()), Math.Max(high, seeds.Max()));
    }

    /// <summary>The mean of differences that were measured once a seed, on the same images: its interval over images is at most as wide as theirs on average.</summary>
    /// <param name="seeds">The differences, each with its interval over images; null when there is none.</param>
    public static Estimate? Over(IReadOnlyList<Estimate> seeds)
    {
        ArgumentNullException.ThrowIfNull(seeds);
        return seeds.Count == 0
            ? null
            : new(
                seeds.Average(seed => seed.Value),
                Math.Min(seeds.Average(seed => seed.Low), seeds.Min(seed => seed.Value)),
                Math.Max(seeds.Average(seed => seed.High), seeds.Max(seed => seed.Value))
            );
    }
}
