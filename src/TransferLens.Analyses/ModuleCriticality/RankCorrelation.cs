namespace TransferLens.Analyses.ModuleCriticality;

/// <summary>
/// Spearman's rank correlation: Pearson's correlation of the ranks, where equal values share the mean of their ranks.
/// Range: -1 to 1. Source: Spearman 1904.
/// </summary>
internal static class RankCorrelation
{
    /// <summary>
    /// Computes the correlation; null if there are fewer than three values or one side does not vary.
    /// </summary>
    public static double? Of(IReadOnlyList<double> first, IReadOnlyList<double> second)
    {
        var (a, b) = (Ranks(first), Ranks(second));
        var mean = (a.Length + 1) / 2.0;
        var (aa, bb, ab) = (
            a.Sum(x => (x - mean) * (x - mean)),
            b.Sum(x => (x - mean) * (x - mean)),
            a.Zip(b, (x, y) => (x - mean) * (y - mean)).Sum()
        );
        return a.Length < 3 || aa == 0 || bb == 0 ? null : Math.Clamp(ab / Math.Sqrt(aa * bb), -1, 1);
    }

    /// <summary>
    /// Whether chance gives a correlation this far from 0 less than one time in twenty. Under independence it is nearly
    /// normal with standard deviation 1 / sqrt(n - 1).
    /// </summary>
    public static bool IsBeyondChance(double correlation, int count) =>
        Math.Abs(correlation) * Math.Sqrt(count - 1) > 1.96;

    private static double[] Ranks(IReadOnlyList<double> values) =>
        [
            .. values.Select(value =>
                values.Count(other => other < value) + ((values.Count(other => other == value) + 1) / 2.0)
            ),
        ];
}
