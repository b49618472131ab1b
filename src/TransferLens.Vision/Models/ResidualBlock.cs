using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TransferLens.Models;

/// <summary>
/// A residual block (He et al. 2016): relu(branch(x) + shortcut(x)). The branch is two 3x3 convolutions, or 1x1, 3x3
/// (with the stride, as torchvision has it) and 1x1, each followed by batch normalization.
/// </summary>
internal sealed class ResidualBlock : nn.Module<Tensor, Tensor>
{
    private readonly (Convolution Convolution, BatchNormalization Normalization)[] branch;
    private readonly Sequential? downsample;
    private readonly long pad;
    private readonly long stride;

    private ResidualBlock(long inputs, long outputs, long stride, (Convolution, BatchNormalization)[] branch, bool padded) : base("ResidualBlock")
    {
        (this.branch, this.stride) = (branch, stride);
        for (var i = 0; i < branch.Length; i++)
        {
            register_module($"conv{i + 1}", branch[i].Item1);
            register_module($"bn{i + 1}", branch[i].Item2);
        }

        if (padded)
        {
            pad = (outputs - inputs) / 2;
        }
        else if (stride != 1 || inputs != outputs)
        {
            downsample = nn.Sequential(("0", new Convolution(inputs, outputs, 1, stride)), ("1", new BatchNormalization(outputs)));
            register_module("downsample", downsample);
        }
    }

    /// <summary>Two 3x3 convolutions; <paramref name="padded"/> for the parameter-free shortcut "option A": every second
    /// pixel, new channels zero on both sides.</summary>
    public static ResidualBlock Basic(long inputs, long outputs, long stride, bool padded) => new(inputs, outputs, stride,
        [(new(inputs, outputs, 3, stride, 1), new(outputs)), (new(outputs, outputs, 3, 1, 1), new(outputs))], padded);

    /// <summary>1x1, 3x3 and 1x1 convolutions; the width is a quarter of the outputs.</summary>
    public static ResidualBlock Bottleneck(long inputs, long outputs, long stride) => new(inputs, outputs, stride,
        [(new(inputs, outputs / 4, 1), new(outputs / 4)), (new(outputs / 4, outputs / 4, 3, stride, 1), new(outputs / 4)), (new(outputs / 4, outputs, 1), new(outputs))], padded: false);

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var value = input;
        for (var i = 0; i < branch.Length; i++)
        {
            value = branch[i].Normalization.forward(branch[i].Convolution.forward(value));
            value = i < branch.Length - 1 ? value.relu() : value;
        }

        return (value + Shortcut(input)).relu().MoveToOuterDisposeScope();
    }

    private Tensor Shortcut(Tensor input)
    {
        if (downsample is not null)
        {
            return downsample.call(input);
        }

        if (stride == 1)
        {
            return input;
        }

        var every = TensorIndex.Slice(null, null, stride);
        return nn.functional.pad(input[TensorIndex.Ellipsis, every, every], [0, 0, 0, 0, pad, pad]);
    }
}
