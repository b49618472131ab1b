using TransferLens.Vision.Models.Onnx;

namespace TransferLens.Vision.Models.Permutations;

/// <summary>Linear layers and products of values.</summary>
internal static class ProductRules
{
    /// <summary>A product with a weight, and an added weight.</summary>
    public static bool Gemm(ChannelTrace trace, OnnxNode node)
    {
        var call = trace.Call(node);
        if (call.Integer("transA", 0) != 0 || !Linear(trace, node, call.Integer("transB", 0) != 0))
        {
            return false;
        }

        if (node.Inputs.Length > 2 && node.Inputs[2].Length > 0)
        {
            var made = trace.LabelsOf(node.Outputs[0]);
            trace.Make(node, trace.Layers.Combine(made, trace.LabelsOf(node.Inputs[2]), isProduct: false));
        }

        return true;
    }

    /// <summary>A product with a weight, or of two values.</summary>
    public static bool MatMul(ChannelTrace trace, OnnxNode node) =>
        Linear(trace, node, isTransposed: false) || (!HasWeight(trace, node) && Multiply(trace, node));

    private static bool HasWeight(ChannelTrace trace, OnnxNode node) =>
        node.Inputs.Any(name => trace.Find(name) is null or { Weight: not null });

    private static bool Linear(ChannelTrace trace, OnnxNode node, bool isTransposed)
    {
        if (
            trace.Find(node.Inputs[1]) is not { Weight: { Shape.Length: 2 } weight }
            || trace.Find(node.Inputs[0]) is null
        )
        {
            return false;
        }

        var value = trace.LabelsOf(node.Inputs[0]);
        var (last, shape) = (value.Rank - 1, trace.ShapeOf(node.Outputs[0]));
        if (trace.Layers.Receive(value, last) is not { } taken)
        {
            // It mixes positions, the same way in every channel.
            trace.Make(node, value.WithShape(shape));
            return true;
        }

        trace.Received[node.Inputs[0]] = LabelArray.Along(value.Shape, last, taken);
        var (input, output) = isTransposed ? (1, 0) : (0, 1);
        var made = trace.Labels.FreshChannels(weight.Shape[output]);
        trace.Weights.Add(weight, WeightUse.Input, LabelArray.Along(weight.Shape, input, taken));
        trace.Weights.Add(weight, WeightUse.Output, LabelArray.Along(weight.Shape, output, made));
        trace.Make(node, LabelArray.Along(shape, shape.Length - 1, made));
        return true;
    }

    // (..., n, k) times (..., k, m).
    private static bool Multiply(ChannelTrace trace, OnnxNode node)
    {
        var (left, right) = (trace.LabelsOf(node.Inputs[0]), trace.LabelsOf(node.Inputs[1]));
        if (left.Rank != right.Rank || left.Rank < 2)
        {
            return false;
        }

        var (row, column, shape) = (left.Rank - 2, left.Rank - 1, trace.ShapeOf(node.Outputs[0]));
        var sums = (left.Varies(column), right.Varies(row));
        if (sums is (true, true) && !left.Varies(row) && !right.Varies(column))
        {
            // Queries times keys: channels that meet move together, and their sum is the same in any order.
            using var turned = right.ToTensor().transpose(row, column);
            long[] rightShape = [.. right.Shape[..row], right.Shape[column], right.Shape[row]];
            var keys = LabelArray.Create(rightShape, turned, trace.Labels);
            var flat = left with { Shape = Without(left.Shape, row) };
            var met = trace.Layers.Combine(flat, keys with { Shape = Without(keys.Shape, row) }, isProduct: true);
            trace.Make(node, trace.Layers.Reduce(met, [column]).WithShape(shape));
            return true;
        }

        if (sums is not (false, false) || (left.Varies(row) && right.Varies(column)))
        {
            return false;
        }

        // Attention times values: the sum runs over positions.
        var factor = left with { Shape = Without(left.Shape, column) };
        var values = right with { Shape = Without(right.Shape, row) };
        trace.Make(node, trace.Layers.Combine(factor, values, isProduct: true).WithShape(shape));
        return true;
    }

    private static long[] Without(long[] shape, int axis) => [.. shape.Select((length, i) => i == axis ? 1 : length)];
}
