using System.Collections.Immutable;
using TransferLens.Vision.Randomness;

namespace TransferLens.Analyses.PerformanceBarrier;

/// <summary>
/// The segment or triangle S spanned by solutions, in barycentric coordinates: one weight for each solution, none below 0,
/// summing to 1. Lengths in parameter space follow from the distances between the solutions alone.
/// </summary>
/// <param name="distances">Distances between the solutions, row by row.</param>
internal sealed class BasinGeometry(IReadOnlyList<IReadOnlyList<double>> distances)
{
    /// <summary>Number of solutions.</summary>
    public int Count => distances.Count;

    /// <summary>A point from the uniform distribution on S: exponential variables over their sum.</summary>
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
        // The weight that ends the way is 0 to the last bit, the others never below it.
        return double.IsInfinity(furthest)
            ? through
            :
            [
                .. from.Zip(through, (a, b) => Math.Max(0, a + (furthest * (b - a))))
                    .Select((weight, i) => steps[i] == furthest ? 0 : weight),
            ];
    }

    /// <summary>A point moved on by a length in the direction from one point to another; null when these are the same.</summary>
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

    /// <summary>Length in parameter space of a difference of two points: -1/2 of the sum of d_i d_j D_ij^2 is its square.</summary>
    public double Length(ImmutableArray<double> direction) =>
        Math.Sqrt(
            Math.Max(
                0,
                -0.5
                    * (
                        from i in Enumerable.Range(0, Count)
                        from j in Enumerable.Range(0, Count)
                        select direction[i] * direction[j] * distances[i][j] * distances[i][j]
                    ).Sum()
            )
        );

    /// <summary>A standard Gaussian number (Box and Muller 1958).</summary>
    public static double Gaussian(NumpyRandom random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.Uniform())) * Math.Cos(2 * Math.PI * random.Uniform());
}
