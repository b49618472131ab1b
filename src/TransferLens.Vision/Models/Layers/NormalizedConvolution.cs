using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Layers;

/// <summary>
/// A convolution whose output is normalized by batches. In evaluation the normalization is one more factor and summand of each
/// output channel, so it is folded into the convolution's weights and biases: the same function, with one pass over the
/// activations less. The weights themselves stay as they are; folding them anew for each batch costs next to nothing.
/// </summary>
internal readonly record struct NormalizedConvolution(Convolution Convolution, BatchNormalization Normalization)
{
    /// <summary>What they make of an input.</summary>
    /// <param name="input">(n, channels, height, width).</param>
    /// <returns>A tensor that nothing else refers to, and whose values no gradient needs: it may be changed in place.</returns>
    public Tensor Forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var output =
            Normalization.training || is_grad_enabled()
                ? Normalization.forward(Convolution.forward(input))
                : Convolution.Forward(input, Normalization.Affine());
        return output.MoveToOuterDisposeScope();
    }

    /// <summary>The same with its negative values set to zero.</summary>
    public Tensor Activated(Tensor input) => Forward(input).relu_();
}
