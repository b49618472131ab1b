using System.Collections.Immutable;
using TransferLens.Analyses.Statistics;
using TransferLens.Vision.Evaluation;

namespace TransferLens.Analyses.Tests.Statistics;

public class SimultaneousBandTests
{
    private static readonly ImmutableArray<ScoreSample> Independent =
    [
        .. Enumerable.Range(1, 6).Select(seed => Normal((ulong)seed)),
    ];

    [Fact]
    public void One_number_or_one_number_over_and_over_needs_no_adjustment()
    {
        Assert.Equal(0.05, SimultaneousBand.Alpha([]));
        Assert.Equal(0.05, SimultaneousBand.Alpha([Independent[0]]));
        // The quantile of 1,000 resamples is that of a normal number only roughly.
        Assert.InRange(SimultaneousBand.Alpha([.. Enumerable.Repeat(Independent[0], 6)]), 0.035, 0.05);
    }

    [Fact]
    public void Independent_numbers_are_adjusted_as_Sidak_has_it()
    {
        var sidak = 1 - Math.Pow(0.95, 1 / 6.0);
        var alpha = SimultaneousBand.Alpha(Independent);
        Assert.InRange(alpha, 0.05 / 6, 1.5 * sidak);
        Assert.True(alpha < SimultaneousBand.Alpha([.. Independent[..2]]));
    }

    [Fact]
    public void Numbers_that_share_a_part_are_adjusted_less()
    {
        ScoreSample[] shared = [.. Independent.Select(one => ScoreSample.Combine([Independent[0], one], [3, 1]))];
        Assert.InRange(SimultaneousBand.Alpha(shared), 1.2 * SimultaneousBand.Alpha(Independent), 0.05);
    }

    [Fact]
    public void Scale_sign_and_numbers_that_do_not_vary_do_not_matter()
    {
        var alpha = SimultaneousBand.Alpha(Independent);
        ScoreSample[] scaled = [.. Independent.Select(one => ScoreSample.Combine([one], [-7]))];
        Assert.Equal(alpha, SimultaneousBand.Alpha(scaled), 1e-9);
        Assert.Equal(
            0.05,
            SimultaneousBand.Alpha([Independent[0], ScoreSample.FromValues([.. Enumerable.Repeat(0.5, 200)])])
        );
        Assert.InRange(SimultaneousBand.Alpha(Independent, 0.2), 0.2 / 6, 0.08);
    }

    private static ScoreSample Normal(ulong seed)
    {
        var random = new SimulatedRandom(seed);
        return ScoreSample.FromValues([.. Enumerable.Range(0, 200).Select(_ => random.Normal())]);
    }
}
