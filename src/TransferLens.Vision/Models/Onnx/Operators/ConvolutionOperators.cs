using System.Collections.Immutable;
using static TorchSharp.torch;
using static TransferLens.Vision.Models.Onnx.Operators.OnnxTypes;
using F = TorchSharp.torch.nn.functional;

namespace TransferLens.Vision.Models.Onnx.Operators;

/// <summary>Convolutions over 1, 2 or 3 axes.</summary>
internal static class ConvolutionOperators
{
    /// <summary>The operators.</summary>
    public static ImmutableArray<OnnxOperator> All { get; } =
    [
        new("Conv", 1, Floats, Convolve)
        {
            Attributes = [.. Window.Attributes, "group", "kernel_shape"],
            LeastInputs = 2,
        },
        new("ConvTranspose", 1, Floats, Transpose)
        {
            Attributes = [.. Window.Attributes, "group", "kernel_shape", "output_padding", "output_shape"],
            LeastInputs = 2,
        },
    ];

    private static Tensor Convolve(OnnxCall call)
    {
        var window = Window.Read(call, call[1].shape[2..]);
        var (weight, bias, groups) = (call[1], call.Optional(2), call.Integer("group", 1));
        var (image, padding) = window.IsSymmetric ? (call[0], window.Begin) : (window.Pad(call[0]), None(window));
        return window.Rank switch
        {
            1 => F.conv1d(image, weight, bias, window.Strides[0], padding[0], window.Dilations[0], groups),
            2 => F.conv2d(image, weight, bias, window.Strides, padding, window.Dilations, groups),
            _ => F.conv3d(image, weight, bias, window.Strides, padding, window.Dilations, groups),
        };
    }

    private static Tensor Transpose(OnnxCall call)
    {
        var window = Cut(call);
        var output = call.Integers("output_padding") ?? None(window);
        if (window.IsSymmetric && output.Length == window.Rank)
        {
            return Transposed(call, window, call.Optional(2), window.Begin, output);
        }

        // Make all of it and cut it on each side, or widen it by zeros, before the bias is added.
        var cut = window with { Begin = Negative(window.Begin), End = Negative(window.End) };
        var image = cut.Pad(Transposed(call, window, null, None(window), output));
        long[] channels = [-1, .. window.Kernel.Select(_ => 1L)];
        return call.Optional(2) is { } bias ? image + bias.reshape(channels) : image;
    }

    private static Tensor Transposed(OnnxCall call, Window window, Tensor? bias, long[] padding, long[] output)
    {
        var (image, weight, groups) = (call[0], call[1], call.Integer("group", 1));
        var (strides, dilations) = (window.Strides, window.Dilations);
        return window.Rank switch
        {
            1 => F.conv_transpose1d(image, weight, bias, strides[0], padding[0], output[0], dilations[0], groups),
            2 => F.conv_transpose2d(image, weight, bias, strides, padding, output, dilations, groups),
            _ => F.conv_transpose3d(image, weight, bias, strides, padding, output, dilations, groups),
        };
    }

    // What is cut from the full output: the paddings, or what the wanted lengths leave over.
    private static Window Cut(OnnxCall call)
    {
        var kernel = call[1].shape[2..];
        var mode = call.Text("auto_pad", "NOTSET");
        var wanted = call.Integers("output_shape");
        if (wanted is null && mode is "NOTSET" or "VALID" or "")
        {
            return Window.Read(call, kernel);
        }

        var window = Window.ReadUnpadded(call, kernel);
        var (begin, end) = (None(window), None(window));
        var output = call.Integers("output_padding") ?? None(window);
        for (var i = 0; i < window.Rank; i++)
        {
            var length = call[0].shape[i + 2];
            var full = ((length - 1) * window.Strides[i]) + output[i] + window.Extent(i);
            var total = full - (wanted is null ? length * window.Strides[i] : wanted[^(window.Rank - i)]);
            var padding = Math.Max(0, total); // what is wanted beyond the full output comes after it
            begin[i] = mode == "SAME_UPPER" ? padding / 2 : padding - (padding / 2);
            end[i] = total - begin[i];
        }

        return window with
        {
            Begin = begin,
            End = end,
        };
    }

    private static long[] None(Window window) => new long[window.Rank];

    private static long[] Negative(long[] lengths) => [.. lengths.Select(length => -length)];
}
