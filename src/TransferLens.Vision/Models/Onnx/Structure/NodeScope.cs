using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace TransferLens.Vision.Models.Onnx.Structure;

/// <summary>
/// The module that a node comes from, as exporters tell it: in the node's name, in its metadata, or in the names of
/// its weights.
/// </summary>
internal static partial class NodeScope
{
    // Written by PyTorch's exporter of 2.x, for example ['', 'layer1', 'layer1.0', 'layer1.0.conv1', 'conv2d'].
    private const string ScopesKey = "pkg.torch.onnx.name_scopes";

    /// <summary>The module's path, outermost first, for example <c>layer1, 0, conv1</c>; null when nothing tells
    /// it.</summary>
    /// <param name="node">The node.</param>
    /// <param name="weights">Names of the weights that it takes.</param>
    public static ImmutableArray<string>? Of(OnnxNode node, ImmutableArray<string> weights) =>
        FromMetadata(node) ?? FromName(node.Name) ?? FromWeights(weights);

    private static ImmutableArray<string>? FromMetadata(OnnxNode node) =>
        node.Metadata.FirstOrDefault(entry => entry.Key == ScopesKey)?.Value is { } text
        && Quoted().Matches(text) is [_, _, ..] scopes
            ? Split(scopes[^2].Groups[1].Value)
            : null;

    // PyTorch 1.13 writes /layer1/layer1.0/conv1/Conv, TensorFlow's converter model/conv1/Conv2D. A child of a
    // sequence repeats its parent's name.
    private static ImmutableArray<string>? FromName(string name)
    {
        var parts = name.Trim('/').Split('/');
        if (parts.Length < 2 && !name.StartsWith('/'))
        {
            return null;
        }

        var path = ImmutableArray.CreateBuilder<string>();
        var parent = "";
        foreach (var part in parts.SkipLast(1))
        {
            var own = part.StartsWith(parent + ".", StringComparison.Ordinal) ? part[(parent.Length + 1)..] : part;
            path.AddRange(own.Split('.'));
            parent = part;
        }

        return path.ToImmutable();
    }

    private static ImmutableArray<string>? FromWeights(ImmutableArray<string> weights) =>
        weights is [var weight, ..] && weight.LastIndexOf('.') is > 0 and var dot ? Split(weight[..dot]) : null;

    private static ImmutableArray<string> Split(string path) => path.Length == 0 ? [] : [.. path.Split('.')];

    [GeneratedRegex("'([^']*)'")]
    private static partial Regex Quoted();
}
