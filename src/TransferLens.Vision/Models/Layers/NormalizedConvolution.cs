using TransferLens.Vision.Models.Graphs;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Layers;

/// <summary>
/// A convolution followed by batch normalization. In evaluation the normalization is a factor and a summand for each
/// output channel, so it is folded into weights and biases of the convolution: the same function with one pass fewer
/// over the activations. The parameters do not change; folding them again for each batch costs almost nothing.
/// </summary>
internal readonly record struct NormalizedConvolution(Convolution Convolution, BatchNormalization Normalization)
{
    /// <summary>The normalized convolution of an input.</summary>
    /// <param name="input">(n, channels, height, width).</param>
    /// <returns>A new tensor whose values no gradient needs, so it may be changed in place.</returns>
    public Tensor Forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var output = IsFolded
            ? Convolution.Forward(input, Normalization.Affine())
            : Normalization.forward(Convolution.forward(input));
        return output.MoveToOuterDisposeScope();
    }

    /// <summary>The normalized convolution followed by ReLU.</summary>
    public Tensor Activated(Tensor input) => Activated(input, null);

    /// <summary>The normalized convolution, plus a residual if there is one, followed by ReLU.</summary>
    /// <param name="input">(n, channels, height, width).</param>
    /// <param name="residual">Of the output's shape; null for none.</param>
    /// <returns>A new tensor, which must not be changed in place.</returns>
    public Tensor Activated(Tensor input, Tensor? residual)
    {
        using var scope = NewDisposeScope();
        var output = IsFolded
            ? BatchNormalization.Rectify(Convolution.Forward(input, Normalization.Affine()), residual)
            : Normalization.Activated(Convolution.forward(input), residual);
        return output.MoveToOuterDisposeScope();
    }

    private bool IsFolded => !Normalization.training && !is_grad_enabled();

    /// <summary>States <see cref="Forward"/> as nodes of ONNX, with the normalization apart.</summary>
    public GraphValue Write(GraphWriter graph, GraphValue input) =>
        Normalization.Write(graph, Convolution.Write(graph, input));

    /// <summary>The same, followed by an activation.</summary>
    public GraphValue Write(GraphWriter graph, GraphValue input, Activation activation) =>
        activation.Write(graph, Write(graph, input));
}
