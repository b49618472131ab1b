using System.Collections.Immutable;
using TransferLens.Vision.Models.Graphs;
using TransferLens.Vision.Models.Layers;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Architectures;

/// <summary>
/// Vision transformers (Dosovitskiy et al. 2021) of pre-norm blocks, with the tensor names and initialization of timm
/// 0.6 (DINOv2 and CLIP: timm 1.0): learned positions, and a head on the class token or on the mean of the patches. A
/// module is the embedding of the patches with class token and positions, a block, the last normalization, or the head.
/// </summary>
internal static class VisionTransformer
{
    /// <summary>Creates a network of any shape.</summary>
    /// <param name="name">The network's name.</param>
    /// <param name="shape">Which transformer it is.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="generator">Draws the weights; null leaves them zero.</param>
    public static Network Create(string name, TransformerShape shape, int classes, Generator? generator)
    {
        var root = new NetworkRoot();
        var embedding = new TransformerEmbedding(root, shape, generator);
        var tokens = new TokenSequence(shape.HasClassToken, shape.Registers);
        ImmutableArray<string> first = ["cls_token", "reg_token", "pos_embed", "patch_embed", "norm_pre"];
        List<NetworkModule> modules =
        [
            new("patch_embed", first, embedding.Forward) { Tokens = tokens, Write = embedding.Write },
        ];
        for (var i = 0; i < shape.Depth; i++)
        {
            var block = new TransformerBlock(root, $"blocks.{i}", shape, generator);
            modules.Add(new($"blocks.{i}", block.Forward) { Tokens = tokens, Write = block.Write });
        }

        var (norm, head) = (
            root.Add(shape.PoolsFirst ? "fc_norm" : "norm", new LayerNormalization(shape.Width, shape.Epsilon)),
            root.Add("head", new Linear(shape.Width, classes))
        );
        WeightInitialization.Normal(head.Weight, 0.02, generator);
        modules.Add(
            new("norm", ["norm", "fc_norm"], x => Normalize(x, shape, norm))
            {
                Tokens = shape.PoolsFirst ? null : tokens,
                Write = (graph, x) => norm.Write(graph, shape.PoolsFirst ? WriteMean(graph, x, shape) : x),
            }
        );
        modules.Add(
            new("head", x => Head(x, shape, head))
            {
                Write = (graph, x) => head.Write(graph, WriteFeatures(graph, x, shape)),
            }
        );
        return new(name, root, modules);
    }

    /// <summary>Names of the modules, which depend on the number of blocks alone.</summary>
    public static IEnumerable<string> ModulesOf(TransformerShape shape) =>
        ["patch_embed", .. Enumerable.Range(0, shape.Depth).Select(i => $"blocks.{i}"), "norm", "head"];

    /// <summary>Whether tensors of these names may be a transformer with this depth, of CLIP or not.</summary>
    public static bool Fits(IReadOnlyCollection<string> tensors, TransformerShape shape) =>
        tensors.Contains("pos_embed")
        && tensors.Contains("norm_pre.weight") == shape.IsClip
        && tensors.Contains($"blocks.{shape.Depth - 1}.attn.qkv.weight")
        && !tensors.Contains($"blocks.{shape.Depth}.attn.qkv.weight")
        && tensors.Contains("head.weight");

    // (n, tokens, width) -> the same, or (n, width).
    private static Tensor Normalize(Tensor input, TransformerShape shape, LayerNormalization norm)
    {
        using var scope = NewDisposeScope();
        return norm.forward(shape.PoolsFirst ? Mean(input, shape) : input).MoveToOuterDisposeScope();
    }

    private static Tensor Head(Tensor input, TransformerShape shape, Linear linear)
    {
        using var scope = NewDisposeScope();
        var features = shape switch
        {
            { PoolsFirst: true } => input,
            { HasClassToken: true } => input.select(1, 0),
            _ => Mean(input, shape),
        };
        return linear.forward(features).MoveToOuterDisposeScope();
    }

    private static GraphValue WriteFeatures(GraphWriter graph, GraphValue input, TransformerShape shape) =>
        shape switch
        {
            { PoolsFirst: true } => input,
            { HasClassToken: true } => graph.Select(input, 1, 0),
            _ => WriteMean(graph, input, shape),
        };

    private static GraphValue WriteMean(GraphWriter graph, GraphValue input, TransformerShape shape) =>
        graph.Mean(graph.Slice(input, [1], shape.Prefix, null), false, 1);

    private static Tensor Mean(Tensor input, TransformerShape shape) =>
        input.narrow(1, shape.Prefix, input.shape[1] - shape.Prefix).mean([1]);
}
