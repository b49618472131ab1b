using System.Collections.Immutable;

namespace TransferLens.Analyses.Statistics;

/// <summary>A number of a pair of runs.</summary>
/// <param name="First">Seed, or another name, of the first run.</param>
/// <param name="Second">Seed, or another name, of the second run.</param>
/// <param name="Value">The number.</param>
public sealed record SeedPair(string First, string Second, double Value);

/// <summary>
/// The mean of a number over pairs of runs. Pairs that share a run are dependent: n runs make n (n - 1) / 2 pairs, but
/// they are only n draws. Their variance is that of the delete-one jackknife over runs: with theta_(-i) the mean
/// over the pairs without run i, (n - 1) / n sum (theta_(-i) - mean of them)^2, with n - 1 degrees of freedom; where
/// the
/// two runs of a pair come from two groups, the variances of both groups add up. The variance over test images adds to
/// it, so the sum is a little too large. Sources: Quenouille 1956; Arvesen 1969 (U-statistics).
/// </summary>
public static class PairMean
{
    /// <summary>The mean over all pairs within one group of runs.</summary>
    /// <param name="pairs">The pairs; at least one.</param>
    /// <param name="imageVariance">Variance over test images of the mean; 0 without images.</param>
    /// <param name="images">Number of test images; 0 without.</param>
    /// <returns>The mean; with fewer than three runs its interval has images only.</returns>
    public static Effect Within(IReadOnlyCollection<SeedPair> pairs, double imageVariance = 0, int images = 0)
    {
        var seeds = pairs.SelectMany(pair => new[] { pair.First, pair.Second }).Distinct().ToList();
        var part = Jackknife(pairs, seeds, (pair, seed) => pair.First == seed || pair.Second == seed);
        return Create(pairs, [part], imageVariance, images, seeds.Count);
    }

    /// <summary>The mean over all pairs of a run of one group with a run of another.</summary>
    /// <param name="pairs">The pairs; at least one.</param>
    /// <param name="imageVariance">Variance over test images of the mean; 0 without images.</param>
    /// <param name="images">Number of test images; 0 without.</param>
    public static Effect Between(IReadOnlyCollection<SeedPair> pairs, double imageVariance = 0, int images = 0)
    {
        var (firsts, seconds) = (
            pairs.Select(pair => pair.First).Distinct().ToList(),
            pairs.Select(pair => pair.Second).Distinct().ToList()
        );
        return Create(
            pairs,
            [
                Jackknife(pairs, firsts, (pair, seed) => pair.First == seed),
                Jackknife(pairs, seconds, (pair, seed) => pair.Second == seed),
            ],
            imageVariance,
            images,
            Math.Min(firsts.Count, seconds.Count)
        );
    }

    /// <summary>The difference of two means over pairs that share no run.</summary>
    /// <param name="first">The first mean.</param>
    /// <param name="second">The second mean.</param>
    /// <param name="imageVariance">
    /// Variance over test images of the difference; null for the sum of both, which neglects that the same images move
    /// both.
    /// </param>
    public static Effect Difference(Effect first, Effect second, double? imageVariance = null)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        Effect[] known = [.. new[] { first, second }.Where(side => side.HasSpread)];
        return new(
            first.Value - second.Value,
            imageVariance ?? (first.ImageVariance + second.ImageVariance),
            Math.Min(first.ImageDegreesOfFreedom, second.ImageDegreesOfFreedom),
            known.Sum(side => side.SeedVariance),
            known.Sum(side => side.SpreadVariance),
            SeedPart.DegreesOfFreedomOf([
                .. known.Select(side => Part(side.SpreadVariance, side.SpreadDegreesOfFreedom)),
            ]),
            Math.Min(first.Runs, second.Runs)
        )
        {
            KnowsAllSpreads = known.Length == 2,
        };
    }

    private static Effect Create(
        IReadOnlyCollection<SeedPair> pairs,
        ImmutableArray<SeedPart> parts,
        double imageVariance,
        int images,
        int runs
    )
    {
        var known = parts.Where(part => part.DegreesOfFreedom > 0).ToList();
        var spread = known.Sum(part => part.Spread);
        return new(
            pairs.Average(pair => pair.Value),
            imageVariance,
            Math.Max(0, images - 1),
            spread,
            spread,
            SeedPart.DegreesOfFreedomOf(known),
            runs
        )
        {
            KnowsAllSpreads = known.Count == parts.Length,
        };
    }

    // Without one of two runs no pair within a group is left.
    private static SeedPart Jackknife(
        IReadOnlyCollection<SeedPair> pairs,
        List<string> seeds,
        Func<SeedPair, string, bool> includes
    )
    {
        var without = seeds
            .Select(seed => pairs.Where(pair => !includes(pair, seed)).ToList())
            .Where(left => left.Count > 0)
            .Select(left => left.Average(pair => pair.Value))
            .ToList();
        if (without.Count < 2 || without.Count < seeds.Count)
        {
            return Part(0, 0);
        }

        var (n, mean) = (without.Count, without.Average());
        return Part((n - 1.0) / n * without.Sum(value => (value - mean) * (value - mean)), n - 1);
    }

    private static SeedPart Part(double spread, double freedom) => new(spread, 0, freedom, 1 / (freedom + 1));
}
