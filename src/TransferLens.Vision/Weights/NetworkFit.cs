using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Architectures;
using static TorchSharp.torch;

namespace TransferLens.Vision.Weights;

/// <summary>Finds the network that a state dict belongs to.</summary>
public static class NetworkFit
{
    /// <summary>Finds the shipped network whose tensors have exactly these names and shapes.</summary>
    /// <param name="weights">The weights; counts of batches may be missing.</param>
    /// <returns>The first such network and its number of classes; null when there is none.</returns>
    public static (NetworkArchitecture Network, int Classes)? Find(StateDict weights) => Find(weights, Networks.All);

    /// <summary>Finds the network whose tensors have exactly these names and shapes.</summary>
    /// <param name="weights">The weights; counts of batches may be missing.</param>
    /// <param name="networks">The networks to look in.</param>
    /// <returns>The first such network and its number of classes; null when there is none.</returns>
    public static (NetworkArchitecture Network, int Classes)? Find(
        StateDict weights,
        IEnumerable<NetworkArchitecture> networks
    )
    {
        var names = weights.Keys.Where(name => !IsCount(name)).ToHashSet(StringComparer.Ordinal);
        foreach (var network in networks.Where(network => network.Fits(names)))
        {
            if (ClassesOf(network, weights) is { } classes && HasShapesOf(network, classes, weights, names))
            {
                return (network, classes);
            }
        }

        return null;
    }

    /// <summary>Number of classes of weights: the rows of the head's weights.</summary>
    /// <param name="network">The network that the weights belong to.</param>
    /// <param name="weights">The weights.</param>
    /// <exception cref="InputException">The weights have no such head, or an empty one.</exception>
    public static int Classes(NetworkDeclaration network, StateDict weights)
    {
        ArgumentNullException.ThrowIfNull(network);
        return ClassesOf(network, weights)
            ?? throw new InputException(
                $"The weights have no tensor '{network.Head}.weight', which the head of {network.Name} needs; "
                    + "fine-tune them, which adds a head, or give weights with one."
            );
    }

    /// <summary>Number of classes of weights of a shipped network.</summary>
    /// <param name="network">Name of the network.</param>
    /// <param name="weights">The weights.</param>
    /// <exception cref="InputException">The name is not known, or the weights have no such head, or an empty
    /// one.</exception>
    public static int Classes(string network, StateDict weights) => Classes(Networks.Find(network), weights);

    private static int? ClassesOf(NetworkDeclaration network, StateDict weights) =>
        weights.TryGetValue($"{network.Head}.weight", out var head) && head.shape is [> 0 and < int.MaxValue, > 0]
            ? (int)head.shape[0]
            : null;

    // The outline has one class, whatever the file claims: a head of a billion empty rows must not be allocated.
    private static bool HasShapesOf(
        NetworkArchitecture architecture,
        int classes,
        StateDict weights,
        HashSet<string> names
    )
    {
        using var scope = NewDisposeScope();
        using var outline = architecture.CreateOutline(classes: 1);
        var shapes = outline
            .state_dict()
            .Where(entry => !IsCount(entry.Key))
            .ToDictionary(entry => entry.Key, entry => entry.Value.shape);
        foreach (var part in (string[])["weight", "bias"])
        {
            if (shapes.TryGetValue($"{architecture.Head}.{part}", out var shape))
            {
                shape[0] = classes;
            }
        }

        return names.SetEquals(shapes.Keys) && shapes.All(entry => weights[entry.Key].shape.SequenceEqual(entry.Value));
    }

    private static bool IsCount(string name) => name.EndsWith(".num_batches_tracked", StringComparison.Ordinal);
}
