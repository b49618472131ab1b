using static TorchSharp.torch;

namespace TransferLens.Vision.Probes;

/// <summary>Where a minimization ended.</summary>
/// <param name="Point">The point; the caller's to dispose.</param>
/// <param name="Found">Whether the search ended because the point was good enough.</param>
/// <param name="Iterations">Number of steps.</param>
internal sealed record Minimum(Tensor Point, bool Found, int Iterations);

/// <summary>
/// Limited-memory BFGS for smooth convex functions, with a line search for the weak Wolfe conditions by bisection.
/// Sources: Nocedal and Wright 2006, algorithms 7.4 and 7.5; approximate decrease near the minimum, where differences
/// of function values are lost in rounding: Hager and Zhang 2005.
/// </summary>
internal static class QuasiNewton
{
    private const int Memory = 20;
    private const int MaximumTrials = 40;
    private const double Decrease = 1e-4;
    private const double Curvature = 0.9;
    private const double Rounding = 1e-12;

    /// <summary>Value and gradient of a function at a point; the gradient is the caller's to dispose.</summary>
    public delegate (double Value, Tensor Gradient) Function(Tensor point);

    /// <summary>Minimizes a function.</summary>
    /// <param name="function">The function of a vector, float64.</param>
    /// <param name="start">Where to start; it does not change.</param>
    /// <param name="isEnough">Whether the search ends at a point, given the point and the gradient there.</param>
    /// <param name="iterations">Largest number of steps.</param>
    /// <param name="cancellationToken">Cancels between steps.</param>
    public static Minimum Minimize(
        Function function,
        Tensor start,
        Func<Tensor, Tensor, bool> isEnough,
        int iterations,
        CancellationToken cancellationToken
    )
    {
        using var scope = NewDisposeScope();
        var pairs = new Queue<(Tensor Step, Tensor Change, double Product)>();
        var point = start.clone();
        var (value, gradient) = function(point);
        var (step, found) = (0, isEnough(point, gradient));
        for (; step < iterations && !found; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var direction = Direction(gradient, pairs);
            var first = pairs.Count == 0 ? 1 / Math.Max(1, Norm(gradient)) : 1;
            if (Search(function, point, value, gradient, direction, first) is not { } next)
            {
                direction.Dispose();
                break;
            }

            var moved = next.Point - point;
            var change = next.Gradient - gradient;
            var product = Dot(moved, change);
            if (product > 0)
            {
                pairs.Enqueue((moved, change, product));
            }
            else
            {
                moved.Dispose();
                change.Dispose();
            }

            if (pairs.Count > Memory)
            {
                var (old, its, _) = pairs.Dequeue();
                old.Dispose();
                its.Dispose();
            }

            direction.Dispose();
            point.Dispose();
            gradient.Dispose();
            (point, value, gradient) = next;
            found = isEnough(point, gradient);
        }

        return new(point.MoveToOuterDisposeScope(), found, step);
    }

    // The two loops of algorithm 7.4.
    private static Tensor Direction(Tensor gradient, Queue<(Tensor Step, Tensor Change, double Product)> pairs)
    {
        using var scope = NewDisposeScope();
        var direction = gradient.neg();
        var newest = pairs.Reverse().ToList();
        var factors = new double[newest.Count];
        for (var i = 0; i < newest.Count; i++)
        {
            factors[i] = Dot(newest[i].Step, direction) / newest[i].Product;
            direction.sub_(newest[i].Change * factors[i]);
        }

        if (newest.Count > 0)
        {
            direction.mul_(newest[0].Product / Dot(newest[0].Change, newest[0].Change));
        }

        for (var i = newest.Count - 1; i >= 0; i--)
        {
            var factor = Dot(newest[i].Change, direction) / newest[i].Product;
            direction.add_(newest[i].Step * (factors[i] - factor));
        }

        return direction.MoveToOuterDisposeScope();
    }

    private static (Tensor Point, double Value, Tensor Gradient)? Search(
        Function function,
        Tensor point,
        double value,
        Tensor gradient,
        Tensor direction,
        double first
    )
    {
        var slope = Dot(gradient, direction);
        var (low, high, length) = (0.0, double.PositiveInfinity, first);
        for (var trial = 0; trial < MaximumTrials; trial++)
        {
            var tried = point + (direction * length);
            var (there, its) = function(tried);
            var steepness = Dot(its, direction);
            var enough = there <= value + (Decrease * length * slope);
            var nearly = there <= value + (Rounding * Math.Abs(value)) && steepness <= ((2 * Decrease) - 1) * slope;
            if ((enough || nearly) && steepness >= Curvature * slope)
            {
                return (tried, there, its);
            }

            (low, high) = enough || nearly ? (length, high) : (low, length);
            length = double.IsFinite(high) ? (low + high) / 2 : 2 * low;
            tried.Dispose();
            its.Dispose();
        }

        return null;
    }

    private static double Dot(Tensor left, Tensor right)
    {
        using var product = left.dot(right);
        return product.item<double>();
    }

    private static double Norm(Tensor vector) => Math.Sqrt(Dot(vector, vector));
}
