using TorchSharp.Modules;
using TransferLens.Vision.Models.Graphs;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Layers;

/// <summary>
/// A linear layer that computes in the number format of its input, as <see cref="Convolution"/> does.
/// </summary>
internal sealed class Linear : nn.Module<Tensor, Tensor>, ICounted, IGraphLayer
{
    private readonly LayerWeights weights;

    /// <summary>Weights (outputs, inputs) and biases (outputs), zero until a network initializes them.</summary>
    public Linear(long inputs, long outputs, bool bias = true)
        : base("Linear")
    {
        weights = new(
            new Parameter(NewWeights.Zeros(outputs, inputs)),
            bias ? new Parameter(NewWeights.Zeros(outputs)) : null
        );
        register_parameter("weight", Weight);
        if (Bias is { } own)
        {
            register_parameter("bias", own);
        }
    }

    /// <summary>A linear layer with weights that another module owns.</summary>
    /// <param name="weights">Weights (outputs, inputs) and biases (outputs).</param>
    public Linear(LayerWeights weights)
        : base("Linear") => this.weights = weights;

    public Parameter Weight => weights.Weight;

    public Parameter? Bias => weights.Bias;

    public LayerPass? Last { get; private set; }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var output = nn.functional.linear(input, Weight.to(input.dtype), Bias?.to(input.dtype));
        Last = LayerPass.Count(input, Weight, output);
        return output.MoveToOuterDisposeScope();
    }

    /// <summary>Adds the node for features (n, inputs).</summary>
    public GraphValue Write(GraphWriter graph, GraphValue input)
    {
        using var scope = graph.EnterOwner(Weight);
        var weight = graph.Weight(Weight);
        string[] inputs = Bias is null ? [input.Name, weight] : [input.Name, weight, graph.Weight(Bias)];
        return input with { Name = graph.Add("Gemm", inputs, NodeAttribute.Of("transB", 1L)) };
    }

    /// <summary>Adds the nodes for tokens or maps (n, ..., inputs).</summary>
    public GraphValue WriteLast(GraphWriter graph, GraphValue input)
    {
        using var scope = graph.EnterOwner(Weight);
        var transposed = graph.Add("Transpose", [graph.Weight(Weight)], NodeAttribute.Of("perm", 1, 0));
        var product = graph.MatMul(input, transposed);
        return Bias is null ? product : graph.Plus(product, graph.Weight(Bias));
    }
}
