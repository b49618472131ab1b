using TransferLens.Studies.Inputs;
using TransferLens.Vision.Models;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Analyses.Interpolation;

/// <summary>
/// Affine combinations of models: the line theta(lambda) = (1 - lambda) theta_1 + lambda theta_2 through two, the plane
/// through three.
/// </summary>
public static class LinearInterpolation
{
    /// <summary>Writes the point lambda of the line through two models into a network.</summary>
    /// <param name="network">Receives the weights; the two models do not change.</param>
    /// <param name="first">theta_1; names and shapes as the network's.</param>
    /// <param name="second">theta_2; names and shapes as the network's.</param>
    /// <param name="lambda">Any real number; outside [0, 1] the point is beyond the ends of the line.</param>
    /// <exception cref="InputException">A tensor is missing or has another shape; the message names it.</exception>
    public static void Write(Network network, StateDict first, StateDict second, double lambda) =>
        Write(network, [first, second], [1 - lambda, lambda]);

    /// <summary>
    /// Writes the weighted sum of models into a network: every floating-point tensor, running statistics included, is
    /// combined; integer tensors are those of the first model. Where one weight is 1 and the others are 0, every tensor
    /// equals that model's, bit for bit.
    /// </summary>
    /// <param name="network">Receives the weights; the models do not change.</param>
    /// <param name="models">At least one; names and shapes as the network's.</param>
    /// <param name="weights">One real number for each model; their sum is 1.</param>
    /// <exception cref="InputException">A tensor is missing or has another shape; the message names it.</exception>
    public static void Write(Network network, IReadOnlyList<StateDict> models, IReadOnlyList<double> weights)
    {
        var single = Enumerable
            .Range(0, models.Count)
            .FirstOrDefault(i => weights[i] == 1 && weights.Where((_, j) => j != i).All(weight => weight == 0), -1);
        if (single >= 0)
        {
            models[single].CopyTo(network);
            return;
        }

        models[0].CopyTo(network);
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        foreach (var (name, tensor) in network.state_dict().Where(entry => entry.Value.is_floating_point()))
        {
            for (var i = 1; i < models.Count; i++)
            {
                if (!models[i].TryGetValue(name, out var other) || !other.shape.SequenceEqual(tensor.shape))
                {
                    throw new InputException(
                        $"The tensor '{name}' is not in all weights with the same shape. "
                            + "Only weights of one network can be interpolated."
                    );
                }

                // Adding differences from the first makes equal models give that model, bit for bit, at every point.
                tensor.add_((other - models[0][name]).to(tensor.device), alpha: weights[i]);
            }
        }
    }
}
