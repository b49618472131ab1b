using TorchSharp.Modules;
using TransferLens.Vision.Models.Graphs;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Layers;

/// <summary>
/// Layer normalization (Ba, Kiros, Hinton 2016) over the last dimension. It computes in float32 and returns the number
/// format of its input.
/// </summary>
internal sealed class LayerNormalization : nn.Module<Tensor, Tensor>, IGraphLayer
{
    private const long NodeOpset = 17;

    private readonly Parameter weight;
    private readonly Parameter bias;
    private readonly double epsilon;

    /// <summary>Weights one and biases zero, (features).</summary>
    /// <param name="features">Size of the last dimension.</param>
    /// <param name="epsilon">Added to the variance: 1e-6 in timm's vision transformers and in ConvNeXt, 1e-5 in CLIP
    /// and Swin.</param>
    public LayerNormalization(long features, double epsilon = 1e-6)
        : base("LayerNorm")
    {
        this.epsilon = epsilon;
        register_parameter("weight", weight = new Parameter(NewWeights.Ones(features)));
        register_parameter("bias", bias = new Parameter(NewWeights.Zeros(features)));
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return nn
            .functional.layer_norm(input.to(ScalarType.Float32), weight.shape, weight, bias, epsilon)
            .to(input.dtype)
            .MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public GraphValue Write(GraphWriter graph, GraphValue input)
    {
        using var scope = graph.EnterOwner(weight);
        if (graph.Opset < NodeOpset)
        {
            return graph.Plus(graph.Times(WriteStandardized(graph, input), graph.Weight(weight)), graph.Weight(bias));
        }

        var inputs = new[] { input.Name, graph.Weight(weight), graph.Weight(bias) };
        var (axis, added) = (NodeAttribute.Of("axis", -1L), NodeAttribute.Of("epsilon", epsilon));
        return input with { Name = graph.Add("LayerNormalization", inputs, axis, added) };
    }

    // To mean 0 and variance 1.
    private GraphValue WriteStandardized(GraphWriter graph, GraphValue input)
    {
        var centered = graph.Apply("Sub", input, graph.Mean(input, true, -1).Name);
        var variance = graph.Mean(graph.Apply("Pow", centered, graph.Number(2)), true, -1);
        var deviation = graph.Apply("Sqrt", graph.Plus(variance, graph.Number(epsilon)));
        return graph.Apply("Div", centered, deviation.Name);
    }
}
