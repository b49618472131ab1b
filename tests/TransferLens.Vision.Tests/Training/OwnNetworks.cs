using TransferLens.Tests;
using TransferLens.Vision.Models;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Training;

/// <summary>Small networks as a user declares them, of TorchSharp's layers, with the weights of the references.</summary>
internal static class OwnNetworks
{
    /// <summary>
    /// A 3x3 convolution with batch normalization, a 1x1 convolution, a linear layer and a head of four classes, as in
    /// <c>tests/reference/ladder.py</c>.
    /// </summary>
    public static Network Mixed()
    {
        var (conv1, bn1) = (nn.Conv2d(3, 8, 3, padding: 1, bias: false), nn.BatchNorm2d(8));
        var (mix, fc1, linear) = (nn.Conv2d(8, 16, 1), nn.Linear(16, 12), nn.Linear(12, 4));
        return Fill(
            new(
                "mixed",
                nn.Sequential(("conv1", conv1), ("bn1", bn1), ("mix", mix), ("fc1", fc1), ("linear", linear)),
                [
                    new("conv1", ["conv1", "bn1"], input => bn1.call(conv1.call(input)).relu()),
                    new("mix", input => mix.call(input).relu().mean([2, 3])),
                    new("fc1", input => fc1.call(input).relu()),
                    new("linear", linear.call),
                ]
            )
        );
    }

    /// <summary>48 -> 6 -> 4, for images of 4 x 4 pixels.</summary>
    /// <param name="activated">Whether an activation follows the head.</param>
    public static Network Linear(bool activated = false)
    {
        var (body, head) = (nn.Linear(48, 6), nn.Linear(6, 4));
        return Fill(
            new(
                "own",
                nn.Sequential(("body", body), ("head", head)),
                [
                    new("body", input => body.call(input.flatten(1))),
                    new("head", input => activated ? head.call(input).relu() : head.call(input)),
                ]
            )
        );
    }

    /// <summary>Gives a network the weights of the references.</summary>
    public static Network Fill(Network network)
    {
        using var weights = ReferenceWeights.Of(network);
        weights.CopyTo(network);
        return network;
    }
}
