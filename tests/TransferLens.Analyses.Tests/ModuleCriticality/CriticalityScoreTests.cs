using TransferLens.Analyses.ModuleCriticality;

namespace TransferLens.Analyses.Tests.ModuleCriticality;

public class CriticalityScoreTests
{
    private static PathPoint At(double distance, double sigma, double error, double? standardError = 0) =>
        new(distance / 4, distance, sigma, error, standardError, 1);

    [Fact]
    public void The_score_is_the_smallest_ratio_that_keeps_the_error()
    {
        var score = CriticalityScore.FromMap(
            [At(0, 0.1, 0.9), At(2, 0.1, 0.2), At(2, 1, 0.6), At(4, 0.5, 0.1), At(4, 1, 0.4)],
            eps: 0.25
        );
        Assert.Equal((64.0, 1.0, 0.5), (score.Mu, score.Position, score.Sigma));
        Assert.False(score.AtLargestSigma);
        Assert.Null(score.Undefined);
    }

    [Fact]
    public void A_module_that_can_be_rewound_and_disturbed_scores_zero() =>
        Assert.Equal(0, CriticalityScore.FromMap([At(0, 0, 0.1), At(0, 0.1, 0.2), At(4, 0.1, 0.1)], 0.2).Mu);

    [Fact]
    public void Without_noise_nothing_scores_and_the_score_says_why()
    {
        var score = CriticalityScore.FromMap([At(0, 0, 0), At(4, 0, 0), At(4, 0.1, 0.5)], 0.2);
        Assert.Null(score.Mu);
        Assert.Equal("no sigma on the grid keeps the error at or below eps", score.Undefined);
    }

    [Fact]
    public void A_looser_eps_never_gives_a_larger_score()
    {
        var map = Enumerable.Range(0, 40).Select(i => At(i % 5, 0.1 * (1 + (i % 7)), i * 7 % 40 / 40.0)).ToList();
        var scores = Enumerable
            .Range(0, 41)
            .Select(i => CriticalityScore.FromMap(map, i / 40.0).Mu ?? double.MaxValue)
            .ToList();
        Assert.Equal(scores.OrderDescending(), scores);
    }

    [Fact]
    public void The_error_bar_moves_every_error_by_its_standard_error()
    {
        var score = CriticalityScore.FromMap(
            [At(1, 0.1, 0.3, 0.1), At(2, 0.1, 0.2, 0.02), At(4, 0.1, 0.1, 0.01)],
            0.21
        );
        Assert.Equal((100.0, 400.0, 1600.0), (score.Low!.Value, score.Mu!.Value, score.High!.Value), Near);
        Assert.Null(CriticalityScore.FromMap([At(2, 0.1, 0.2, 0.1)], 0.21).High);
        Assert.Null(CriticalityScore.FromMap([At(2, 0.1, 0.2, null)], 0.21).Low);
        Assert.True(score.AtLargestSigma);
    }

    private static bool Near((double, double, double) a, (double, double, double) b) =>
        Math.Abs(a.Item1 - b.Item1) + Math.Abs(a.Item2 - b.Item2) + Math.Abs(a.Item3 - b.Item3) < 1e-6;
}
