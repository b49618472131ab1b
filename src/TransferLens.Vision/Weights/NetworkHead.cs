using System.Collections.Immutable;
using TransferLens.Vision.Weights.Layouts;

namespace TransferLens.Vision.Weights;

/// <summary>A linear layer next to the body of a network that has no head under its own name.</summary>
/// <param name="Name">Its name in the file, with all keys.</param>
/// <param name="Weight">Its weight, (classes, inputs).</param>
/// <param name="Bias">Its bias, (classes).</param>
internal sealed record NetworkHead(string Name, StoredTensor Weight, StoredTensor Bias)
{
    private const string WeightEnd = ".weight";

    /// <summary>Name and shape for messages: "fc [10, 64]".</summary>
    public string Text => $"{WeightsFile.Printable(Name)} [{string.Join(", ", Weight.Shape)}]";

    /// <summary>
    /// The layers that could be the head of a network: alone in their module, with a bias, and with as many inputs.
    /// </summary>
    /// <param name="leftOver">Tensors that the body does not use, by the outermost module that is theirs alone.</param>
    /// <param name="inputs">Number of inputs of the network's head.</param>
    public static ImmutableArray<NetworkHead> Find(
        IEnumerable<(string Module, StoredTensor Stored)> leftOver,
        long inputs
    ) =>
        [
            .. leftOver
                .Where(tensor => !Companions.IsLeftover(tensor.Stored.Name))
                .GroupBy(tensor => tensor.Module, tensor => tensor.Stored, StringComparer.Ordinal)
                .Select(module => Create([.. module], inputs))
                .OfType<NetworkHead>(),
        ];

    private static NetworkHead? Create(ImmutableArray<StoredTensor> tensors, long inputs) =>
        tensors.OrderBy(tensor => tensor.Shape.Length).ToList() is [{ Shape: [var rows] } bias, var weight]
        && weight.Shape is [> 0 and < int.MaxValue, > 0]
        && weight.Shape.SequenceEqual([rows, inputs])
        && weight.Path.EndsWith(WeightEnd, StringComparison.Ordinal)
        && weight.Path[..^WeightEnd.Length] is var name
        && bias.Path == $"{name}.bias"
            ? new(name, weight, bias)
            : null;
}
