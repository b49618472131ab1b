using TransferLens.Analyses.Interpolation;
using TransferLens.Vision.Evaluation;

namespace TransferLens.Analyses.Tests.Interpolation;

public class BarrierBootstrapTests
{
    private const int Images = 300;

    private static readonly double[] Lambdas = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];

    [Fact]
    public void A_flat_line_seems_to_have_a_barrier_and_one_is_seen_in_it_at_most_once_in_twenty_times()
    {
        var curves = Enumerable.Range(0, 100).Select(seed => Measure(seed, _ => 0)).ToList();
        // The largest of nine noisy shortfalls is above 0 by luck, and so is hardly ever 0.
        Assert.True(curves.Average(curve => curve.Barrier.Score) > 0.01);
        Assert.InRange(curves.Count(curve => curve.Barrier.InScore.IsPositive), 0, 5);
        Assert.InRange(curves.Count(curve => curve.Barrier.LossLow > 0), 0, 5);
        Assert.All(curves, curve =>
            Assert.Equal(curve.Barrier.InScore.IsPositive, curve.Barrier.Score > curve.Barrier.ScoreNoise)
        );
    }

    [Fact]
    public void The_interval_holds_the_true_barrier_nineteen_times_of_twenty_and_is_no_wider_than_needed()
    {
        // 10 points in the middle, falling off to both ends.
        var curves = Enumerable
            .Range(0, 100)
            .Select(seed => Measure(1000 + seed, lambda => 0.4 * lambda * (1 - lambda)))
            .ToList();
        Assert.InRange(curves.Count(curve => curve.Barrier.ScoreLow <= 0.1 && 0.1 <= curve.Barrier.ScoreHigh), 92, 100);
        Assert.InRange(curves.Count(curve => curve.Barrier.LossLow <= 0.2 && 0.2 <= curve.Barrier.LossHigh), 92, 100);
        // One point's shortfall has a standard error of about 2.2 points here; the band around nine takes about 2.7 of them to either side.
        Assert.InRange(curves.Average(curve => curve.Barrier.InScore.High - curve.Barrier.InScore.Low), 0.08, 0.14);
        Assert.True(curves.Count(curve => curve.Barrier.InScore.IsPositive) > 95);
        Assert.All(curves, curve =>
            Assert.InRange(curve.Barrier.Score, curve.Barrier.InScore.Low, curve.Barrier.InScore.High)
        );
    }

    [Fact]
    public void A_point_has_the_interval_that_its_network_has_when_it_is_evaluated()
    {
        var (curve, images) = Draw(5, _ => 0.05);
        var measured = BarrierBootstrap.Measure(curve, Scored(images));
        foreach (var (point, image) in measured.Points.Zip(images))
        {
            var (low, high) = Bootstrap.Interval(image.Right);
            Assert.Equal(low, point.ScoreLow!.Value, 1e-12);
            Assert.Equal(high, point.ScoreHigh!.Value, 1e-12);
            Assert.InRange(point.Loss, point.LossLow!.Value, point.LossHigh!.Value);
        }
    }

    [Fact]
    public void Equal_images_at_every_lambda_leave_nothing_uncertain()
    {
        var (_, images) = Draw(5, _ => 0);
        var same = Lambdas.Select(lambda => (lambda, images[0].Right, images[0].Losses)).ToList();
        var curve = BarrierCurve.FromPoints(
            same.Select(point => new BarrierPoint(point.lambda, point.Right.Average(), point.Losses.Average()))
        );
        var measured = BarrierBootstrap.Measure(curve, Scored(same));
        Assert.Equal(0, measured.Barrier.Score, 1e-12);
        Assert.Equal(0, measured.Barrier.ScoreHigh!.Value, 1e-12);
        Assert.Equal(0, measured.Barrier.ScoreNoise!.Value, 1e-12);
    }

    [Fact]
    public void A_loss_that_is_not_finite_has_no_interval_and_leaves_accuracy_its_own()
    {
        var (curve, images) = Draw(5, _ => 0.05);
        images[3].Losses[7] = double.NaN;
        var measured = BarrierBootstrap.Measure(curve, Scored(images));
        Assert.Null(measured.Barrier.InLoss);
        Assert.All(measured.Points, point => Assert.Null(point.LossLow));
        Assert.NotNull(measured.Barrier.ScoreLow);
    }

    [Fact]
    public void Of_a_line_too_fine_to_resample_some_points_are_and_its_ends_always()
    {
        double[] fine = [.. Enumerable.Range(0, 1001).Select(i => i / 1000.0)];
        Assert.All(Enumerable.Range(0, 1001), at => Assert.True(BarrierBootstrap.Takes(fine, at, 1000)));
        int[] taken = [.. Enumerable.Range(0, 1001).Where(at => BarrierBootstrap.Takes(fine, at, 100_000))];
        Assert.InRange(taken.Length, 100, 180);
        Assert.Equal((0, 1000), (taken[0], taken[^1]));
    }

    private static BarrierCurve Measure(int seed, Func<double, double> shortfall)
    {
        var (curve, images) = Draw(seed, shortfall);
        return BarrierBootstrap.Measure(curve, Scored(images), draws: 400);
    }

    private static List<(double Lambda, ImageScore Score, double[] Losses)> Scored(
        IEnumerable<(double Lambda, double[] Right, double[] Losses)> images
    ) => [.. images.Select(point => (point.Lambda, (ImageScore)new ImageMean(point.Right), point.Losses))];

    // Both ends are right on 80 % and have a loss of 1; most images keep their answer along the line, as those of networks do.
    private static (BarrierCurve Curve, List<(double Lambda, double[] Right, double[] Losses)> Images) Draw(
        int seed,
        Func<double, double> shortfall
    )
    {
        var random = new Random(seed);
        double[] own = [.. Enumerable.Range(0, Images).Select(_ => random.NextDouble())];
        var points = Lambdas
            .Select(lambda =>
                (
                    lambda,
                    Right: own.Select(u =>
                            (random.NextDouble() < 0.8 ? u : random.NextDouble()) < 0.8 - shortfall(lambda) ? 1.0 : 0
                        )
                        .ToArray(),
                    Losses: own.Select(u => 0.5 + u + (2 * shortfall(lambda)) + (0.3 * (random.NextDouble() - 0.5)))
                        .ToArray()
                )
            )
            .ToList();
        return (
            BarrierCurve.FromPoints(
                points.Select(point => new BarrierPoint(point.lambda, point.Right.Average(), point.Losses.Average()))
            ),
            points
        );
    }
}
