using TorchSharp;
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
        return Load(network, classes, weights, newHead: false);
    }

    /// <summary>
    /// Creates a network with as many classes as the head in a file. P may have no head: it gets one output of zeros,
    /// whose measurements are undefined and not those of a random head.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="file">The file.</param>
    /// <exception cref="InputException">The weights do not fit.</exception>
    public static Network LoadOwnHead(NetworkArchitecture network, string file)
    {
        using var weights = Checkpoint.Read(file);
        if (weights.ContainsKey($"{network.Head}.weight"))
        {
            return Load(network, NetworkFit.Classes(network, weights), weights, newHead: false);
        }

        var loaded = Load(network, classes: 1, weights, newHead: true);
        using var scope = torch.NewDisposeScope();
        using var frozen = torch.no_grad();
        foreach (var part in (string[])["weight", "bias"])
        {
            loaded.state_dict().GetValueOrDefault($"{network.Head}.{part}")?.zero_();
        }

        return loaded;
    }

    private static Network Load(NetworkArchitecture network, int classes, StateDict weights, bool newHead)
    {
        var loaded = network.VariantFor(weights).Create(classes, seed: 0);
        try
        {
            WeightsLoader.Load(loaded, weights, newHead);
            return loaded;
        }
        catch
        {
            loaded.Dispose();
            throw;
        }
    }
}
