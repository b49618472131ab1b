using static TorchSharp.torch;

namespace TransferLens.Vision.Probes;

/// <summary>
/// Preconditioned conjugate gradients for A x = b with A symmetric and positive definite. Source: Nocedal and Wright
/// 2006, algorithm 5.3.
/// </summary>
internal static class ConjugateGradients
{
    /// <summary>Solves a system approximately.</summary>
    /// <param name="multiply">Multiplies by A; the product is disposed here.</param>
    /// <param name="right">b; it does not change.</param>
    /// <param name="precondition">Multiplies by an approximation of the inverse of A; disposed here.</param>
    /// <param name="reduction">The search ends when the preconditioned residual is this part of that of x = 0.</param>
    /// <param name="iterations">Largest number of steps.</param>
    /// <param name="cancellationToken">Cancels between steps.</param>
    /// <returns>x, the caller's to dispose, and the number of steps.</returns>
    public static (Tensor Solution, int Iterations) Solve(
        Func<Tensor, Tensor> multiply,
        Tensor right,
        Func<Tensor, Tensor> precondition,
        double reduction,
        int iterations,
        CancellationToken cancellationToken
    )
    {
        using var scope = NewDisposeScope();
        var (solution, residual) = (zeros_like(right), right.clone());
        var direction = precondition(residual);
        var size = Dot(residual, direction);
        var (end, step) = (reduction * reduction * size, 0);
        while (step < iterations && size > end)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var inner = NewDisposeScope();
            var product = multiply(direction);
            var curvature = Dot(direction, product);
            if (!(curvature > 0))
            {
                // Rounding: no more is to be had.
                break;
            }

            solution.add_(direction, alpha: size / curvature);
            residual.add_(product, alpha: -size / curvature);
            var next = precondition(residual);
            var reached = Dot(residual, next);
            direction.mul_(reached / size).add_(next);
            size = reached;
            step++;
        }

        return (solution.MoveToOuterDisposeScope(), step);
    }

    private static double Dot(Tensor left, Tensor right)
    {
        using var product = left.mul(right);
        using var sum = product.sum();
        return sum.item<double>();
    }
}
