using TransferLens.Analyses.Statistics;
using TransferLens.Vision.Evaluation;

namespace TransferLens.Analyses.Tests.Statistics;

/// <summary>
/// Whether intervals contain the true number as often as they say, by simulation. docs/statistics.md has the table of
/// the full grid and the command that makes it.
/// </summary>
public class CoverageTests
{
    private const double LeastCoverage = 0.93;
    private const double MostAlarms = 0.07;

    // Of each cell of the full grid.
    private const int Draws = 3000;

    // Monte Carlo error of a difference of two rates of 1,000 draws or more: four standard errors at most.
    private const double Error = 0.09;

    // The file for the tables of docs/statistics.md; without it a part of the grid is simulated.
    private static readonly string? Table = Environment.GetEnvironmentVariable("TRANSFERLENS_FULL_SIMULATION");

    [Fact]
    public void Intervals_contain_the_true_difference_and_alarms_are_rarely_false()
    {
        if (Table is not null)
        {
            The_full_grid_holds(Table);
            return;
        }

        var equal = CoverageReport.Simulate([.. Grid([200, 1000], [2, 3, 5], [0, 0.02], [0, 0.05])], 1000);
        var some = Unequal([500]).Where(cell => cell is { First: < 10, Gain: 0 });
        var unequal = CoverageReport.Simulate([.. some], 2000);
        foreach (var (cell, rates) in equal.Concat(unequal))
        {
            Judge(cell, rates);
        }
    }

    [Fact]
    public void Power_does_not_fall_with_more_seeds_or_images()
    {
        var difference = CoverageReport.Simulate([.. Grid([200, 1000], [2, 3, 5], [0.01], [0.02])], 1000);
        Rises(difference, rates => rates.Detected);
        Rises(CoverageReport.Simulate([.. Grid([500, 2000], [2, 3, 5], [0.005], [0])], 1000), rates => rates.NoWorse);
    }

    [Fact]
    public void Means_over_pairs_are_rarely_told_apart_in_error_and_more_runs_tell_more()
    {
        var power = 0.0;
        foreach (var runs in new[] { 3, 5, 10 })
        {
            foreach (var noise in new[] { 0, 1, 3 })
            {
                Assert.InRange(RuleSimulation.PairsDetected(runs, noise, 0, 0, 1000, 3), 0, MostAlarms);
                Assert.InRange(RuleSimulation.PairsDetected(runs, noise, 500, 0, 1000, 4), 0, MostAlarms);
            }

            var more = RuleSimulation.PairsDetected(runs, 1, 0, 0.04, 1000, 5);
            Assert.True(more >= power - Error, $"{runs} runs detect {more}, fewer {power}");
            power = more;
        }

        Assert.True(power > 0.9, $"{power}");
    }

    [Fact]
    public void A_band_contains_the_whole_curve()
    {
        var (coverage, detected) = RuleSimulation.Band(200, 5, 0.2, 60, 6);
        Assert.InRange(coverage, LeastCoverage, 1);
        Assert.InRange(detected, 0.5, 1);
    }

    [Fact]
    public void Images_alone_would_contain_it_too_rarely()
    {
        var cell = new SimulatedCell(SimulatedImages.Extreme, 2000, 3, 3, 0.02, 0.02, 0);
        var (simulation, alarms) = (new CoverageSimulation(cell, new SimulatedRandom(7)), 0);
        for (var draw = 0; draw < 500; draw++)
        {
            alarms += (simulation.Next() with { SeedVariance = 0, SpreadDegreesOfFreedom = 0 }).IsDetected ? 1 : 0;
        }

        Assert.InRange(alarms / 500.0, 0.2, 1);
    }

