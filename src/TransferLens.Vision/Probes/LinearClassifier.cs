using static TorchSharp.torch;

namespace TransferLens.Vision.Probes;

/// <summary>A linear classifier on features: logits = x W^T + b. It owns its tensors.</summary>
/// <param name="Weight">W (classes, features), float64.</param>
/// <param name="Bias">b (classes), float64.</param>
/// <param name="C">Weight of the loss against the penalty.</param>
/// <param name="Converged">Whether the gradient reached its tolerance.</param>
internal sealed record LinearClassifier(Tensor Weight, Tensor Bias, double C, bool Converged) : IDisposable
{
    /// <summary>Logits of images.</summary>
    /// <param name="features">Their features (n, features), float64.</param>
    /// <returns>Images x classes, row by row.</returns>
    public float[] Logits(Tensor features)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        return (features.matmul(Weight.t()) + Bias).to(ScalarType.Float32).contiguous().data<float>().ToArray();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Weight.Dispose();
        Bias.Dispose();
    }
}
