using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Evaluation;

namespace TransferLens.Analyses.Statistics;

/// <summary>Runs that differ only in their seeds, and their weight in a contrast.</summary>
/// <param name="Weight">Factor of their mean, for example 1 or -1.</param>
/// <param name="Seeds">The score of each run, or the difference of two paired runs; at least one.</param>
public sealed record SeedGroup(double Weight, ImmutableArray<ScoreSample> Seeds);

/// <summary>
/// A weighted sum of mean scores of groups of runs, all on the same N test images: the difference of two ways to train
/// (weights 1 and -1), or a difference of differences. With groups k of n_k seeds and weights c_k,
/// <code>
/// value     = sum c_k mean_k
/// variance  = Var_images(sum c_k mean_k) + max(0, sum c_k^2 (s_k^2 / n_k - w_k))
/// </code>
/// Var_images is the variance over test images of the seed-averaged, paired sum; s_k^2 is the variance of the seeds'
/// scores; and w_k, the variance between seeds within an image divided by n_k N, is what the images explain already.
/// A group of one seed adds nothing for seeds. Scores that are no means over images (AUC, F1) take their variances from
/// 1,000 resamples of the images, the same for all runs.
/// </summary>
public static class ScoreContrast
{
    /// <summary>The difference of two ways to train.</summary>
    /// <param name="first">The score of each seed of the first; at least one.</param>
    /// <param name="second">The score of each seed of the second, on the same images.</param>
    /// <exception cref="InputException">A side is empty, or the images differ in number.</exception>
    public static Effect Difference(IEnumerable<ScoreSample> first, IEnumerable<ScoreSample> second) =>
        Estimate([new(1, [.. first]), new(-1, [.. second])]);

    /// <summary>
    /// A score that has no seeds, since computed again it is the same, minus the mean of runs: these alone count as
    /// repetitions.
    /// </summary>
    /// <param name="only">The score.</param>
    /// <param name="runs">The score of each run; at least one.</param>
    /// <exception cref="InputException">There is no run, or the images differ in number.</exception>
    internal static Effect OfFixed(ScoreSample only, IReadOnlyCollection<ScoreSample> runs) =>
        Difference([only], runs) with
        {
            Runs = runs.Count,
        };

    /// <summary>The mean of runs, or of differences of paired runs.</summary>
    /// <param name="seeds">One score or difference per seed; at least one.</param>
    /// <exception cref="InputException">There is none, or the images differ in number.</exception>
    public static Effect Mean(IEnumerable<ScoreSample> seeds) => Estimate([new(1, [.. seeds])]);

    /// <summary>The difference of runs that correspond to each other, seed by seed.</summary>
    /// <param name="first">One score per seed.</param>
    /// <param name="second">One score per seed, in the same order.</param>
    /// <exception cref="InputException">There is none, or the images differ in number.</exception>
    public static Effect PairedDifference(IEnumerable<ScoreSample> first, IEnumerable<ScoreSample> second) =>
        Mean(first.Zip(second, (one, other) => one.Minus(other)));

    /// <summary>The weighted sum.</summary>
    /// <param name="groups">The groups; at least one.</param>
    /// <exception cref="InputException">A group is empty, or the images differ in number.</exception>
    public static Effect Estimate(ImmutableArray<SeedGroup> groups)
    {
        Check(groups);
        var means = groups.Select(group => ScoreSample.Mean(group.Seeds)).ToImmutableArray();
        var contrast = ScoreSample.Combine(means, [.. groups.Select(group => group.Weight)]);
        var parts = groups
            .Zip(means, (group, mean) => SeedPart.Measure(group, mean))
            .Where(part => part.DegreesOfFreedom > 0)
            .ToList();
        var spread = parts.Sum(part => part.Spread);
        return new(
            contrast.Value,
            contrast.Variance,
            contrast.Images - 1,
            Math.Max(0, parts.Sum(part => part.Spread - part.WithinImages)),
            spread,
            SeedPart.DegreesOfFreedomOf(parts),
            groups.Min(group => group.Seeds.Length)
        );
    }

    private static void Check(ImmutableArray<SeedGroup> groups)
    {
        var samples = groups.SelectMany(group => group.Seeds).ToList();
        if (groups.IsEmpty || groups.Any(group => group.Seeds.IsEmpty))
        {
            throw new InputException("There are no scores to compare; give at least one on each side.");
        }

        if (samples.Find(sample => sample.Images != samples[0].Images) is { } other)
        {
            throw new InputException(
                $"Scores on {samples[0].Images} and on {other.Images} images cannot be compared; "
                    + "evaluate all models on the same images."
            );
        }
    }
}

/// <summary>The variance that the seeds of one group add to a weighted sum.</summary>
/// <param name="Spread">c^2 s^2 / n.</param>
/// <param name="WithinImages">The part of it that test images explain.</param>
/// <param name="DegreesOfFreedom">n - 1.</param>
/// <param name="Share">c^2 / n: its share in the sum, were all seeds equally spread.</param>
internal sealed record SeedPart(double Spread, double WithinImages, double DegreesOfFreedom, double Share)
{
    /// <summary>The part of one group.</summary>
    /// <param name="group">The group.</param>
    /// <param name="mean">The mean of its seeds.</param>
    public static SeedPart Measure(SeedGroup group, ScoreSample mean)
    {
        var (n, square) = (group.Seeds.Length, group.Weight * group.Weight);
        if (n < 2)
        {
            return new(0, 0, 0, 0);
        }

        var spread = group.Seeds.Sum(seed => (seed.Value - mean.Value) * (seed.Value - mean.Value)) / (n - 1) / n;
        // By the decomposition of variance, what averaging over seeds removes is the variance within images.
        var within = (group.Seeds.Average(seed => seed.Variance) - mean.Variance) / (n - 1);
        return new(square * spread, square * Math.Max(0, within), n - 1, square / n);
    }

    /// <summary>
    /// Welch's degrees of freedom of the sum of spreads, at most those that it would have if the seeds of all groups
    /// were equally spread; 0 without any. Where two seeds happen to agree, the estimate alone would take the nine
    /// degrees of freedom of ten seeds on the other side, and the interval would contain the true number in 89 %.
    /// </summary>
    public static double DegreesOfFreedomOf(IReadOnlyCollection<SeedPart> parts)
    {
        var most = Welch(parts, part => part.Share);
        return Math.Min(most, Welch(parts, part => part.Spread) is > 0 and var estimated ? estimated : most);
    }

    private static double Welch(IReadOnlyCollection<SeedPart> parts, Func<SeedPart, double> variance)
    {
        var sum = parts.Sum(variance);
        var squares = parts.Sum(part => variance(part) * variance(part) / part.DegreesOfFreedom);
        return squares > 0 ? sum * sum / squares : 0;
    }
}
