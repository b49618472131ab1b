using TransferLens.Vision.Models.Graphs;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace TransferLens.Vision.Models.Layers;

/// <summary>
/// The first module of a vision transformer: patches, class and register tokens, position embeddings and, in CLIP, a
/// normalization.
/// </summary>
internal sealed class TransformerEmbedding : IGraphLayer
{
    private readonly TransformerShape shape;
    private readonly Parameter positions;
    private readonly Convolution patches;
    private readonly List<Parameter> tokens = [];
    private readonly LayerNormalization? norm;

    /// <summary>Adds its layers and tokens to a network under timm's names, with timm's initialization.</summary>
    /// <param name="root">The network.</param>
    /// <param name="shape">Which transformer it is.</param>
    /// <param name="generator">Draws the weights; null leaves them zero.</param>
    public TransformerEmbedding(NetworkRoot root, TransformerShape shape, Generator? generator)
    {
        this.shape = shape;
        if (shape.HasClassToken)
        {
            AddTokens("cls_token", 1);
        }

        positions = root.Add("pos_embed", new Parameter(NewWeights.Zeros(1, shape.Positions, shape.Width)));
        patches = root.Add(
            "patch_embed.proj",
            new Convolution(3, shape.Width, shape.Patch, shape.Patch, bias: !shape.IsClip)
        );
        tokens.ForEach(token => WeightInitialization.Normal(token, 1e-6, generator));
        WeightInitialization.Normal(positions, 0.02, generator);
        WeightInitialization.ConvolutionDefault(patches, generator);
        if (shape.Registers > 0)
        {
            WeightInitialization.Normal(AddTokens("reg_token", shape.Registers), 1e-6, generator);
        }

        norm = shape.IsClip ? root.Add("norm_pre", new LayerNormalization(shape.Width, shape.Epsilon)) : null;

        Parameter AddTokens(string name, long count)
        {
            var token = root.Add(name, new Parameter(NewWeights.Zeros(1, count, shape.Width)));
            tokens.Add(token);
            return token;
        }
    }

    /// <summary>
    /// Maps images (n, 3, height, width) to tokens (n, tokens, width): class token, registers, then the patches row by
    /// row.
    /// </summary>
    public Tensor Forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var map = patches.forward(input);
        var placed = PositionResampling.Resample(positions, shape.Placed, map.shape[2], map.shape[3]).to(input.dtype);
        var embedded = map.flatten(2).transpose(1, 2);
        List<Tensor> parts = [.. tokens.Select(token => Repeated(token, input))];
        // The first of the tokens have positions, the others follow them: all, none, or the class token alone.
        var first = cat([.. parts.Take(parts.Count - Unplaced), embedded], 1) + placed;
        var value =
            Unplaced == 0
                ? first
                : cat(
                    [
                        first.narrow(1, 0, shape.Placed),
                        .. parts.TakeLast(Unplaced),
                        first.narrow(1, shape.Placed, embedded.shape[1]),
                    ],
                    1
                );
        return (norm is null ? value : norm.forward(value)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public GraphValue Write(GraphWriter graph, GraphValue input)
    {
        var map = patches.Write(graph, input);
        var side = graph.SideOf(map);
        var embedded = graph.Transpose(graph.Reshape(map, 0, 0, -1), 0, 2, 1);
        List<GraphValue> parts = [.. tokens.Select(token => WriteRepeated(graph, token, input))];
        var joined = graph.Concat(1, [.. parts.Take(parts.Count - Unplaced), embedded]);
        using var placed = PositionResampling.Resample(positions, shape.Placed, side, side);
        var first = graph.Plus(joined, graph.Weight(positions, placed));
        var value =
            Unplaced == 0
                ? first
                : graph.Concat(
                    1,
                    [
                        .. shape.Placed == 0 ? Array.Empty<GraphValue>() : [graph.Slice(first, [1], 0, shape.Placed)],
                        .. parts.TakeLast(Unplaced),
                        graph.Slice(first, [1], shape.Placed, null),
                    ]
                );
        return norm?.Write(graph, value) ?? value;
    }

    // (1, count, width) -> (n, count, width)
    private static GraphValue WriteRepeated(GraphWriter graph, Parameter token, GraphValue input)
    {
        var shape = graph.Apply("Shape", input);
        var images = graph.Slice(shape, [0], 0, 1);
        var repeated = graph.Concat(0, images, new GraphValue(graph.Integers(1, 1), 0));
        return input with { Name = graph.Add("Expand", [graph.Weight(token), repeated.Name]) };
    }

    // How many of the class token and the group of registers have no positions.
    private int Unplaced =>
        shape.Placed == shape.Prefix ? 0
        : shape.Placed == 0 ? tokens.Count
        : 1;

    private static Tensor Repeated(Parameter token, Tensor input) =>
        token.to(input.dtype).expand(input.shape[0], token.shape[1], token.shape[2]);
}
