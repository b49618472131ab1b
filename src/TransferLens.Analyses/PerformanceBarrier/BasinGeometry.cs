using System.Collections.Immutable;
using TransferLens.Vision.Randomness;

namespace TransferLens.Analyses.PerformanceBarrier;

/// <summary>
/// The segment or triangle S spanned by models, in barycentric coordinates: one weight for each model, none below 0,
/// with sum 1. Lengths in parameter space follow from the distances between the models alone.
/// </summary>
/// <param name="distances">Distances between the models, row by row.</param>
internal sealed class BasinGeometry(IReadOnlyList<IReadOnlyList<double>> distances)
{
    /// <summary>Number of models.</summary>
    public int Count => distances.Count;

    /// <summary>Draws a point uniformly from S: exponential variables divided by their sum.</summary>
    public ImmutableArray<double> Uniform(NumpyRandom random)
    {
        double[] parts = [.. Enumerable.Range(0, Count).Select(_ => -Math.Log(1 - random.Uniform()))];
        var sum = parts.Sum();
        return sum > 0 ? [.. parts.Select(part => part / sum)] : Uniform(random);
    }

    /// <summary>Where the ray from one point of S through another leaves S.</summary>
    public static ImmutableArray<double> Boundary(ImmutableArray<double> from, ImmutableArray<double> through)
    {
        var steps = from.Zip(through, (a, b) => b < a ? a / (a - b) : double.PositiveInfinity).ToList();
        var furthest = steps.Min();
        // The weight that stops the ray is exactly 0; the others are never below 0.
        return double.IsInfinity(furthest)
            ? through
            :
            [
                .. from.Zip(through, (a, b) => Math.Max(0, a + (furthest * (b - a))))
                    .Select((weight, i) => steps[i] == furthest ? 0 : weight),
            ];
    }

    /// <summary>
    /// A point moved by a length in the direction from one point to another; null when these are the same.
    /// </summary>
    public ImmutableArray<double>? Moved(
        ImmutableArray<double> point,
        ImmutableArray<double> from,
        ImmutableArray<double> to,
        double length
    )
    {
        var direction = from.Zip(to, (a, b) => b - a).ToImmutableArray();
        var norm = Length(direction);
        return norm > 0 ? [.. point.Zip(direction, (p, d) => p + (length * d / norm))] : null;
    }

    /// <summary>
    /// Length in parameter space of a difference d of two points; its square is -1/2 of the sum of d_i d_j D_ij^2.
    /// </summary>
    public double Length(ImmutableArray<double> direction)
    {
        var products =
            from i in Enumerable.Range(0, Count)
            from j in Enumerable.Range(0, Count)
            select direction[i] * direction[j] * distances[i][j] * distances[i][j];
        return Math.Sqrt(Math.Max(0, -0.5 * products.Sum()));
    }

    /// <summary>Draws a standard Gaussian number (Box and Muller 1958).</summary>
    public static double Gaussian(NumpyRandom random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.Uniform())) * Math.Cos(2 * Math.PI * random.Uniform());
}
