using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Layers;

/// <summary>
/// Layer normalization (Ba, Kiros, Hinton 2016) over the last dimension. It computes in float32 and returns the number
/// format of its input.
/// </summary>
internal sealed class LayerNormalization : nn.Module<Tensor, Tensor>
{
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
}
