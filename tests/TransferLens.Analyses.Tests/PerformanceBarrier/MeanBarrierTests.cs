using System.Collections.Immutable;
using TransferLens.Analyses.PerformanceBarrier;
using TransferLens.Vision.Evaluation;

namespace TransferLens.Analyses.Tests.PerformanceBarrier;

public class MeanBarrierTests
{
    private const int Images = 200;
    private const int Studies = 100;
    private const int Draws = 150;

    private static readonly ImmutableArray<double> Lambdas = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(10)]
    public void Without_a_barrier_one_is_detected_rarely_however_many_seeds_there_are(int seeds)
    {
        var studies = Enumerable.Range(0, Studies).Select(study => Measure(study, seeds, 0)).ToList();
        Assert.InRange(studies.Count(barrier => barrier.IsDetected), 0, (int)(0.07 * Studies));
        Assert.All(studies, barrier => Assert.True(barrier.Interval.Low <= barrier.Interval.Value));
        Assert.All(studies, barrier => Assert.Equal(barrier.IsDetected, barrier.Interval.Low > 0));
    }

    [Fact]
    public void More_seeds_narrow_the_interval_which_contains_the_true_barrier()
    {
        double[] widths =
        [
            .. ((int[])[3, 5, 10]).Select(seeds =>
            {
                var studies = Enumerable.Range(500, 40).Select(study => Measure(study, seeds, 0.1)).ToList();
                Assert.InRange(studies.Count(one => one.Interval.Low <= 0.1 && 0.1 <= one.Interval.High), 36, 40);
                return studies.Average(one => one.Interval.High - one.Interval.Low);
            }),
        ];
        Assert.True(widths[0] > 1.5 * widths[1] && widths[1] > widths[2], string.Join(' ', widths));
        Assert.All(Enumerable.Range(500, 5), study => Assert.True(Measure(study, 10, 0.1).P < 0.001));
    }

    [Fact]
    public void A_single_pair_keeps_its_own_barrier_and_interval()
    {
        var line = Lines(7, 2, 0.1).Single();
        var one = MeanBarrier.Create(Lambdas, [line], withinGroup: true)!;
        Assert.Equal(line.Own, one.Interval);
        Assert.Equal(line.Shortfalls.Max(sample => sample.Value), one.AtLambda.Value, 12);
        Assert.Equal((2, false, 1), (one.AtLambda.Runs, one.AtLambda.CoversSeeds, one.Pairs));
        Assert.True(one.P < 0.05 == line.Own.IsPositive);
        // The interval decides, also where it is just above or below 0.
        Assert.True(MeanBarrier.Create(Lambdas, [line with { Own = new(0.1, 0, 0.2) }], true)!.P >= 0.05);
        Assert.True(MeanBarrier.Create(Lambdas, [line with { Own = new(0.1, 0.001, 0.2) }], true)!.P < 0.05);
    }

    [Fact]
    public void The_band_of_one_lambda_is_the_interval_of_its_effect()
    {
        var lines = Lines(3, 4, 0.1).Select(line => line with { Shortfalls = [line.Shortfalls[4]] }).ToList();
        var barrier = MeanBarrier.Create([0.5], lines, withinGroup: true)!;
        Assert.Equal(barrier.AtLambda.Interval(), barrier.Interval);
        Assert.Equal(barrier.AtLambda.P, barrier.P);
        Assert.Equal(4, barrier.AtLambda.Runs);
        Assert.True(barrier.AtLambda.CoversSeeds);
    }

    [Fact]
    public void P_of_the_band_is_between_that_of_one_lambda_and_Bonferronis()
    {
        foreach (var study in Enumerable.Range(0, 20))
        {
            var barrier = Measure(study, 4, 0.03);
            var lines = Lines(study, 4, 0.03);
            var smallest = Enumerable
                .Range(0, Lambdas.Length)
                .Select(Single)
                .Where(one => one.AtLambda.Value > 0)
                .Min(one => one.P);
            Assert.InRange(barrier.P, smallest, Math.Min(1, 9 * smallest) + 1e-9);

            MeanBarrier Single(int at) =>
                MeanBarrier.Create(
                    [0.5],
                    [.. lines.Select(line => line with { Shortfalls = [line.Shortfalls[at]] })],
                    withinGroup: true
                )!;
        }
    }

    [Fact]
    public void Pairs_of_two_groups_vary_with_the_runs_of_both()
    {
        var lines = Lines(11, 6, 0.1)
            .Where(line => int.Parse(line.First, null) < 3 && int.Parse(line.Second, null) >= 3)
            .ToList();
        var barrier = MeanBarrier.Create(Lambdas, lines, withinGroup: false)!;
        Assert.Equal((9, 3), (barrier.Pairs, barrier.AtLambda.Runs));
        Assert.True(barrier.AtLambda.CoversSeeds);
    }

    private static MeanBarrier Measure(int study, int seeds, double barrier) =>
        MeanBarrier.Create(Lambdas, Lines(study, seeds, barrier), withinGroup: true)!;

    // All networks are 80 % accurate on the population, and on the line between two by a true shortfall less; networks
    // agree on most images. Within a study all see the same images.
    private static List<LineShortfalls> Lines(int study, int seeds, double barrier)
    {
        var random = new Random(study);
        double[] difficulty = [.. Enumerable.Range(0, Images).Select(_ => random.NextDouble())];
        var resamples = Enumerable
            .Range(0, Draws)
            .Select(_ => Enumerable.Range(0, Images).Select(_ => random.Next(Images)).ToArray())
            .ToArray();
        var ends = Enumerable.Range(0, seeds).Select(_ => Network(0.8)).ToList();
        return
        [
            .. from first in Enumerable.Range(0, seeds)
            from second in Enumerable.Range(first + 1, seeds - first - 1)
            let shortfalls = Lambdas.Select(lambda => Shortfall(ends[first], ends[second], lambda)).ToImmutableArray()
            let largest = shortfalls.Max(sample => sample.Value)
            select new LineShortfalls(
                $"{first}",
                $"{second}",
                shortfalls,
                new(largest, largest - 0.05, largest + 0.05)
            ),
        ];

        ScoreSample Shortfall(double[] one, double[] other, double lambda)
        {
            var between = Network(0.8 - (4 * barrier * lambda * (1 - lambda)));
            var values = new double[Images];
            for (var i = 0; i < Images; i++)
            {
                values[i] = ((1 - lambda) * one[i]) + (lambda * other[i]) - between[i];
            }

            return ScoreSample.FromDraws(values.Average(), Images, [.. resamples.Select(drawn => Mean(values, drawn))]);
        }

        static double Mean(double[] values, int[] drawn)
        {
            var sum = 0.0;
            foreach (var image in drawn)
            {
                sum += values[image];
            }

            return sum / drawn.Length;
        }

        double[] Network(double accuracy) =>
            [.. difficulty.Select(own => (random.NextDouble() < 0.7 ? own : random.NextDouble()) < accuracy ? 1.0 : 0)];
    }
}
