using TransferLens.Vision.Models.Onnx;

namespace TransferLens.Vision.Models.Permutations;

/// <summary>Convolutions: plain, grouped, depthwise.</summary>
internal static class ConvolutionRule
{
    /// <summary>Labels the weights; the output has a new channel for each filter, except where each filter belongs to
    /// one channel of the input.</summary>
    public static bool Follow(ChannelTrace trace, OnnxNode node)
    {
        var groups = trace.Call(node).Integer("group", 1);
        if (
            trace.Find(node.Inputs[1]) is not { Weight: { } weight }
            || trace.Layers.Receive(trace.LabelsOf(node.Inputs[0]), 1) is not { } taken
        )
        {
            return false;
        }

        trace.Received[node.Inputs[0]] = LabelArray.Along(trace.ShapeOf(node.Inputs[0]), 1, taken);
        var (filters, own) = (weight.Shape[0], weight.Shape[1]);
        var isDepthwise = own == 1 && filters == groups;
        long[] made = isDepthwise ? taken : trace.Labels.FreshChannels(filters);
        if (groups > 1 && !isDepthwise)
        {
            Tag(trace, taken, made, groups);
        }

        trace.Weights.Add(weight, WeightUse.Output, LabelArray.Along(weight.Shape, 0, made));
        if (!isDepthwise)
        {
            trace.Weights.Add(weight, WeightUse.Input, Taken(weight.Shape, taken, groups));
        }

        var output = LabelArray.Along(trace.ShapeOf(node.Outputs[0]), 1, made);
        trace.Make(node, output);
        if (node.Inputs.Length > 2 && node.Inputs[2].Length > 0)
        {
            var bias = trace.LabelsOf(node.Inputs[2]).WithTrailingAxes(output.Rank - 2);
            trace.Layers.Combine(output, bias, isProduct: false);
            trace.Make(node, output.Renewed(trace.Labels));
        }

        return true;
    }

    // What a filter of each group takes: (filters, channels of a group, 1, 1) in a grouped convolution.
    private static LabelArray Taken(long[] shape, long[] taken, long groups)
    {
        if (groups == 1)
        {
            return LabelArray.Along(shape, 1, taken);
        }

        var (filters, own) = (shape[0], shape[1]);
        var ids = new long[filters * own];
        for (var filter = 0; filter < filters; filter++)
        {
            var group = filter / (filters / groups);
            for (var channel = 0; channel < own; channel++)
            {
                ids[(filter * own) + channel] = taken[(group * own) + channel];
            }
        }

        return new(shape, [filters, own, .. shape.Skip(2).Select(_ => 1L)], ids);
    }

    private static void Tag(ChannelTrace trace, long[] taken, long[] made, long groups)
    {
        var family = trace.Labels.NewFamily();
        foreach (var labels in new[] { taken, made })
        {
            for (var i = 0; i < labels.Length; i++)
            {
                trace.Labels.Tag(labels[i], family, i / (labels.Length / groups), isLabel: false);
            }
        }
    }
}
