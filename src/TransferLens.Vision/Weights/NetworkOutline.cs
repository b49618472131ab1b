using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using TorchSharp;
using TransferLens.Vision.Models;
using TransferLens.Vision.Weights.Layouts;
using static TorchSharp.torch;

namespace TransferLens.Vision.Weights;

/// <summary>Names and shapes of a network's tensors; its head has one class.</summary>
internal sealed class NetworkOutline
{
    private static readonly ConditionalWeakTable<NetworkArchitecture, NetworkOutline> Known = [];

    private NetworkOutline(NetworkArchitecture network)
    {
        using var scope = NewDisposeScope();
        // Tensors of this device have shapes and no values: the outlines of all networks would fill gigabytes.
        var nowhere = new Device(DeviceType.META);
        using var outline = NewWeights.On(nowhere, () => network.CreateOutline(classes: 1));
        var head = $"{network.Head}.";
        Network = network;
        var tensors = outline.state_dict();
        Integers = tensors
            .Where(entry => !entry.Value.is_floating_point())
            .Select(entry => entry.Key)
            .ToFrozenSet(StringComparer.Ordinal);
        Shapes = tensors.Select(entry => KeyValuePair.Create(entry.Key, entry.Value.shape)).ToImmutableArray();
        Names = Shapes.Select(entry => entry.Key).ToFrozenSet(StringComparer.Ordinal);
        Needed = [.. Shapes.Where(entry => !IsCount(entry.Key) && !IsOf(entry.Key, head))];
        Head = [.. Shapes.Where(entry => IsOf(entry.Key, head))];
        Parts = Needed.Select(entry => Words.FirstPart(entry.Key)).ToFrozenSet(StringComparer.Ordinal);
    }

    /// <summary>The network.</summary>
    public NetworkArchitecture Network { get; }

    /// <summary>Every tensor in the network's order.</summary>
    public ImmutableArray<KeyValuePair<string, long[]>> Shapes { get; }

    /// <summary>Names of <see cref="Shapes"/>.</summary>
    public FrozenSet<string> Names { get; }

    /// <summary>Names of the tensors that are whole numbers: counts and indices.</summary>
    public FrozenSet<string> Integers { get; }

    /// <summary>The tensors that a checkpoint must have: all but the head and counts of batches.</summary>
    public ImmutableArray<KeyValuePair<string, long[]>> Needed { get; }

    /// <summary>The tensors of the head: weight and bias.</summary>
    public ImmutableArray<KeyValuePair<string, long[]>> Head { get; }

    /// <summary>First parts of the names of <see cref="Needed"/>, such as <c>layer1</c>.</summary>
    public FrozenSet<string> Parts { get; }

    /// <summary>The outline of a network; each is made once.</summary>
    public static NetworkOutline Create(NetworkArchitecture network) =>
        Known.GetValue(network, network => new NetworkOutline(network));

    /// <summary>Whether a tensor is a batch normalization's count of batches, which evaluation does not use.</summary>
    public static bool IsCount(string name) => name.EndsWith(".num_batches_tracked", StringComparison.Ordinal);

    private static bool IsOf(string name, string prefix) => name.StartsWith(prefix, StringComparison.Ordinal);
}
