using TransferLens.Studies.Inputs;
using TransferLens.Vision.Models.Architectures;
using static TorchSharp.torch;

namespace TransferLens.Vision.Weights;

/// <summary>Tells which network a state dict belongs to.</summary>
public static class NetworkFit
{
    /// <summary>The network whose tensors have exactly these names and shapes, with its number of classes; null when none has.</summary>
    /// <param name="weights">The weights; counts of batches may be missing.</param>
    public static (string Network, int Classes)? Find(StateDict weights)
    {
        var tensors = weights.Keys.Where(name => !IsCount(name)).ToHashSet(StringComparer.Ordinal);
        foreach (var name in Networks.Candidates(tensors))
        {
            // One class, whatever the file says: a head of a billion empty rows must not be built to be refused.
            using var scope = NewDisposeScope();
            using var network = Networks.Outline(name, 1);
            var own = network
                .state_dict()
                .Where(entry => !IsCount(entry.Key))
                .ToDictionary(entry => entry.Key, entry => entry.Value.shape);
            var head = $"{network.Head.Name}.weight";
            if (tensors.SetEquals(own.Keys) && weights[head].shape is [> 0 and < int.MaxValue, _])
            {
                var classes = weights[head].shape[0];
                (own[head][0], own[$"{network.Head.Name}.bias"][0]) = (classes, classes);
                if (own.All(entry => weights[entry.Key].shape.SequenceEqual(entry.Value)))
                {
                    return (name, (int)classes);
                }
            }
        }

        return null;
    }

    /// <summary>Number of classes: the rows of the head's weights.</summary>
    /// <param name="network">A network's name.</param>
    /// <param name="weights">The weights.</param>
    /// <exception cref="InputException">The weights have no such head, or an empty one.</exception>
    public static int Classes(string network, StateDict weights)
    {
        var head = $"{Networks.Head(network)}.weight";
        return weights.TryGetValue(head, out var value) && value.shape is [> 0 and < int.MaxValue, > 0]
            ? (int)value.shape[0]
            : throw new InputException(
                $"The weights have no head '{head}', which {network} needs; `transferlens inspect` says what is in the file."
            );
    }

    private static bool IsCount(string name) => name.EndsWith(".num_batches_tracked", StringComparison.Ordinal);
}
