using System.Collections.Immutable;
using TransferLens.Analyses.DataEfficiency;

namespace TransferLens.Analyses.Tests.DataEfficiency;

public class ImageWorthTests
{
    private static readonly int[] Images = [100, 200, 400, 800, 1600];

    // Accuracy rises by 10 points with each doubling.
    private static double Rising(double images) => 0.2 + (0.1 * Math.Log2(images / 100));

    [Theory]
    [InlineData(100, 2)]
    [InlineData(100, 3)]
    [InlineData(200, 4)]
    [InlineData(400, 2.5)]
    public void A_curve_that_is_the_other_at_more_images_is_worth_as_many_times(int images, double times)
    {
        var worth = ImageWorth.Measure(Scores(images, Rising(times * images)), Curve(Rising))!;
        Assert.Equal(times, worth.Times!.Value, 0.06 * times);
        Assert.InRange(worth.Times!.Value, worth.Low!.Value, worth.High ?? double.MaxValue);
        Assert.InRange(worth.Low!.Value, 0.5 * times, times);
        Assert.True(worth.AtEqual.IsPositive);
    }

    [Fact]
    public void Equal_curves_are_worth_as_many_images()
    {
        var worth = ImageWorth.Measure(Scores(400, Rising(400)), Curve(Rising))!;
        Assert.Equal(1, worth.Times!.Value, 0.05);
        Assert.InRange(1, worth.Low!.Value, worth.High!.Value);
        Assert.False(worth.AtEqual.IsDetected);
    }

    [Fact]
    public void What_no_number_of_images_reaches_is_worth_more_than_all_there_are()
    {
        var worth = ImageWorth.Measure(Scores(100, 0.9), Curve(Rising))!;
        Assert.Null(worth.Times);
        Assert.Null(worth.High);
        Assert.True(worth.IsMoreThanAll);
        Assert.Equal(16, worth.Largest);
    }

    [Fact]
    public void What_the_fewest_images_reach_has_no_lower_end()
    {
        var worth = ImageWorth.Measure(Scores(1600, 0.1), Curve(Rising))!;
        Assert.Null(worth.Times);
        Assert.Null(worth.Low);
        Assert.True(worth.AtEqual.IsNegative);
        Assert.Equal(1.0 / 16, worth.Smallest);
    }

    [Fact]
    public void An_interval_that_reaches_past_all_images_is_open_above()
    {
        var worth = ImageWorth.Measure(Scores(800, Rising(1590)), Curve(Rising))!;
        Assert.Equal(2, worth.Times!.Value, 0.1);
        Assert.Null(worth.High);
        Assert.NotNull(worth.Low);
    }

    [Fact]
    public void More_seeds_and_images_make_the_interval_narrower()
    {
        var few = ImageWorth.Measure(Scores(200, Rising(500), 2), Curve(Rising, 2))!;
        var many = ImageWorth.Measure(Scores(200, Rising(500), 8), Curve(Rising, 8))!;
        Assert.True(many.High - many.Low < (few.High ?? 8) - few.Low);
    }

    [Fact]
    public void A_side_whose_runs_all_diverged_has_no_worth()
    {
        Assert.Null(ImageWorth.Measure(new(100, []), Curve(Rising)));
        Assert.Null(ImageWorth.Measure(Scores(100, 0.5), [new(100, []), .. Curve(Rising)[1..]]));
    }

    [Fact]
    public void A_run_that_diverged_at_one_number_of_images_is_left_out_there()
    {
        var curve = Curve(Rising);
        var missing = curve[1] with { Seeds = curve[1].Seeds[1..] };
        var worth = ImageWorth.Measure(Scores(100, Rising(300)), [curve[0], missing, .. curve[2..]])!;
        Assert.Equal(3, worth.Times!.Value, 0.3);
    }

    private static ImmutableArray<EfficiencyScores> Curve(Func<double, double> accuracy, int seeds = 3) =>
        [.. Images.Select(images => Scores(images, accuracy(images), seeds, 50))];

    private static EfficiencyScores Scores(int images, double accuracy, int seeds = 3, int first = 0) =>
        new(
            images,
            [
                .. Enumerable
                    .Range(1, seeds)
                    .Select(seed => (seed, MadeUpScores.Correct(accuracy, (uint)((97 * images) + first + seed)))),
            ]
        );
}
