using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Models;
using static TorchSharp.torch;

namespace TransferLens.Vision.Weights;

/// <summary>What loading weights into a network did with each tensor.</summary>
/// <param name="Loaded">Tensors of the network that were loaded.</param>
/// <param name="Dropped">Tensors of the weights that were not used: the head of another target.</param>
/// <param name="Fresh">Tensors of the network that kept their values: a new head, and counts of batches that the
/// weights lack.</param>
public sealed record LoadReport(
    ImmutableArray<string> Loaded,
    ImmutableArray<string> Dropped,
    ImmutableArray<string> Fresh
);

/// <summary>
/// Loads a state dict into a network by name. Loading is complete, or it is an error that lists what does not fit.
/// </summary>
public static class WeightsLoader
{
    private const int MaxListedProblems = 3;

    /// <summary>Writes weights into a network, in place.</summary>
    /// <param name="network">The network.</param>
    /// <param name="weights">The weights, of any floating-point types.</param>
    /// <param name="newHead">Keep the network's own head and ignore the one in the weights, since each target needs a
    /// new one. The head is the tensors whose names start with the name of the last module and a dot.</param>
    /// <exception cref="InputException">Tensors are missing, unknown or of another shape; the message lists
    /// them.</exception>
    public static LoadReport Load(Network network, StateDict weights, bool newHead)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var targets = network.state_dict();
        // Many published checkpoints have no counts of batches, which evaluation does not use.
        var fresh = targets
            .Keys.Where(name => IsCount(name) && !weights.ContainsKey(name))
            .ToHashSet(StringComparer.Ordinal);
        var dropped = new HashSet<string>(StringComparer.Ordinal);
        if (newHead)
        {
            // Only the linear layer is new. The scalar that Fixup adds before it is part of the head's module, but is
            // loaded.
            fresh.UnionWith(targets.Keys.Where(IsHead));
            dropped.UnionWith(weights.Keys.Where(IsHead));
        }

        var problems = Problems(targets, weights, fresh, dropped).ToList();
        if (problems.Count > 0)
        {
            var listed = string.Join(", ", problems.Take(MaxListedProblems));
            var more = problems.Count > MaxListedProblems ? $" and {problems.Count - MaxListedProblems} more" : "";
            throw new InputException($"The weights do not fit {network.Name}: {listed}{more}.{OtherNetwork(weights)}");
        }

        var loaded = targets.Keys.Where(name => !fresh.Contains(name)).ToImmutableArray();
        foreach (var name in loaded)
        {
            targets[name].copy_(weights[name]);
        }

        return new(loaded, [.. dropped], [.. fresh]);

        bool IsHead(string name) => name.StartsWith(network.Head.Name + ".", StringComparison.Ordinal);
    }

    private static IEnumerable<string> Problems(
        Dictionary<string, Tensor> targets,
        StateDict weights,
        HashSet<string> fresh,
        HashSet<string> dropped
    )
    {
        var needed = targets.Where(entry => !fresh.Contains(entry.Key)).ToList();
        foreach (var (name, _) in needed.Where(entry => !weights.ContainsKey(entry.Key)))
        {
            yield return $"'{name}' is missing";
        }

        foreach (var name in weights.Keys.Where(name => !targets.ContainsKey(name) && !dropped.Contains(name)))
        {
            yield return $"'{name}' is not part of the network";
        }

        foreach (var (name, target) in needed)
        {
            if (weights.TryGetValue(name, out var value) && !value.shape.SequenceEqual(target.shape))
            {
                var (actual, expected) = (string.Join(", ", value.shape), string.Join(", ", target.shape));
                yield return $"'{name}' has shape [{actual}] instead of [{expected}]";
            }
        }
    }

    private static string OtherNetwork(StateDict weights) =>
        NetworkFit.Find(weights) is var (network, classes)
            ? $" They fit {network.Name} with {(classes == 1 ? "1 class" : $"{classes} classes")}."
            : "";

    private static bool IsCount(string name) => name.EndsWith(".num_batches_tracked", StringComparison.Ordinal);
}
