using System.Collections.Immutable;
using TransferLens.Vision.Models.Graphs;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models;

/// <summary>
/// One module of a network, the unit that analyses measure: the stem with its normalization, a residual block, or the
/// head.
/// </summary>
/// <param name="Name">Its name, for example <c>conv1</c>, <c>layer2.1</c> or <c>linear</c>.</param>
/// <param name="Prefixes">Which tensors of the state dict it owns: those named like one of these prefixes, or whose
/// name starts with one and a dot. A stem may have several, for example <c>conv1</c> and <c>bn1</c>.</param>
/// <param name="Forward">Computes the module's output from the previous module's output, without changing its
/// argument. In evaluation mode it may be called on several threads at once.</param>
public sealed record NetworkModule(string Name, ImmutableArray<string> Prefixes, Func<Tensor, Tensor> Forward)
{
    /// <summary>A module that owns the tensors whose names start with its own name and a dot.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="forward">Computes the module's output from the previous module's output.</param>
    public NetworkModule(string name, Func<Tensor, Tensor> forward)
        : this(name, [name], forward) { }

    /// <summary>
    /// Which tokens its output (n, tokens, features) consists of; null for an output of another form, for example maps
    /// (n, channels, height, width) or features (n, features).
    /// </summary>
    public TokenSequence? Tokens { get; init; }

    /// <summary>
    /// States <see cref="Forward"/> in evaluation mode as nodes of ONNX; null where nobody has, as in a user's module.
    /// </summary>
    internal Func<GraphWriter, GraphValue, GraphValue>? Write { get; init; }

    /// <summary>Adjacent modules as one.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="parts">The modules in order of computation, at least one.</param>
    internal static NetworkModule Group(string name, ImmutableArray<NetworkModule> parts) =>
        parts is [var only] && only.Name == name
            ? only
            : new(name, [.. parts.SelectMany(part => part.Prefixes)], input => Compute(parts, input))
            {
                Tokens = parts[^1].Tokens,
                Write = parts.Any(part => part.Write is null)
                    ? null
                    : (graph, input) => parts.Aggregate(input, (value, part) => part.Write!(graph, value)),
            };

    private static Tensor Compute(ImmutableArray<NetworkModule> parts, Tensor input)
    {
        var value = parts[0].Forward(input);
        foreach (var part in parts[1..])
        {
            var next = part.Forward(value);
            if (!ReferenceEquals(value, input) && !ReferenceEquals(value, next))
            {
                value.Dispose();
            }

            value = next;
        }

        return value;
    }

    /// <summary>Whether a parameter or buffer belongs to this module.</summary>
    /// <param name="tensor">Its full name in the state dict.</param>
    public bool Owns(string tensor) => Prefixes.Any(prefix => IsUnder(tensor, prefix));

    private static bool IsUnder(string tensor, string prefix) =>
        tensor == prefix || (tensor.StartsWith(prefix, StringComparison.Ordinal) && tensor[prefix.Length] == '.');
}
