using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Layers;

/// <summary>
/// A linear layer that computes in the number format of its input, as <see cref="Convolution"/> does.
/// </summary>
internal sealed class Linear : nn.Module<Tensor, Tensor>, ICounted
{
    private readonly Parameter weight;
    private readonly Parameter? bias;

    /// <summary>Weights (outputs, inputs) and biases (outputs), zero until a network initializes them.</summary>
    public Linear(long inputs, long outputs, bool bias = true)
        : base("Linear")
    {
        register_parameter("weight", weight = new Parameter(NewWeights.Zeros(outputs, inputs)));
        if (bias)
        {
            register_parameter("bias", this.bias = new Parameter(NewWeights.Zeros(outputs)));
        }
    }

    public Parameter Weight => weight;

    public Parameter? Bias => bias;

    public LayerPass? Last { get; private set; }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var output = nn.functional.linear(input, weight.to(input.dtype), bias?.to(input.dtype));
        Last = LayerPass.Count(input, weight, output);
        return output.MoveToOuterDisposeScope();
    }
}
