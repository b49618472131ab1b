using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Layers;

/// <summary>
/// Layer normalization (Ba, Kiros, Hinton 2016) over the last dimension, with an epsilon of 1e-6 as in vision
/// transformers and ConvNeXt. It computes in float32 and returns the number format of its input.
/// </summary>
internal sealed class LayerNormalization : nn.Module<Tensor, Tensor>
{
    private readonly Parameter weight;
    private readonly Parameter bias;

    /// <summary>Weights one and biases zero, (features).</summary>
    public LayerNormalization(long features)
        : base("LayerNorm")
    {
        register_parameter("weight", weight = new Parameter(NewWeights.Ones(features)));
        register_parameter("bias", bias = new Parameter(NewWeights.Zeros(features)));
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return nn
            .functional.layer_norm(input.to(ScalarType.Float32), weight.shape, weight, bias, 1e-6)
            .to(input.dtype)
            .MoveToOuterDisposeScope();
    }
}
