using TransferLens.Vision.Evaluation;

namespace TransferLens.Analyses.Common;

/// <summary>
/// The difference in score between two kinds of runs on the same test images. It is uncertain because of the test
/// images (95 % bootstrap, paired over images) and because of the seeds (the range of the differences). Each end of the
/// interval is the farther of the two.
/// </summary>
public static class ScoreDifference
{
    /// <summary>Mean score of the first minus that of the second, in [-1, 1].</summary>
    /// <param name="first">The score of each run of the first kind.</param>
    /// <param name="second">The score of each run of the second kind, on the same images in the same order.</param>
    /// <param name="paired">
    /// Whether run i of one corresponds to run i of the other (same seed, same start). Otherwise each is compared with
    /// each.
    /// </param>
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

    /// <summary>
    /// The mean of differences measured once per seed on the same images; null when there are none. Its interval over
    /// images is at most as wide as theirs on average.
    /// </summary>
    /// <param name="seeds">The differences, each with its interval over images.</param>
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
