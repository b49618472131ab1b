using System.Collections.Immutable;
using FsCheck.Xunit;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Evaluation;

namespace TransferLens.Analyses.Tests.Statistics;

public class ScoreContrastTests
{
    [Property(MaxTest = 30)]
    public void With_one_seed_a_side_it_is_the_paired_difference_over_images_alone(ushort seed)
    {
        var (one, other) = (Draw(seed, 1)[0], Draw(seed + 1, 1)[0]);
        var effect = ScoreContrast.Difference([one], [other]);
        double[] differences = [.. one.Values.Zip(other.Values, (a, b) => a - b)];
        var mean = differences.Average();
        var variance = differences.Sum(d => (d - mean) * (d - mean)) / (differences.Length - 1) / differences.Length;
        Assert.Equal(mean, effect.Value, 1e-12);
        Assert.Equal(variance, effect.ImageVariance, 1e-12);
        Assert.Equal((0, 0), (effect.SeedVariance, effect.SpreadVariance));
        Assert.False(effect.CoversSeeds);
        Assert.Equal(effect, ScoreContrast.PairedDifference([one], [other]));
    }

    [Property(MaxTest = 30)]
    public void Equal_seeds_on_both_sides_differ_by_nothing(ushort seed)
    {
        var seeds = Draw(seed, 3);
        var effect = ScoreContrast.Difference(seeds, seeds);
        Assert.Equal((0, 0), (effect.Value, effect.ImageVariance));
        Assert.False(effect.IsDetected);
        Assert.True(effect.SpreadVariance > 0);
        Assert.Equal(0, ScoreContrast.PairedDifference(seeds, seeds).StandardError);
    }

    [Property(MaxTest = 30)]
    public void Swapping_the_sides_negates(ushort seed)
    {
        var (first, second) = (Draw(seed, 3), Draw(seed + 7, 2));
        Same(ScoreContrast.Difference(first, second).Negated(), ScoreContrast.Difference(second, first));
    }

    [Property(MaxTest = 30)]
    public void The_order_of_seeds_and_of_images_does_not_matter(ushort seed)
    {
        var (first, second) = (Draw(seed, 3), Draw(seed + 7, 2));
        var effect = ScoreContrast.Difference(first, second);
        Same(effect, ScoreContrast.Difference(first.Reverse(), second));
        Same(effect, ScoreContrast.Difference(first.Select(Reversed), second.Select(Reversed)));
    }

    [Property(MaxTest = 30)]
    public void Weights_scale_and_add_up(ushort seed)
    {
        var (first, second) = (Draw(seed, 3), Draw(seed + 7, 4));
        var effect = ScoreContrast.Estimate([new(1, first), new(-1, second)]);
        Same(effect.Times(2.5), ScoreContrast.Estimate([new(2.5, first), new(-2.5, second)]));
        Assert.Equal(
            ScoreContrast.Mean(first).Value - ScoreContrast.Mean(second).Value,
            effect.Value,
            1e-12
        );
        Assert.Equal(0, ScoreContrast.Estimate([new(0, first)]).StandardError);
    }

    [Property(MaxTest = 30)]
    public void Seeds_that_are_copies_of_one_another_leave_the_images_alone(ushort seed)
    {
        var (one, other) = (Draw(seed, 1)[0], Draw(seed + 7, 1)[0]);
        var (single, copied) = (
            ScoreContrast.Difference([one], [other]),
            ScoreContrast.Difference([one, one, one], [other, other])
        );
        Assert.Equal(single.ImageVariance, copied.ImageVariance, 1e-12);
        Assert.Equal(0, copied.SeedVariance, 1e-20);
        Assert.Equal(single.StandardError, copied.StandardError, 1e-9);
    }

    [Property(MaxTest = 30)]
    public void Images_that_repeat_divide_the_variance_over_images_but_not_that_of_seeds(ushort seed)
    {
        var (first, second) = (Draw(seed, 3), Draw(seed + 7, 3));
        var (effect, more) = (
            ScoreContrast.Difference(first, second),
            ScoreContrast.Difference(first.Select(one => Repeated(one, 4)), second.Select(one => Repeated(one, 4)))
        );
        var n = first[0].Images;
        Assert.Equal(effect.Value, more.Value, 1e-12);
        Assert.Equal(effect.ImageVariance * (n - 1) / ((4 * n) - 1), more.ImageVariance, 1e-12);
        Assert.Equal(effect.SpreadVariance, more.SpreadVariance, 1e-12);
        Assert.True(more.SeedVariance >= effect.SeedVariance);
    }

