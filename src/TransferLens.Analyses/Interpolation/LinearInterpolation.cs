using TransferLens.Studies.Inputs;
using TransferLens.Vision.Models;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Analyses.Interpolation;

/// <summary>
/// Affine combinations of solutions: the line theta(lambda) = (1 - lambda) theta_1 + lambda theta_2 through two, the plane
/// through three.
/// </summary>
public static class LinearInterpolation
{
    /// <summary>Writes the point lambda of the line through two solutions into a network, as the other form does.</summary>
    /// <param name="network">Takes the weights; the two solutions stay as they are.</param>
    /// <param name="first">theta_1; names and shapes as the network's.</param>
    /// <param name="second">theta_2; names and shapes as the network's.</param>
    /// <param name="lambda">Any real number; outside [0, 1] the line goes on beyond its ends.</param>
    /// <exception cref="InputException">A tensor is missing or has another shape; it is named.</exception>
    public static void Write(Network network, StateDict first, StateDict second, double lambda) =>
        Write(network, [first, second], [1 - lambda, lambda]);

    /// <summary>
    /// Writes the sum of weighted solutions into a network: every floating-point tensor, running statistics included, is
    /// combined; integer tensors are the first's. Where one weight is 1 and the others are 0, every tensor is that
    /// solution's, bit for bit.
    /// </summary>
    /// <param name="network">Takes the weights; the solutions stay as they are.</param>
    /// <param name="solutions">At least one; names and shapes as the network's.</param>
    /// <param name="weights">One real number for each solution; their sum is 1.</param>
    /// <exception cref="InputException">A tensor is missing or has another shape; it is named.</exception>
    public static void Write(Network network, IReadOnlyList<StateDict> solutions, IReadOnlyList<double> weights)
    {
        if (
            Enumerable
                .Range(0, solutions.Count)
                .FirstOrDefault(i => weights[i] == 1 && weights.Where((w, j) => j != i).All(w => w == 0), -1)
            is >= 0
                and var only
        )
        {
            solutions[only].CopyTo(network);
            return;
        }

        solutions[0].CopyTo(network);
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        foreach (var (name, tensor) in network.state_dict().Where(entry => entry.Value.is_floating_point()))
        {
            for (var i = 1; i < solutions.Count; i++)
            {
                if (!solutions[i].TryGetValue(name, out var other) || !other.shape.SequenceEqual(tensor.shape))
                {
                    throw new InputException(
                        $"The tensor '{name}' is not in all weights with the same shape; only weights of one network can be interpolated."
                    );
                }

                // By its difference from the first, so that equal solutions give that solution bit for bit at every point.
                tensor.add_((other - solutions[0][name]).to(tensor.device), alpha: weights[i]);
            }
        }
    }
}
