using FsCheck.Xunit;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Randomness;

namespace TransferLens.Vision.Tests.Evaluation;

public class ScoreSampleTests
{
    [Fact]
    public void The_variance_of_a_mean_is_exact()
    {
        // Values 1, 1, 0, 1: mean 0.75, variance 0.25, divided by 4 images.
        var sample = ScoreSample.FromValues([1, 1, 0, 1]);
        Assert.Equal((0.75, 4, true), (sample.Value, sample.Images, sample.IsMean));
        Assert.Equal(0.0625, sample.Variance, 1e-15);
        Assert.Equal(0, ScoreSample.FromValues([0.3]).Variance);
        Assert.Throws<InputException>(() => ScoreSample.FromValues([]));
    }

    [Fact]
    public void The_variance_of_another_score_is_that_of_the_resamples_that_define_it()
    {
        var sample = ScoreSample.FromDraws(0.5, 10, [0.4, double.NaN, 0.6, 0.5]);
        Assert.Equal(0.01, sample.Variance, 1e-15);
        Assert.Empty(sample.Values);
        Assert.Equal(double.NaN, ScoreSample.FromDraws(0.5, 10, [0.4, double.NaN]).Variance);
    }

    [Property(MaxTest = 30)]
    public void A_sum_of_means_is_the_mean_of_the_sums_and_so_are_its_resamples(ushort seed)
    {
        var (first, second) = (Draw(seed), Draw(seed + 1u));
        var sum = ScoreSample.Combine([first, second], [2, -0.5]);
        var direct = ScoreSample.FromValues([.. first.Values.Zip(second.Values, (a, b) => (2 * a) - (0.5 * b))]);
        Assert.Equal(direct.Value, sum.Value, 1e-12);
        Assert.Equal(direct.Variance, sum.Variance, 1e-12);
        Assert.Equal(direct.Draws, sum.Draws, Near);
        Assert.Equal(first.Minus(second).Value, first.Value - second.Value, 1e-12);
    }

    [Property(MaxTest = 30)]
    public void A_score_minus_itself_is_nothing(ushort seed)
    {
        var sample = Draw(seed);
        var (mean, drawn) = (sample.Minus(sample), AsDraws(sample).Minus(AsDraws(sample)));
        Assert.Equal((0, 0), (mean.Value, mean.Variance));
        Assert.Equal((0, 0), (drawn.Value, drawn.Variance));
        Assert.Same(sample, ScoreSample.Mean([sample]));
        Assert.Equal(sample.Variance, ScoreSample.Mean([sample, sample, sample]).Variance, 1e-12);
    }

    [Fact]
    public void A_mean_and_another_score_add_up_on_the_same_resamples()
    {
        var (mean, drawn) = (Draw(3), AsDraws(Draw(4)));
        var sum = ScoreSample.Combine([mean, drawn], [1, 1]);
        Assert.False(sum.IsMean);
        Assert.Equal(mean.Value + drawn.Value, sum.Value, 1e-12);
        Assert.Equal(mean.Draws.Zip(drawn.Draws, (a, b) => a + b), sum.Draws, Near);
    }

    [Fact]
    public void Its_resamples_are_those_of_the_bootstrap()
    {
        var sample = Draw(5);
        var expected = Bootstrap.Resampled([new ImageMean([.. sample.Values])])[0];
        Assert.Equal(1000, sample.Draws.Length);
        Assert.Equal(expected, sample.Draws);
        // Their variance is the exact one but for N - 1 in place of N, and 1,000 resamples.
        Assert.InRange(AsDraws(sample).Variance / sample.Variance, 0.85, 1.15);
    }

    internal static ScoreSample Draw(uint seed, int images = 100)
    {
        var random = new NumpyRandom(seed);
        return ScoreSample.FromValues([.. Enumerable.Range(0, images).Select(_ => random.Uniform())]);
    }

    private static ScoreSample AsDraws(ScoreSample sample) =>
        ScoreSample.FromDraws(sample.Value, sample.Images, sample.Draws);

    private static bool Near(double one, double other) => Math.Abs(one - other) < 1e-12;
}
