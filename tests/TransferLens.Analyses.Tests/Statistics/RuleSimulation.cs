using System.Collections.Immutable;
using TransferLens.Analyses.Statistics;
using TransferLens.Vision.Evaluation;

namespace TransferLens.Analyses.Tests.Statistics;

/// <summary>How often the other rules are true and significant: means over pairs, and bands over a curve.</summary>
internal static class RuleSimulation
{
    /// <summary>The spread of a run's own part of a number of pairs.</summary>
    private const double RunSpread = 0.01;

    /// <summary>Number of modules of a curve.</summary>
    private const int Modules = 5;

    /// <summary>
    /// How often the mean over the pairs within one group is told from that within another, where the number of runs i
    /// and j is a_i + a_j + noise, plus noise of the test images that all pairs share.
    /// </summary>
    /// <param name="runs">Runs of each group.</param>
    /// <param name="pairNoise">Standard deviation of the pairs' own noise, in that of the runs.</param>
    /// <param name="images">Number of test images; 0 without.</param>
    /// <param name="difference">The true difference.</param>
    /// <param name="draws">Number of draws.</param>
    /// <param name="seed">Seed of the simulation.</param>
    public static double PairsDetected(
        int runs,
        double pairNoise,
        int images,
        double difference,
        int draws,
        ulong seed
    )
    {
        var (random, detected) = (new SimulatedRandom(seed), 0);
        for (var draw = 0; draw < draws; draw++)
        {
            var effect = PairMean.Difference(Group(difference), Group(0));
            detected += effect.IsDetected ? 1 : 0;
        }

        return (double)detected / draws;

        Effect Group(double shift)
        {
            var imageVariance = images > 0 ? 0.1 / images : 0;
            shift += Math.Sqrt(imageVariance) * random.Normal();
            double[] own = [.. Enumerable.Range(0, runs).Select(_ => RunSpread * random.Normal())];
            var pairs =
                from i in Enumerable.Range(0, runs)
                from j in Enumerable.Range(0, i)
                let noise = RunSpread * pairNoise * random.Normal()
                select new SeedPair($"{i}", $"{j}", shift + own[i] + own[j] + noise);
            return PairMean.Within([.. pairs], imageVariance, images);
        }
    }

    /// <summary>
    /// A curve of differences over modules, of which the first alone truly differs from 0, judged with one band: how
    /// often all intervals contain the true numbers, and how often the first is detected.
    /// </summary>
    /// <param name="images">Number of test images.</param>
    /// <param name="seeds">Seeds.</param>
    /// <param name="gain">The true number of the first module.</param>
    /// <param name="draws">Number of draws.</param>
    /// <param name="seed">Seed of the simulation.</param>
    public static (double Coverage, double Detected) Band(int images, int seeds, double gain, int draws, ulong seed)
    {
        var (random, covered, detected) = (new SimulatedRandom(seed), 0, 0);
        for (var draw = 0; draw < draws; draw++)
        {
            var curve = Curve(images, seeds, gain, random);
            var alpha = SimultaneousBand.Alpha([.. curve.Select(module => ScoreSample.Mean(module))]);
            Effect[] effects = [.. curve.Select(module => ScoreContrast.Mean(module))];
            covered += effects.Index().All(one => Contains(one.Item, alpha, one.Index == 0 ? gain : 0)) ? 1 : 0;
            detected += Contains(effects[0], alpha, 0) ? 0 : 1;
        }

        return ((double)covered / draws, (double)detected / draws);
    }

    private static bool Contains(Effect effect, double alpha, double truth) =>
        effect.Interval(alpha) is var (_, low, high) && low <= truth && truth <= high;

    // By module, then seed: the run's score minus that with the module changed. Modules share what they change.
    private static ImmutableArray<ScoreSample>[] Curve(int images, int seeds, double gain, SimulatedRandom random)
    {
        var (chances, curve) = (new double[images], new ImmutableArray<ScoreSample>[Modules]);
        SimulatedImages.Flat.Draw(random, chances);
        var values = Enumerable.Range(0, Modules).Select(_ => new ScoreSample[seeds]).ToArray();
        for (var seed = 0; seed < seeds; seed++)
        {
            var own = 0.005 * random.Normal();
            bool[] before = [.. chances.Select(p => random.Uniform() < p)];
            double[] shared = [.. chances.Select(_ => random.Uniform())];
            for (var module = 0; module < Modules; module++)
            {
                var (a, b) = SimulatedImages.Flat.Shift(own - (module == 0 ? gain : 0));
                values[module][seed] = ScoreSample.FromValues([
                    .. chances.Select((p, i) => (before[i] ? 1.0 : 0) - (Uniform(shared[i]) < a + (b * p) ? 1 : 0)),
                ]);
            }
        }

        return [.. values.Select(module => ImmutableArray.Create(module))];

        double Uniform(double common) => random.Uniform() < 0.5 ? common : random.Uniform();
    }
}
