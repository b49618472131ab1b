using TransferLens.Models;
using static TorchSharp.torch;

namespace TransferLens.Weights;

/// <summary>Tells which network a state dict belongs to.</summary>
public static class NetworkFit
{
    /// <summary>The network whose tensors have exactly these names and shapes, with its number of classes; null when none has.</summary>
    /// <param name="weights">The weights; counts of batches may be missing.</param>
    public static (string Network, int Classes)? Find(StateDict weights)
    {
        var named = Networks.Names.Select(name => (Name: name, Head: $"{Networks.Head(name)}.weight"))
            .Where(candidate => weights.TryGetValue(candidate.Head, out var head) && head.shape.Length == 2 && head.shape[0] is > 0 and < int.MaxValue);
        foreach (var (name, head) in named)
        {
            using var scope = NewDisposeScope();
            var classes = (int)weights[head].shape[0];
            using var network = Networks.Create(name, classes, seed: 0);
            var own = network.state_dict().Where(entry => !entry.Key.EndsWith(".num_batches_tracked", StringComparison.Ordinal)).ToList();
            if (own.Count == weights.Keys.Count(key => !key.EndsWith(".num_batches_tracked", StringComparison.Ordinal))
                && own.All(entry => weights.TryGetValue(entry.Key, out var value) && value.shape.SequenceEqual(entry.Value.shape)))
            {
                return (name, classes);
            }
        }

        return null;
    }

    /// <summary>Number of classes: the rows of the head's weights.</summary>
    /// <param name="network">A network's name.</param>
    /// <param name="weights">The weights.</param>
    /// <exception cref="InputException">The weights have no such head.</exception>
    public static int Classes(string network, StateDict weights)
    {
        var head = $"{Networks.Head(network)}.weight";
        return weights.TryGetValue(head, out var value) && value.shape.Length == 2
            ? (int)value.shape[0]
            : throw new InputException($"The weights have no head '{head}', which {network} needs; `transferlens inspect` says what is in the file.");
    }
}
