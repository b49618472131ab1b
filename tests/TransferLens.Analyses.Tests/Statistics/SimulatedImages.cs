using MathNet.Numerics.Distributions;

namespace TransferLens.Analyses.Tests.Statistics;

/// <summary>
/// A population of images by how likely a run classifies each correctly: 4,096 quantiles of a beta distribution.
/// </summary>
internal sealed class SimulatedImages
{
    private const int Kinds = 4096;
    private readonly double[] chances;

    private SimulatedImages(string name, double a, double b)
    {
        Name = name;
        chances = [.. Enumerable.Range(0, Kinds).Select(i => Beta.InvCDF(a, b, (i + 0.5) / Kinds))];
        Mean = chances.Average();
    }

    /// <summary>Most images are easy or hopeless.</summary>
    public static SimulatedImages Extreme { get; } = new("Beta(0.6, 0.2)", 0.6, 0.2);

    /// <summary>Most images are in between.</summary>
    public static SimulatedImages Flat { get; } = new("Beta(2, 1)", 2, 1);

    public string Name { get; }

    /// <summary>The expected accuracy.</summary>
    public double Mean { get; }

    /// <summary>Draws a test set.</summary>
    public void Draw(SimulatedRandom random, double[] images)
    {
        for (var i = 0; i < images.Length; i++)
        {
            images[i] = chances[random.Next() & (Kinds - 1)];
        }
    }

    /// <summary>
    /// The line (a, b) with which a run whose accuracy is shifted by <paramref name="shift"/> is correct on an image of
    /// chance p with a chance of a + b p, in [0, 1].
    /// </summary>
    public (double A, double B) Shift(double shift) =>
        shift >= 0
            ? (shift / (1 - Mean), 1 - (shift / (1 - Mean)))
            : (0, 1 + (shift / Mean));
}
