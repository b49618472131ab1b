using TransferLens.Studies.Inputs;
using TransferLens.Vision.Models;
using TransferLens.Vision.Training;
using TransferLens.Vision.Weights;

namespace TransferLens.Vision.Tasks;

/// <summary>Loads models from the store.</summary>
internal static class ModelFile
{
    /// <summary>Creates a network with the weights of a checkpoint, including its head.</summary>
    /// <param name="network">The network.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="artifact">Folder of the artifact.</param>
    /// <param name="checkpoint"><c>last</c>, <c>best</c> or an epoch.</param>
    /// <exception cref="InputException">The checkpoint was not kept, or its weights do not fit.</exception>
    public static Network Load(NetworkArchitecture network, int classes, string artifact, string checkpoint)
    {
        using var weights = Checkpoint.Read(CheckpointFiles.Find(artifact, checkpoint));
        var loaded = network.VariantFor(weights).Create(classes, seed: 0);
        try
        {
            WeightsLoader.Load(loaded, weights, newHead: false);
            return loaded;
        }
        catch
        {
            loaded.Dispose();
            throw;
        }
    }
}
