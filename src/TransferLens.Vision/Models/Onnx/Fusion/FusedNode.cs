using System.Collections.Immutable;
using TransferLens.Vision.Models.Onnx.Operators;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Onnx.Fusion;

/// <summary>Nodes that one operation of libtorch computes.</summary>
/// <param name="Nodes">The nodes; the last one makes the result.</param>
/// <param name="Inputs">What the operation takes.</param>
/// <param name="Compute">The operation.</param>
internal sealed record FusedNode(
    ImmutableArray<OnnxNode> Nodes,
    ImmutableArray<string> Inputs,
    Func<OnnxCall, Tensor> Compute
)
{
    /// <summary>Whether it is attention, which takes queries, keys and values.</summary>
    public bool IsAttention { get; init; }

    /// <summary>Whether it is layer normalization, which takes the input, weights and biases.</summary>
    public bool IsNormalization { get; init; }

    /// <summary>The node that makes the result.</summary>
    public OnnxNode Last => Nodes[^1];

    // In order of use: of two that match, the one with more nodes is first.
    private static readonly ImmutableArray<Func<OnnxNode, NodeGraph, FusedNode?>> Patterns =
    [
        AttentionPattern.Find,
        LayerNormPattern.Find,
        GeluPattern.Find,
        SigmoidPatterns.Find,
    ];

    /// <summary>Finds what computes a node together with nodes before it.</summary>
    /// <param name="last">The node.</param>
    /// <param name="graph">Its graph.</param>
    /// <returns>Null if nothing does.</returns>
    public static FusedNode? Find(OnnxNode last, NodeGraph graph) =>
        Patterns
            .Select(pattern => pattern(last, graph))
            .FirstOrDefault(fused => fused is not null && graph.IsClosed(fused.Nodes));
}
