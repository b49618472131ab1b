using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Architectures;

namespace TransferLens.Vision.Weights;

/// <summary>Finds the network that a state dict belongs to.</summary>
public static class NetworkFit
{
    /// <summary>Finds the shipped network whose tensors have exactly these names and shapes.</summary>
    /// <param name="weights">The weights; counts of batches may be missing.</param>
    /// <returns>The first such network, otherwise the first that has such a variant, and its number of classes; null
    /// when there is none.</returns>
    public static (NetworkArchitecture Network, int Classes)? Find(StateDict weights) => Find(weights, Networks.All);

    /// <summary>Finds the network whose tensors have exactly these names and shapes.</summary>
    /// <param name="weights">The weights; counts of batches may be missing.</param>
    /// <param name="networks">The networks to look in.</param>
    /// <returns>The first such network, otherwise the first that has such a variant
    /// (<see cref="NetworkArchitecture.VariantFor"/>), and its number of classes; null when there is none.</returns>
    public static (NetworkArchitecture Network, int Classes)? Find(
        StateDict weights,
        IEnumerable<NetworkArchitecture> networks
    )
    {
        var names = weights.Keys.Where(name => !IsCount(name)).ToHashSet(StringComparer.Ordinal);
        var candidates = networks.Where(network => network.Fits(names)).ToList();
        var found = candidates.Find(network => HasShapesOf(network, weights, names))
            ?? candidates.Find(network => HasShapesOf(network.VariantFor(weights), weights, names));
        return found is not null && ClassesOf(found, weights) is { } classes ? (found, classes) : null;
    }

    /// <summary>
    /// Creates the network for weights that are loaded next: the variant and the number of classes are those of the
    /// weights.
    /// </summary>
    /// <param name="network">The network that the weights belong to.</param>
    /// <param name="weights">The weights.</param>
    /// <exception cref="InputException">The weights have no head, or an empty one.</exception>
    public static Network Create(NetworkArchitecture network, StateDict weights)
    {
        ArgumentNullException.ThrowIfNull(network);
        return network.VariantFor(weights).Create(Classes(network, weights), seed: 0);
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
                $"The weights have no tensor '{network.Head}.weight', which the head of {network.Title} needs; "
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
        weights.TryGetValue($"{network.Head}.weight", out var head) && head.shape is [> 0 and < int.MaxValue, > 0, ..]
            ? (int)head.shape[0]
            : null;

    // One class, whatever the file claims: a head of a billion empty rows must not be allocated.
    private static bool HasShapesOf(NetworkArchitecture architecture, StateDict weights, HashSet<string> names)
    {
        if (ClassesOf(architecture, weights) is not { } classes)
        {
            return false;
        }

        var shapes = architecture
            .Shapes(classes: 1)
            .Where(entry => !IsCount(entry.Key))
            .ToDictionary(entry => entry.Key, entry => entry.Value);
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
