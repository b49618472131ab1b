using TransferLens.Vision.Models.Graphs;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Layers;

/// <summary>
/// A residual block (He et al. 2016): relu(branch(x) + shortcut(x)). The branch has two 3x3 convolutions; or 1x1, 3x3
/// (with the stride, as in torchvision) and 1x1. Batch normalization follows each.
/// </summary>
internal sealed class ResidualBlock : nn.Module<Tensor, Tensor>, IGraphLayer
{
    private readonly NormalizedConvolution[] branch;
    private readonly NormalizedConvolution? downsample;
    private readonly long pad;
    private readonly long stride;

    private ResidualBlock(long inputs, long outputs, long stride, NormalizedConvolution[] branch, bool padded)
        : base("ResidualBlock")
    {
        (this.branch, this.stride) = (branch, stride);
        for (var i = 0; i < branch.Length; i++)
        {
            register_module($"conv{i + 1}", branch[i].Convolution);
            register_module($"bn{i + 1}", branch[i].Normalization);
        }

        if (padded)
        {
            pad = (outputs - inputs) / 2;
        }
        else if (stride != 1 || inputs != outputs)
        {
            var layer = new NormalizedConvolution(new(inputs, outputs, 1, stride), new(outputs));
            downsample = layer;
            register_module("downsample", nn.Sequential(("0", layer.Convolution), ("1", layer.Normalization)));
        }
    }

    /// <summary>
    /// Two 3x3 convolutions. With <paramref name="padded"/> the shortcut is the paper's parameter-free option A: every
    /// second pixel, padded with channels of zeros on both sides.
    /// </summary>
    public static ResidualBlock Basic(long inputs, long outputs, long stride, bool padded) =>
        new(
            inputs,
            outputs,
            stride,
            [new(new(inputs, outputs, 3, stride, 1), new(outputs)), new(new(outputs, outputs, 3, 1, 1), new(outputs))],
            padded
        );

    /// <summary>1x1, 3x3 and 1x1 convolutions.</summary>
    /// <param name="inputs">Number of input channels.</param>
    /// <param name="outputs">Number of output channels.</param>
    /// <param name="stride">Stride of the 3x3 convolution.</param>
    /// <param name="width">Number of channels between the convolutions.</param>
    /// <param name="groups">Number of groups of the 3x3 convolution.</param>
    public static ResidualBlock Bottleneck(long inputs, long outputs, long stride, long width, long groups) =>
        new(
            inputs,
            outputs,
            stride,
            [
                new(new(inputs, width, 1), new(width)),
                new(new(width, width, 3, stride, 1, groups: groups), new(width)),
                new(new(width, outputs, 1), new(outputs)),
            ],
            padded: false
        );

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var value = branch[..^1].Aggregate(input, (x, layer) => layer.Activated(x));
        return branch[^1].Activated(value, Shortcut(input)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public GraphValue Write(GraphWriter graph, GraphValue input)
    {
        var value = branch[..^1].Aggregate(input, (x, layer) => layer.Write(graph, x, Activation.Relu));
        var sum = graph.Plus(branch[^1].Write(graph, value), WriteShortcut(graph, input).Name);
        return Activation.Relu.Write(graph, sum);
    }

    private GraphValue WriteShortcut(GraphWriter graph, GraphValue input)
    {
        if (downsample is { } layer)
        {
            return layer.Write(graph, input);
        }

        return stride == 1
            ? input
            : graph.Pad(graph.Slice(input, [2, 3], 0, null, stride), [0, pad, 0, 0], [0, pad, 0, 0]);
    }

    private Tensor Shortcut(Tensor input)
    {
        if (downsample is { } layer)
        {
            return layer.Forward(input);
        }

        if (stride == 1)
        {
            return input;
        }

        var every = TensorIndex.Slice(null, null, stride);
        return nn.functional.pad(input[TensorIndex.Ellipsis, every, every], [0, 0, 0, 0, pad, pad]);
    }
}
