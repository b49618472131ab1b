using System.Collections.Immutable;
using MathNet.Numerics.Distributions;
using TransferLens.Vision.Evaluation;

namespace TransferLens.Analyses.Tests;

/// <summary>
/// Runs whose true accuracy is known: images differ in difficulty, which all runs share by half, and seeds differ in
/// accuracy by a standard deviation of <paramref name="spread"/>.
/// </summary>
internal sealed class SimulatedScores(int seed, int images, double spread)
{
    private readonly Random random = new(seed);

    /// <summary>A new test set of images with the runs of several seeds for each true accuracy.</summary>
    public ImmutableArray<ScoreSample>[] Draw(int seeds, params IEnumerable<double> accuracies)
    {
        double[] difficulty = [.. Enumerable.Range(0, images).Select(_ => Gauss())];
        return [.. accuracies.Select(accuracy => Enumerable.Range(0, seeds).Select(_ => Run(accuracy)).ToImmutableArray())];

        ScoreSample Run(double accuracy)
        {
            var threshold = Math.Sqrt(2) * Normal.InvCDF(0, 1, accuracy + (spread * Gauss()));
            var correct = new double[images];
            for (var i = 0; i < images; i++)
            {
                correct[i] = difficulty[i] + Gauss() < threshold ? 1 : 0;
            }

            return ScoreSample.FromValues(ImmutableArray.Create(correct));
        }
    }

    private double Gauss() =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
