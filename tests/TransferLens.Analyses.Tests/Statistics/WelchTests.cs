using FsCheck.Xunit;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Inputs;

namespace TransferLens.Analyses.Tests.Statistics;

public class WelchTests
{
    [Property]
    public void Swapping_negates_shifting_leaves_it_and_scaling_scales(ushort seed)
    {
        var random = new SimulatedRandom((ulong)seed + 1);
        var (first, second) = (Draw(random, 3), Draw(random, 5));
        var effect = Welch.Difference(first, second);
        Assert.Equal(-effect.Value, Welch.Difference(second, first).Value, 1e-9);
        Assert.Equal(effect.P, Welch.Difference(second, first).P, 1e-9);
        Assert.Equal(effect.P, Welch.Difference(first.Select(x => x + 4), second.Select(x => x + 4)).P, 1e-9);
        var scaled = Welch.Difference(first.Select(x => 5 * x), second.Select(x => 5 * x));
        Assert.Equal(effect.StandardError * 5, scaled.StandardError, 1e-9);
        Assert.InRange(effect.DegreesOfFreedom, 2, 4.4);
    }

    [Fact]
    public void A_single_number_has_no_interval()
    {
        Assert.False(Welch.Mean([3]).HasInterval);
        Assert.False(Welch.Difference([3], [1, 2, 3]).HasInterval);
        Assert.Equal(1, Welch.Difference([3], [1, 2, 3]).P);
        Assert.Throws<InputException>(() => Welch.Mean([]));
        Assert.Throws<InputException>(() => Welch.Difference([1], []));
    }

    [Fact]
    public void Ten_numbers_lend_no_certainty_to_two_that_happen_to_agree()
    {
        double[] ten = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
        // (1/2 + 1/10)^2 / ((1/2)^2 / 1 + (1/10)^2 / 9), not 9.
        Assert.Equal(0.36 / (0.25 + (0.01 / 9)), Welch.Difference([0, 0.001], ten).DegreesOfFreedom, 1e-9);
        Assert.Equal(9, Welch.Difference(ten.Select(x => 0.001 * x), ten).DegreesOfFreedom, 1e-3);
    }

    [Fact]
    public void A_mean_has_Students_interval()
    {
        // mean 2, s = 1, n = 3: t(2) = 4.302653.
        var (value, low, high) = Welch.Mean([1, 2, 3]).Interval();
        Assert.Equal(2, value);
        Assert.Equal(2 - (4.302653 / Math.Sqrt(3)), low, 1e-6);
        Assert.Equal(2 + (4.302653 / Math.Sqrt(3)), high, 1e-6);
    }

    private static double[] Draw(SimulatedRandom random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => random.Normal())];
}
