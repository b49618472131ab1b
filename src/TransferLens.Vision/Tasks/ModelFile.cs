using TransferLens.Studies.Inputs;
using TransferLens.Vision.Models;
using TransferLens.Vision.Training;
using TransferLens.Vision.Weights;

namespace TransferLens.Vision.Tasks;

/// <summary>Loads what a training left in the store.</summary>
public static class ModelFile
{
    /// <summary>A network with the weights of a checkpoint, its head included.</summary>
    /// <param name="network">The network.</param>
    /// <param name="classes">Outputs of its head.</param>
    /// <param name="artifact">Folder of the training's artifact.</param>
    /// <param name="checkpoint"><c>last</c>, <c>best</c> or an epoch.</param>
    /// <exception cref="InputException">That epoch was not kept, or its weights do not fit.</exception>
    public static Network Load(NetworkArchitecture network, int classes, string artifact, string checkpoint)
    {
        using var weights = Checkpoint.Read(CheckpointFiles.Of(artifact, checkpoint));
        var loaded = network.Create(classes, seed: 0);
        WeightsLoader.Load(loaded, weights, newHead: false);
        return loaded;
    }
}
