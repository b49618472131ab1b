using TransferLens.Vision.Models.Onnx.Operators;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Onnx.Fusion;

/// <summary>
/// Layer normalization over the last axis, as exporters write it before operator set 17: (x - mean) / sqrt(mean of
/// squares + epsilon), times weight, plus bias.
/// </summary>
internal static class LayerNormPattern
{
    /// <summary>Finds it from the addition of the bias.</summary>
    public static FusedNode? Find(OnnxNode last, NodeGraph graph)
    {
        if (last.Operator != "Add" || last.Inputs.Length != 2)
        {
            return null;
        }

        foreach (var (scaled, bias) in (ReadOnlySpan<(int, int)>)[(0, 1), (1, 0)])
        {
            if (
                graph.MakerOf(last.Inputs[scaled], "Mul") is { } scale
                && Normalized(scale, graph) is var (nodes, input, weight, epsilon)
                && AreForFeatures(weight, last.Inputs[bias], graph)
            )
            {
                return new([.. nodes, scale, last], [input, weight, last.Inputs[bias]], call => Compute(call, epsilon))
                {
                    IsNormalization = true,
                };
            }
        }

        return null;
    }

    // One for each feature. A weight of another shape is spread over other axes.
    private static bool AreForFeatures(string weight, string bias, NodeGraph graph) =>
        graph.Shape(weight) is [> 1 and var features] && graph.Shape(bias) is [var biases] && biases == features;

    private static (OnnxNode[] Nodes, string Input, string Weight, double Epsilon)? Normalized(
        OnnxNode scale,
        NodeGraph graph
    )
    {
        foreach (var value in scale.Inputs)
        {
            if (
                graph.MakerOf(value, "Div") is { Inputs: [var above, var below] } division
                && graph.MakerOf(above, "Sub") is { Inputs: [var input, var center] } centered
                && graph.MakerOf(center, "ReduceMean") is { } mean
                && mean.Inputs[0] == input
                && IsOverLast(mean, graph)
                && graph.MakerOf(below, "Sqrt") is { Inputs: [var variance] } root
                && Variance(variance, above, graph) is var (square, squares, sum, epsilon)
                && NodeGraph.Other(scale, value) is { } weight
            )
            {
                return ([mean, centered, square, squares, sum, root, division], input, weight, epsilon);
            }
        }

        return null;
    }

    // The mean of squares plus epsilon.
    private static (OnnxNode Square, OnnxNode Mean, OnnxNode Sum, double Epsilon)? Variance(
        string value,
        string centered,
        NodeGraph graph
    )
    {
        if (graph.MakerOf(value, "Add") is not { } sum)
        {
            return null;
        }

        foreach (var part in sum.Inputs)
        {
            if (
                graph.MakerOf(part, "ReduceMean") is { } mean
                && IsOverLast(mean, graph)
                && SquareOf(mean.Inputs[0], centered, graph) is { } square
                && NodeGraph.Other(sum, part) is { } added
                && graph.Number(added) is { } epsilon
            )
            {
                return (square, mean, sum, SinglePrecision.Meant((float)epsilon));
            }
        }

        return null;
    }

    private static OnnxNode? SquareOf(string value, string of, NodeGraph graph) =>
        graph.MakerOf(value, "Pow") is { Inputs: [var root, var exponent] } power
        && root == of
        && graph.Number(exponent) == 2
            ? power
        : graph.MakerOf(value, "Mul") is { Inputs: [var one, var other] } product && one == of && other == of ? product
        : null;

    private static bool IsOverLast(OnnxNode mean, NodeGraph graph) =>
        mean.Attribute("keepdims") is null or { Integer: 1 }
        && (
            mean.Attribute("axes") is { } axes
                ? axes.Integers is [-1]
                : mean.Inputs is [_, var given] && graph.Integers(given) is [-1]
        );

    // In float32 at least, as layers do.
    private static Tensor Compute(OnnxCall call, double epsilon)
    {
        var format = promote_types(call[0].dtype, ScalarType.Float32);
        var (input, weight, bias) = (call[0].to(format), call[1].to(format), call[2].to(format));
        return nn.functional.layer_norm(input, weight.shape, weight, bias, epsilon).to(call[0].dtype);
    }
}
