using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Models;
using static TorchSharp.torch;

namespace TransferLens.Vision.Weights;

/// <summary>What loading weights into a network did, tensor by tensor.</summary>
/// <param name="Loaded">Taken from the file.</param>
/// <param name="Dropped">In the file, but not taken: a head of another target.</param>
/// <param name="Fresh">Not from the file: the network's own initial values.</param>
public sealed record LoadReport(
    ImmutableArray<string> Loaded,
    ImmutableArray<string> Dropped,
    ImmutableArray<string> Fresh
);

/// <summary>Loads a state dict into a network by name.</summary>
public static class WeightsLoader
{
    /// <summary>Writes weights into a network, in place.</summary>
    /// <param name="network">The network.</param>
    /// <param name="weights">The weights; of any floating-point type.</param>
    /// <param name="newHead">Leave the head as the network has it, whatever the file says: it is new for each target.</param>
    /// <exception cref="InputException">Tensors are missing, unknown or of another shape; they are named.</exception>
    public static LoadReport Load(Network network, StateDict weights, bool newHead)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var own = network.state_dict();
        // Counts of batches are younger than many published checkpoints, and decide nothing in evaluation.
        var fresh = own
            .Keys.Where(name =>
                !weights.ContainsKey(name) && name.EndsWith(".num_batches_tracked", StringComparison.Ordinal)
            )
            .ToList();
        var dropped = new List<string>();
        if (newHead)
        {
            // The linear layer only: the scalar that Fixup adds before it belongs to the head's module, but comes from P.
            var head = network.Head.Name + ".";
            fresh.AddRange(own.Keys.Where(name => name.StartsWith(head, StringComparison.Ordinal)));
            dropped.AddRange(weights.Keys.Where(name => name.StartsWith(head, StringComparison.Ordinal)));
        }

        var problems = own
            .Keys.Where(name => !fresh.Contains(name) && !weights.ContainsKey(name))
            .Select(name => $"'{name}' is missing")
            .Concat(
                weights
                    .Keys.Where(name => !own.ContainsKey(name) && !dropped.Contains(name))
                    .Select(name => $"'{name}' is not part of the network")
            )
            .Concat(
                own.Where(entry =>
                        !fresh.Contains(entry.Key)
                        && weights.TryGetValue(entry.Key, out var value)
                        && !value.shape.SequenceEqual(entry.Value.shape)
                    )
                    .Select(entry =>
                        $"'{entry.Key}' has shape [{string.Join(", ", weights[entry.Key].shape)}] instead of [{string.Join(", ", entry.Value.shape)}]"
                    )
            )
            .ToList();
        if (problems.Count > 0)
        {
            var more = problems.Count > 3 ? $" and {problems.Count - 3} more" : "";
            throw new InputException(
                $"The weights do not fit {network.Name}: {string.Join(", ", problems.Take(3))}{more}; `transferlens inspect` says which network they fit."
            );
        }

        var loaded = own.Keys.Where(name => !fresh.Contains(name)).ToImmutableArray();
        foreach (var name in loaded)
        {
            own[name].copy_(weights[name]);
        }

        return new(loaded, [.. dropped], [.. fresh]);
    }
}
