using System.Collections.Immutable;
using static TorchSharp.torch;
using static TransferLens.Vision.Models.Onnx.Operators.OnnxTypes;
using F = TorchSharp.torch.nn.functional;

namespace TransferLens.Vision.Models.Onnx.Operators;

/// <summary>Maxima and means over windows of an image, or over all of it.</summary>
internal static class PoolingOperators
{
    private static readonly string[] Attributes = [.. Window.Attributes, "ceil_mode", "kernel_shape"];

    /// <summary>The operators.</summary>
    public static ImmutableArray<OnnxOperator> All { get; } =
    [
        new("MaxPool", 1, Numbers, MaximumPooling.Compute) { Attributes = [.. Attributes, "storage_order"] },
        new("AveragePool", 1, Floats, Average) { Attributes = [.. Attributes, "count_include_pad"] },
        new("LpPool", 2, Floats, Norm) { Attributes = [.. Attributes, "p"] },
        new("GlobalAveragePool", 1, Floats, call => call[0].mean(Image(call[0]), keepdim: true)),
        new("GlobalMaxPool", 1, Floats, call => call[0].amax(Image(call[0]), keepdim: true)),
        new("GlobalLpPool", 2, Floats, call => linalg.vector_norm(call[0], call.Integer("p", 2), Image(call[0]), true))
        {
            Attributes = ["p"],
        },
    ];

    private static Tensor Average(OnnxCall call)
    {
        var (input, window) = (call[0], Window.ReadPooling(call));
        var ceil = call.Integer("ceil_mode", 0) != 0;
        var padded = call.Integer("count_include_pad", 0) != 0;
        if (!window.IsPoolable || window.Dilations.Any(n => n != 1))
        {
            var filled = window.Filled(input.shape.AsSpan(2), ceil);
            var counted = Counted(input, window, filled, padded);
            return Sums(filled.Pad(input), filled) / Sums(counted, filled);
        }

        var (kernel, strides, padding) = (window.Kernel, window.Strides, window.Begin);
        return window.Rank switch
        {
            1 => F.avg_pool1d(input, kernel[0], strides[0], padding[0], ceil, padded),
            2 => F.avg_pool2d(input, kernel, strides, padding, ceil, padded),
            _ => F.avg_pool3d(input, kernel, strides, padding, ceil, padded),
        };
    }

    // 1 where an element counts: in the image, in its paddings if they count, and never in what rounding up adds.
    private static Tensor Counted(Tensor input, Window window, Window filled, bool padded)
    {
        long[] shape = [1, 1, .. input.shape[2..]];
        var image = ones(shape, input.dtype, input.device);
        if (!padded)
        {
            return filled.Pad(image);
        }

        long[] added = [.. filled.End.Zip(window.End, (all, asked) => all - asked)];
        var rest = window with { Begin = new long[window.Rank], End = added };
        return rest.Pad(window.Pad(image, 1));
    }

    private static Tensor Norm(OnnxCall call)
    {
        var (input, window, p) = (call[0], Window.ReadPooling(call), call.Integer("p", 2));
        var filled = window.Filled(input.shape.AsSpan(2), call.Integer("ceil_mode", 0) != 0);
        return Sums(filled.Pad(input.abs().pow(p)), filled).pow(1.0 / p);
    }

    // Sums over windows: a convolution with ones, for each channel.
    private static Tensor Sums(Tensor padded, Window window)
    {
        long[] single = [padded.shape[0] * padded.shape[1], 1, .. padded.shape[2..]];
        var image = padded.reshape(single);
        var kernel = ones([1, 1, .. window.Kernel], padded.dtype, padded.device);
        var sums = window.Rank switch
        {
            1 => F.conv1d(image, kernel, null, window.Strides[0], 0, window.Dilations[0]),
            2 => F.conv2d(image, kernel, null, window.Strides, null, window.Dilations),
            _ => F.conv3d(image, kernel, null, window.Strides, null, window.Dilations),
        };
        return sums.reshape([padded.shape[0], padded.shape[1], .. sums.shape[2..]]);
    }

    private static long[] Image(Tensor input) => [.. Enumerable.Range(2, (int)input.dim() - 2).Select(i => (long)i)];
}