    [Fact]
    public void Pairing_seeds_removes_what_both_runs_of_a_pair_share()
    {
        var random = new SimulatedRandom(5);
        ImmutableArray<double> noise = [.. Enumerable.Range(0, 400).Select(_ => random.Normal())];
        ScoreSample[] first = [.. new[] { 0.1, 0.5, 0.9 }.Select(shift => Shifted(noise, shift + 0.05))];
        ScoreSample[] second = [.. new[] { 0.1, 0.5, 0.9 }.Select(shift => Shifted(noise, shift))];
        Assert.Equal(0.05, ScoreContrast.PairedDifference(first, second).Interval().Low, 1e-9);
        Assert.False(ScoreContrast.Difference(first, second).IsDetected);
    }

    [Fact]
    public void A_score_that_is_no_mean_takes_its_variances_from_the_resamples()
    {
        var (first, second) = (Draw(1, 3), Draw(8, 3));
        var exact = ScoreContrast.Difference(first, second);
        var drawn = ScoreContrast.Difference(first.Select(AsDraws), second.Select(AsDraws));
        Assert.Equal(exact.Value, drawn.Value, 1e-12);
        Assert.Equal(exact.SpreadVariance, drawn.SpreadVariance, 1e-12);
        // 1,000 resamples know a variance to 4.5 %.
        Assert.InRange(drawn.ImageVariance / exact.ImageVariance, 0.85, 1.15);
        Assert.InRange(drawn.StandardError / exact.StandardError, 0.9, 1.1);
    }

    [Fact]
    public void Sides_that_cannot_be_compared_are_refused()
    {
        var some = Draw(1, 2);
        Assert.Throws<InputException>(() => ScoreContrast.Difference([], some));
        Assert.Throws<InputException>(() => ScoreContrast.Mean([]));
        var error = Assert.Throws<InputException>(() =>
            ScoreContrast.Difference(some, [ScoreSample.FromValues([1, 0])])
        );
        Assert.Contains("120 and on 2 images", error.Message, StringComparison.Ordinal);
    }

    // Runs of one way on the same 120 images, of a common difficulty.
    internal static ImmutableArray<ScoreSample> Draw(int seed, int runs, int images = 120)
    {
        var (random, difficulty) = (new SimulatedRandom((ulong)seed), new double[images]);
        SimulatedImages.Extreme.Draw(new SimulatedRandom(99), difficulty);
        return
        [
            .. Enumerable
                .Range(0, runs)
                .Select(_ => ScoreSample.FromValues([.. difficulty.Select(p => random.Uniform() < p ? 1.0 : 0.0)])),
        ];
    }

    private static ScoreSample Shifted(ImmutableArray<double> values, double shift) =>
        ScoreSample.FromValues([.. values.Select(value => value + shift)]);

    private static ScoreSample Reversed(ScoreSample sample) => ScoreSample.FromValues([.. sample.Values.Reverse()]);

    private static ScoreSample AsDraws(ScoreSample sample) =>
        ScoreSample.FromDraws(sample.Value, sample.Images, sample.Draws);

    internal static ScoreSample Repeated(ScoreSample sample, int times) =>
        ScoreSample.FromValues([.. Enumerable.Repeat(sample.Values, times).SelectMany(values => values)]);

    private static void Same(Effect expected, Effect found)
    {
        Assert.Equal(expected.Value, found.Value, 1e-12);
        Assert.Equal(expected.ImageVariance, found.ImageVariance, 1e-12);
        Assert.Equal(expected.SeedVariance, found.SeedVariance, 1e-12);
        Assert.Equal(expected.SpreadVariance, found.SpreadVariance, 1e-12);
        Assert.Equal(expected.SpreadDegreesOfFreedom, found.SpreadDegreesOfFreedom, 1e-6);
    }
}
