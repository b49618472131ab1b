using TransferLens.Analyses.Statistics;

namespace TransferLens.Analyses.Tests.Statistics;

/// <summary>Two ways to train, of which the true difference in accuracy is known.</summary>
/// <param name="Population">The images.</param>
/// <param name="Images">Number of test images.</param>
/// <param name="First">Seeds of the first way.</param>
/// <param name="Second">Seeds of the second.</param>
/// <param name="FirstSpread">Standard deviation of the first way's true accuracy between seeds.</param>
/// <param name="SecondSpread">That of the second.</param>
/// <param name="Gain">True accuracy of the first minus that of the second.</param>
internal sealed record SimulatedCell(
    SimulatedImages Population,
    int Images,
    int First,
    int Second,
    double FirstSpread,
    double SecondSpread,
    double Gain
);

/// <summary>How often intervals were true and tests significant, as shares of all draws.</summary>
/// <param name="Coverage">The 95 % interval contains the true difference.</param>
/// <param name="Detected">A difference is detected: false alarms where there is none, otherwise power.</param>
/// <param name="NoWorse">The first is shown to be no worse than the second by more than 1 point.</param>
internal sealed record SimulatedRates(double Coverage, double Detected, double NoWorse);

/// <summary>
/// Draws test images and seeds many times and judges each draw. Run j of a way is correct on image i with a chance of
/// p_i, shifted by the gain and by the seed's own delta_j ~ N(0, spread^2): p + d (1 - p) / (1 - mean) where d is at
/// least 0, otherwise p (1 + d / mean).
/// </summary>
internal sealed class CoverageSimulation(SimulatedCell cell, SimulatedRandom random)
{
    private readonly double[] images = new double[cell.Images];
    private readonly Side first = new(cell.First, cell.Images);
    private readonly Side second = new(cell.Second, cell.Images);

    /// <summary>The rates over a number of draws; a seed always gives the same.</summary>
    public static SimulatedRates Run(SimulatedCell cell, int draws, ulong seed)
    {
        var simulation = new CoverageSimulation(cell, new SimulatedRandom(seed));
        var (covered, detected, noWorse) = (0, 0, 0);
        for (var draw = 0; draw < draws; draw++)
        {
            var effect = simulation.Next();
            // An interval contains the true number where the test of that number rejects nothing; this is faster.
            covered += (effect with { Value = effect.Value - cell.Gain }).IsDetected ? 0 : 1;
            detected += effect.IsDetected ? 1 : 0;
            noWorse += effect.NonInferiorityP(NonInferiority.DefaultMargin) < Effect.Alpha ? 1 : 0;
        }

        return new((double)covered / draws, (double)detected / draws, (double)noWorse / draws);
    }

    /// <summary>Draws once and estimates the difference, from counts alone.</summary>
    public Effect Next() => Next(null);

    /// <summary>Draws once.</summary>
    /// <param name="record">Takes side, seed, image and whether it is correct; null for speed.</param>
    public Effect Next(Action<int, int, int, bool>? record)
    {
        cell.Population.Draw(random, images);
        first.Train(cell, cell.Gain, cell.FirstSpread, images, random, Of(0));
        second.Train(cell, 0, cell.SecondSpread, images, random, Of(1));
        SeedPart[] parts = [.. new[] { first, second }.Where(side => side.Seeds > 1).Select(side => side.Part())];
        var spread = parts.Sum(part => part.Spread);
        return new(
            first.Mean - second.Mean,
            ImageVariance(),
            cell.Images - 1,
            Math.Max(0, parts.Sum(part => part.Spread - part.WithinImages)),
            spread,
            SeedPart.DegreesOfFreedomOf(parts),
            Math.Min(cell.First, cell.Second)
        );

        Action<int, int, bool>? Of(int side) =>
            record is null ? null : (seed, image, yes) => record(side, seed, image, yes);
    }

    // The variance of the seed-averaged paired difference, divided by the number of images.
    private double ImageVariance()
    {
        long products = 0;
        for (var i = 0; i < images.Length; i++)
        {
            products += first.Counts[i] * second.Counts[i];
        }

        var (n, m, mean) = ((double)cell.First, (double)cell.Second, first.Mean - second.Mean);
        var squares = (first.Squares() / n / n) + (second.Squares() / m / m) - (2 * products / n / m);
        return ((squares / images.Length) - (mean * mean)) / (images.Length - 1);
    }

    /// <summary>The runs of one way to train.</summary>
    private sealed class Side(int seeds, int images)
    {
        private readonly double[] means = new double[seeds];

        public int Seeds => seeds;

        /// <summary>By image, how many seeds are correct.</summary>
        public int[] Counts { get; } = new int[images];

        public double Mean => means.Average();

        public void Train(
            SimulatedCell cell,
            double gain,
            double spread,
            double[] chances,
            SimulatedRandom random,
            Action<int, int, bool>? record
        )
        {
            const double Scale = 1UL << 32;
            Array.Clear(Counts);
            for (var seed = 0; seed < seeds; seed++)
            {
                var (a, b) = cell.Population.Shift(gain + (spread * random.Normal()));
                (a, b) = (a * Scale, b * Scale);
                var (correct, bits) = (0, 0UL);
                for (var i = 0; i < chances.Length; i++)
                {
                    // One draw of 64 bits serves two images.
                    bits = (i & 1) == 0 ? random.Next() : bits >> 32;
                    var yes = (uint)bits < a + (b * chances[i]) ? 1 : 0;
                    correct += yes;
                    Counts[i] += yes;
                    record?.Invoke(seed, i, yes == 1);
                }

                means[seed] = (double)correct / images;
            }
        }

        public long Squares()
        {
            long sum = 0;
            foreach (var count in Counts)
            {
                sum += count * count;
            }

            return sum;
        }

        // As SeedPart.Measure has it: what averaging over seeds removes is the variance within images.
        public SeedPart Part()
        {
            var (mean, n) = (Mean, (double)seeds);
            var spread = means.Sum(value => (value - mean) * (value - mean)) / (n - 1) / n;
            var each = means.Average(value => value * (1 - value)) / (images - 1);
            var averaged = ((Squares() / n / n / images) - (mean * mean)) / (images - 1);
            return new(spread, Math.Max(0, each - averaged) / (n - 1), seeds - 1, 1 / n);
        }
    }
}