    [Theory]
    [InlineData(3, 2)]
    [InlineData(1, 4)]
    [InlineData(1, 1)]
    public void What_is_simulated_is_the_contrast_of_the_scores(int first, int second)
    {
        var cell = new SimulatedCell(SimulatedImages.Flat, 101, first, second, 0.02, 0.01, 0.05);
        var simulation = new CoverageSimulation(cell, new SimulatedRandom(8));
        for (var draw = 0; draw < 20; draw++)
        {
            double[][][] correct = [Empty(first), Empty(second)];
            var found = simulation.Next((side, seed, image, yes) => correct[side][seed][image] = yes ? 1 : 0);
            var expected = ScoreContrast.Difference(correct[0].Select(Sample), correct[1].Select(Sample));
            Assert.Equal(expected.Value, found.Value, 1e-12);
            Assert.Equal(expected.ImageVariance, found.ImageVariance, 1e-12);
            Assert.Equal(expected.SeedVariance, found.SeedVariance, 1e-12);
            Assert.Equal(expected.SpreadVariance, found.SpreadVariance, 1e-12);
            Assert.Equal(expected.SpreadDegreesOfFreedom, found.SpreadDegreesOfFreedom, 1e-6);
            Assert.Equal((expected.Runs, expected.ImageDegreesOfFreedom), (found.Runs, found.ImageDegreesOfFreedom));
        }

        static double[][] Empty(int seeds) => [.. Enumerable.Range(0, seeds).Select(_ => new double[101])];
        static ScoreSample Sample(double[] values) => ScoreSample.FromValues([.. values]);
    }

    // Takes minutes, so it runs only when asked for.
    private static void The_full_grid_holds(string table)
    {
        var grid = CoverageReport.Simulate(
            [.. Grid([200, 500, 2000, 5000], [2, 3, 5, 10], [0, 0.005, 0.01, 0.02], [-0.01, 0, 0.02, 0.05, 0.1])],
            Draws
        );
        var unequal = CoverageReport.Simulate([.. Unequal([200, 500, 2000, 5000])], Draws);
        File.WriteAllText(table, CoverageReport.Write(grid, unequal), new System.Text.UTF8Encoding(false));
        Assert.All(grid.Concat(unequal), one => Judge(one.Key, one.Value));
        Rises(grid.Where(one => one.Key.Gain > 0), rates => rates.Detected);
        Rises(grid.Where(one => one.Key.Gain >= 0), rates => rates.NoWorse);
    }

    private static void Judge(SimulatedCell cell, SimulatedRates rates)
    {
        // Known to miss the requirement, and described so: two seeds that vary against three that do not.
        var known = cell is { First: 2, Second: 3 } && cell.FirstSpread > cell.SecondSpread ? 0.02 : 0;
        Assert.True(rates.Coverage >= LeastCoverage - known, $"{cell}: {rates}");
        Assert.True(cell.Gain != 0 || rates.Detected <= MostAlarms + known, $"{cell}: {rates}");
        Assert.True(cell.Gain > -NonInferiority.DefaultMargin || rates.NoWorse <= MostAlarms, $"{cell}: {rates}");
    }

    // Compares each cell with all that have more seeds or more images.
    private static void Rises(
        IEnumerable<KeyValuePair<SimulatedCell, SimulatedRates>> simulated,
        Func<SimulatedRates, double> power
    )
    {
        foreach (var cells in simulated.GroupBy(one => (one.Key.Population, one.Key.FirstSpread, one.Key.Gain)))
        {
            foreach (var (few, many) in cells.SelectMany(few => cells.Select(many => (few, many))))
            {
                var more = many.Key.Images >= few.Key.Images && many.Key.First >= few.Key.First;
                Assert.True(
                    !more || power(many.Value) >= power(few.Value) - Error,
                    $"{few.Key}: {power(few.Value)}; {many.Key}: {power(many.Value)}"
                );
            }
        }
    }

    private static IEnumerable<SimulatedCell> Grid(int[] images, int[] seeds, double[] spreads, double[] gains) =>
        from population in new[] { SimulatedImages.Extreme, SimulatedImages.Flat }
        from count in images
        from number in seeds
        from spread in spreads
        from gain in gains
        select new SimulatedCell(population, count, number, number, spread, spread, gain);

    private static IEnumerable<SimulatedCell> Unequal(int[] images) =>
        from count in images
        from seeds in new[] { (2, 2), (3, 3), (10, 10), (2, 10), (3, 10), (2, 3) }
        from spreads in new[] { (0.02, 0.0), (0.0, 0.02), (0.01, 0.01) }
        from gain in new[] { 0, 0.05 }
        select new SimulatedCell(
            SimulatedImages.Extreme,
            count,
            seeds.Item1,
            seeds.Item2,
            spreads.Item1,
            spreads.Item2,
            gain
        );
}
