using TransferLens.Vision.Models.Graphs;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace TransferLens.Vision.Models.Layers;

/// <summary>
/// A pre-norm block of a vision transformer: y = x + s1 attention(norm1(x)), then y + s2 mlp(norm2(y)). The factors s1
/// and s2 are 1, or layer scale.
/// </summary>
internal sealed class TransformerBlock : IGraphLayer
{
    private readonly TransformerShape shape;
    private readonly LayerNormalization norm1;
    private readonly LayerNormalization norm2;
    private readonly Linear qkv;
    private readonly Linear projection;
    private readonly Linear widen;
    private readonly Linear narrow;
    private readonly Attention attention;
    private readonly Parameter? scale1;
    private readonly Parameter? scale2;

    /// <summary>
    /// Adds the block's layers to a network under timm's names. The weights of the linear layers start with standard
    /// deviation 0.02, their biases at zero.
    /// </summary>
    /// <param name="root">The network.</param>
    /// <param name="name">The block's name.</param>
    /// <param name="shape">Which transformer it is in.</param>
    /// <param name="generator">Draws the weights; null leaves them zero.</param>
    public TransformerBlock(NetworkRoot root, string name, TransformerShape shape, Generator? generator)
    {
        this.shape = shape;
        var width = shape.Width;
        norm1 = root.Add($"{name}.norm1", new LayerNormalization(width, shape.Epsilon));
        qkv = Layer("attn.qkv", width, 3 * width);
        attention = root.Add($"{name}.attn.heads", new Attention(shape.Heads, width / shape.Heads));
        projection = Layer("attn.proj", width, width);
        norm2 = root.Add($"{name}.norm2", new LayerNormalization(width, shape.Epsilon));
        (widen, narrow) = (Layer("mlp.fc1", width, 4 * width), Layer("mlp.fc2", 4 * width, width));
        (scale1, scale2) = (Scale("ls1"), Scale("ls2"));

        Linear Layer(string part, long inputs, long outputs)
        {
            var linear = root.Add($"{name}.{part}", new Linear(inputs, outputs));
            WeightInitialization.Normal(linear.Weight, 0.02, generator);
            return linear;
        }

        Parameter? Scale(string part) =>
            shape.LayerScale is { } initial
                ? root.Add(
                    $"{name}.{part}.gamma",
                    new Parameter(NewWeights.Filled(generator is null ? 0 : initial, width))
                )
                : null;
    }

    /// <summary>Maps tokens (n, tokens, width) to tokens of the same shape.</summary>
    public Tensor Forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var value = input + Scaled(projection.forward(attention.forward(qkv.forward(norm1.forward(input)))), scale1);
        var hidden = Activation.Compute(widen.forward(norm2.forward(value)));
        return (value + Scaled(narrow.forward(hidden), scale2)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public GraphValue Write(GraphWriter graph, GraphValue input)
    {
        var attended = attention.Write(graph, qkv.WriteLast(graph, norm1.Write(graph, input)));
        var value = graph.Plus(input, WriteScaled(graph, projection.WriteLast(graph, attended), scale1).Name);
        var hidden = Activation.Write(graph, widen.WriteLast(graph, norm2.Write(graph, value)));
        return graph.Plus(value, WriteScaled(graph, narrow.WriteLast(graph, hidden), scale2).Name);
    }

    private Activation Activation => shape.HasQuickGelu ? Activation.QuickGelu : Activation.Gelu;

    private static GraphValue WriteScaled(GraphWriter graph, GraphValue value, Parameter? scale) =>
        scale is null ? value : graph.Times(value, graph.Weight(scale));

    private static Tensor Scaled(Tensor value, Parameter? scale) =>
        scale is null ? value : value * scale.to(value.dtype);
}
