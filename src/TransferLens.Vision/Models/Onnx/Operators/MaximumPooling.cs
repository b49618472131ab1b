using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace TransferLens.Vision.Models.Onnx.Operators;

/// <summary>Maxima over windows of an image, and where they are.</summary>
internal static class MaximumPooling
{
    /// <summary>Computes <c>MaxPool</c>: the maxima and, if the node takes them, their indices.</summary>
    public static Tensor[] Compute(OnnxCall call)
    {
        var (input, window) = (call[0], Window.ReadPooling(call));
        var ceil = call.Integer("ceil_mode", 0) != 0;
        var fits = window.IsPoolable;
        var used = fits ? window : window.Filled(input.shape.AsSpan(2), ceil);
        var image = Floating(input);
        var padded = fits ? image : used.Pad(image, double.NegativeInfinity);
        var pooled = fits ? used : used with { Begin = new long[used.Rank] };
        if (call.Node.Outputs.Length < 2)
        {
            return [Restored(Maxima(padded, pooled, ceil && fits), input)];
        }

        var (maxima, indices) = MaximaWithIndices(padded, pooled, ceil && fits);
        var columns = call.Integer("storage_order", 0) != 0;
        var offset = fits ? new long[used.Rank] : used.Begin;
        return [Restored(maxima, input), InWhole(indices, padded.shape[2..], input.shape, offset, columns)];
    }

    private static Tensor Maxima(Tensor image, Window window, bool ceil)
    {
        var (kernel, strides, padding, dilations) = (window.Kernel, window.Strides, window.Begin, window.Dilations);
        return window.Rank switch
        {
            1 => F.max_pool1d(image, kernel[0], strides[0], padding[0], dilations[0], ceil),
            2 => F.max_pool2d(image, kernel, strides, padding, dilations, ceil),
            _ => F.max_pool3d(image, kernel, strides, padding, dilations, ceil),
        };
    }

    private static (Tensor Maxima, Tensor Indices) MaximaWithIndices(Tensor image, Window window, bool ceil)
    {
        var (kernel, strides, padding, dilations) = (window.Kernel, window.Strides, window.Begin, window.Dilations);
        return window.Rank switch
        {
            1 => F.max_pool1d_with_indices(image, kernel[0], strides[0], padding[0], dilations[0], ceil),
            2 => F.max_pool2d_with_indices(image, kernel, strides, padding, dilations, ceil),
            _ => F.max_pool3d_with_indices(image, kernel, strides, padding, dilations, ceil),
        };
    }

    // libtorch counts within a padded channel, row by row. ONNX counts within the whole tensor, and within a channel
    // row by row or column by column.
    private static Tensor InWhole(Tensor indices, long[] padded, long[] shape, long[] offset, bool columns)
    {
        var rest = indices;
        var (index, stride) = (zeros_like(indices), 1L);
        var strides = new long[padded.Length];
        foreach (var axis in Enumerable.Range(0, padded.Length).OrderBy(axis => columns ? axis : -axis))
        {
            (strides[axis], stride) = (stride, stride * shape[axis + 2]);
        }

        for (var axis = padded.Length - 1; axis >= 0; axis--)
        {
            index += (rest.remainder(padded[axis]) - offset[axis]) * strides[axis];
            rest = rest.div(padded[axis], RoundingMode.floor);
        }

        long[] single = [shape[0], shape[1], .. padded.Select(_ => 1L)];
        var channel = arange(shape[0] * shape[1], ScalarType.Int64, indices.device).reshape(single);
        return index + (channel * stride);
    }

    // libtorch pools no integers: small ones are exact as float32, the others as float64 up to 2^53.
    private static Tensor Floating(Tensor input) =>
        input.is_floating_point() ? input
        : input.dtype is ScalarType.Int8 or ScalarType.Byte or ScalarType.Int16 ? input.to(ScalarType.Float32)
        : input.to(ScalarType.Float64);

    private static Tensor Restored(Tensor maxima, Tensor input) =>
        maxima.dtype == input.dtype ? maxima : maxima.to(input.dtype);
}
