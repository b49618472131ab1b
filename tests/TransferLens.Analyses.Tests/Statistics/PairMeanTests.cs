using TransferLens.Analyses.Statistics;

namespace TransferLens.Analyses.Tests.Statistics;

public class PairMeanTests
{
    private static readonly double[] Own = [0.1, 0.5, 0.2, 0.9];

    [Fact]
    public void Of_sums_of_two_runs_parts_the_variance_is_that_of_twice_a_mean()
    {
        // value_ij = a_i + a_j, so the mean over pairs is twice the mean of a.
        var effect = PairMean.Within(Pairs((a, b) => a + b));
        var mean = Own.Average();
        Assert.Equal(2 * mean, effect.Value, 1e-12);
        Assert.Equal(4 * Own.Sum(a => (a - mean) * (a - mean)) / 3 / 4, effect.SpreadVariance, 1e-12);
        Assert.Equal(3, effect.SpreadDegreesOfFreedom, 1e-9);
        Assert.Equal(4, effect.Runs);
    }

    [Fact]
    public void More_pairs_of_the_same_runs_are_no_more_evidence()
    {
        var pairs = Pairs((a, b) => a + b);
        var (once, twice) = (PairMean.Within(pairs), PairMean.Within([.. pairs, .. pairs]));
        Assert.Equal(once.Value, twice.Value, 1e-12);
        Assert.Equal(once.SpreadVariance, twice.SpreadVariance, 1e-12);
        Assert.Equal(once.SpreadDegreesOfFreedom, twice.SpreadDegreesOfFreedom);
    }

    [Fact]
    public void Between_two_groups_of_runs_it_is_Welchs_difference_of_their_parts()
    {
        double[] other = [1, 3, 2];
        var pairs =
            from i in Enumerable.Range(0, 4)
            from j in Enumerable.Range(0, 3)
            select new SeedPair($"a{i}", $"b{j}", Own[i] - other[j]);
        var (effect, welch) = (PairMean.Between([.. pairs]), Welch.Difference(Own, other));
        Assert.Equal(welch.Value, effect.Value, 1e-12);
        Assert.Equal(welch.SpreadVariance, effect.SpreadVariance, 1e-12);
        Assert.Equal(welch.DegreesOfFreedom, effect.DegreesOfFreedom, 1e-9);
        Assert.Equal(3, effect.Runs);
    }

    [Fact]
    public void Two_runs_make_one_pair_which_has_images_only()
    {
        SeedPair[] pair = [new("1", "2", 0.3)];
        Assert.False(PairMean.Within(pair).HasInterval);
        var effect = PairMean.Within(pair, 0.01, 100);
        Assert.False(effect.CoversSeeds);
        Assert.Equal((0.1, 2), (effect.StandardError, effect.Runs));
        Assert.Equal(
            "The interval covers test images only: two runs make a single pair.",
            EffectWords.LeavesOut(effect)
        );
    }

    [Fact]
    public void Of_a_difference_the_variances_add_up_unless_that_of_the_images_is_given()
    {
        var (first, second) = (
            PairMean.Within(Pairs((a, b) => a + b), 0.01, 100),
            PairMean.Within(Pairs((a, b) => a * b), 0.02, 100)
        );
        var effect = PairMean.Difference(first, second);
        Assert.Equal(first.Value - second.Value, effect.Value);
        Assert.Equal(0.03, effect.ImageVariance, 1e-12);
        Assert.Equal(first.SpreadVariance + second.SpreadVariance, effect.SpreadVariance, 1e-12);
        Assert.InRange(effect.SpreadDegreesOfFreedom, 3, 6);
        Assert.Equal(0.001, PairMean.Difference(first, second, 0.001).ImageVariance);
        Assert.Equal(effect.P, PairMean.Difference(second, first).P, 1e-12);
    }

    private static SeedPair[] Pairs(Func<double, double, double> value) =>
        [
            .. from i in Enumerable.Range(0, Own.Length)
            from j in Enumerable.Range(0, i)
            select new SeedPair($"{i}", $"{j}", value(Own[i], Own[j])),
        ];
}
