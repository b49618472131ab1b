using System.Collections.Immutable;
using TransferLens.Studies.Inputs;

namespace TransferLens.Analyses.Statistics;

/// <summary>
/// Means and differences of numbers that depend on no test images, such as distances: only seeds vary. Source: Welch
/// 1947; the degrees of freedom are at most those of equally spread sides, which matters where one is much smaller.
/// </summary>
public static class Welch
{
    /// <summary>Mean of the first minus mean of the second; the seeds of the two are independent.</summary>
    /// <param name="first">One number per seed; at least one.</param>
    /// <param name="second">One number per seed; at least one.</param>
    /// <returns>The difference; it has no interval unless both sides have two numbers.</returns>
    /// <exception cref="InputException">A side is empty.</exception>
    public static Effect Difference(IEnumerable<double> first, IEnumerable<double> second)
    {
        ImmutableArray<double>[] sides = [[.. first], [.. second]];
        if (sides.Any(side => side.IsEmpty))
        {
            throw new InputException("There are no numbers to compare; give at least one on each side.");
        }

        var known = sides.All(side => side.Length > 1);
        var parts = sides.Where(_ => known).Select(Part).ToList();
        var variance = parts.Sum(part => part.Spread);
        return new(
            sides[0].Average() - sides[1].Average(),
            0,
            0,
            variance,
            variance,
            SeedPart.DegreesOfFreedomOf(parts),
            sides.Min(side => side.Length)
        );
    }

    /// <summary>The mean with its interval over seeds; none for a single number.</summary>
    /// <param name="values">One number per seed; at least one.</param>
    /// <exception cref="InputException">There is none.</exception>
    public static Effect Mean(IEnumerable<double> values)
    {
        ImmutableArray<double> all = [.. values];
        if (all.IsEmpty)
        {
            throw new InputException("There are no numbers to average; give at least one.");
        }

        var variance = all.Length > 1 ? Part(all).Spread : 0;
        return new(all.Average(), 0, 0, variance, variance, all.Length - 1, all.Length);
    }

    private static SeedPart Part(ImmutableArray<double> values)
    {
        var mean = values.Average();
        var squares = values.Sum(value => (value - mean) * (value - mean));
        return new(squares / (values.Length - 1) / values.Length, 0, values.Length - 1, 1.0 / values.Length);
    }
}
