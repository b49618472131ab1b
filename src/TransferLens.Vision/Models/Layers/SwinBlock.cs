using TransferLens.Vision.Models.Graphs;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Layers;

/// <summary>
/// A block of Swin: y = x + attention(norm1(x)), then y + mlp(norm2(y)), with the exact GELU. Each branch has
/// stochastic depth.
/// </summary>
internal sealed class SwinBlock : IGraphLayer
{
    private readonly LayerNormalization norm1;
    private readonly LayerNormalization norm2;
    private readonly WindowAttention attention;
    private readonly Linear widen;
    private readonly Linear narrow;
    private readonly Dropout dropout;

    /// <summary>Adds the block's layers to a network under torchvision's names.</summary>
    /// <param name="root">The network.</param>
    /// <param name="name">The block's name.</param>
    /// <param name="width">Number of features.</param>
    /// <param name="shifted">Whether its windows are shifted.</param>
    /// <param name="drop">Probability of stochastic depth.</param>
    /// <param name="generator">Draws the weights; null leaves them zero.</param>
    public SwinBlock(NetworkRoot root, string name, long width, bool shifted, double drop, Generator? generator)
    {
        norm1 = root.Add($"{name}.norm1", new LayerNormalization(width, 1e-5));
        attention = root.Add($"{name}.attn", new WindowAttention(width, shifted, generator));
        dropout = root.Add($"{name}.stochastic_depth", new Dropout(drop, wholeImages: true));
        norm2 = root.Add($"{name}.norm2", new LayerNormalization(width, 1e-5));
        widen = root.Add($"{name}.mlp.0", new Linear(width, 4 * width));
        narrow = root.Add($"{name}.mlp.3", new Linear(4 * width, width));
        WeightInitialization.Normal(widen.Weight, 0.02, generator);
        WeightInitialization.Normal(narrow.Weight, 0.02, generator);
    }

    /// <summary>Maps (n, features, height, width) to the same shape.</summary>
    public Tensor Forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var value = input.permute(0, 2, 3, 1);
        value = value + dropout.forward(attention.forward(norm1.forward(value)));
        var hidden = nn.functional.gelu(widen.forward(norm2.forward(value)));
        value = value + dropout.forward(narrow.forward(hidden));
        return value.permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public GraphValue Write(GraphWriter graph, GraphValue input)
    {
        var value = graph.ChannelsLast(input);
        var attended = attention.Write(graph, norm1.Write(graph, value));
        value = graph.Plus(value, dropout.Write(graph, attended).Name);
        var hidden = Activation.Gelu.Write(graph, widen.WriteLast(graph, norm2.Write(graph, value)));
        value = graph.Plus(value, dropout.Write(graph, narrow.WriteLast(graph, hidden)).Name);
        return graph.ChannelsFirst(value);
    }
}
