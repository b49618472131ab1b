using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Models;
using static TorchSharp.torch;

namespace TransferLens.Vision.Training;

/// <summary>Checks before a run whether a network has what its training adapts.</summary>
internal static class AdaptedLayers
{
    private const int Classes = 2;

    /// <summary>Checks that a network has layers to adapt.</summary>
    /// <param name="architecture">The network.</param>
    /// <param name="training">What is adapted.</param>
    /// <exception cref="InputException">It has none.</exception>
    public static void Check(NetworkArchitecture architecture, TrainingSettings training)
    {
        using var network = architecture.CreateOutline(Classes);
        using var frozen = new FrozenParts(network, training);
    }

    /// <summary>Checks that a network's head is one linear layer, on an image of noise.</summary>
    /// <param name="architecture">The network.</param>
    /// <param name="size">Side of the images, in pixels.</param>
    /// <exception cref="InputException">It is not.</exception>
    public static void CheckHead(NetworkArchitecture architecture, int size)
    {
        using var scope = NewDisposeScope();
        using var network = architecture.Create(Classes, seed: 0, CPU);
        using var generator = new Generator(0);
        new LinearHead(network).Check(rand([2, 3, size, size], generator: generator));
    }
}
