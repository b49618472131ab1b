using TransferLens.Models;
using TransferLens.Weights;
using static TorchSharp.torch;

namespace TransferLens.Analyses;

/// <summary>The line theta(lambda) = (1 - lambda) theta_1 + lambda theta_2 between two solutions.</summary>
public static class Interpolation
{
    /// <summary>
    /// Writes the point lambda of the line into a network: every floating-point tensor, running statistics included, is
    /// interpolated; integer tensors are the first's. At lambda 0 and 1 every tensor is that solution's, bit for bit.
    /// </summary>
    /// <param name="network">Takes the weights; the two solutions stay as they are.</param>
    /// <param name="first">theta_1; names and shapes as the network's.</param>
    /// <param name="second">theta_2; names and shapes as the network's.</param>
    /// <param name="lambda">Any real number; outside [0, 1] the line goes on beyond its ends.</param>
    /// <exception cref="InputException">A tensor is missing or has another shape; it is named.</exception>
    public static void Write(Network network, StateDict first, StateDict second, double lambda)
    {
        if (lambda is 0 or 1)
        {
            (lambda == 0 ? first : second).CopyTo(network);
            return;
        }

        first.CopyTo(network);
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        foreach (var (name, tensor) in network.state_dict().Where(entry => entry.Value.is_floating_point()))
        {
            if (!second.TryGetValue(name, out var other) || !other.shape.SequenceEqual(tensor.shape))
            {
                throw new InputException($"The tensor '{name}' is not in both sets of weights with the same shape; only weights of one network can be interpolated.");
            }

            tensor.mul_(1 - lambda).add_(other, alpha: lambda);
        }
    }
}
