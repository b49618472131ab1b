using static TorchSharp.torch;

namespace TransferLens.Vision.Weights.Layouts;

/// <summary>How the values of a tensor are rearranged for a network, without changing one.</summary>
/// <param name="Shape">The shape afterwards, of a tensor of the first shape for one of the second.</param>
/// <param name="Apply">Rearranges a tensor; the second argument is the shape that the network needs.</param>
internal sealed record TensorChange(Func<long[], long[], long[]> Shape, Func<Tensor, long[], Tensor> Apply)
{
    /// <summary>As it is.</summary>
    public static TensorChange None { get; } = new((shape, _) => shape, (tensor, _) => tensor.alias());

    /// <summary>The same values in order under another shape, for example (c) as (c, 1, 1).</summary>
    public static TensorChange Reshape { get; } =
        new(
            (shape, needed) => Count(shape) == Count(needed) ? needed : shape,
            (tensor, needed) => tensor.reshape(needed)
        );

    /// <summary>Rows and columns swapped.</summary>
    public static TensorChange Transpose { get; } =
        new((shape, _) => shape is [var a, var b] ? [b, a] : shape, (tensor, _) => tensor.t());

    /// <summary>A kernel of JAX, (height, width, inputs, outputs), as (outputs, inputs, height, width).</summary>
    public static TensorChange Kernel { get; } =
        new(
            (shape, _) => shape is [var h, var w, var i, var o] ? [o, i, h, w] : shape,
            (tensor, _) => tensor.permute(3, 2, 0, 1)
        );

    /// <summary>Several heads of JAX, (inputs, heads, features), as (heads features, inputs).</summary>
    public static TensorChange JoinHeads { get; } =
        new((shape, _) => shape is [var i, var h, var f] ? [h * f, i] : shape, (tensor, _) => tensor.flatten(1).t());

    /// <summary>
    /// The projection after the heads in JAX, (heads, features, outputs), as (outputs, heads features).
    /// </summary>
    public static TensorChange FromHeads { get; } =
        new((shape, _) => shape is [var h, var f, var o] ? [o, h * f] : shape, (tensor, _) => tensor.flatten(0, 1).t());

    private static long Count(long[] shape) => shape.Aggregate(1L, (product, length) => product * length);
}
