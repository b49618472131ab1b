using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Models.Onnx;

/// <summary>Nodes that move a window over an image.</summary>
internal static class WindowCases
{
    private const long Newest = 23;

    /// <summary>The cases.</summary>
    public static IEnumerable<NodeCase> All(Func<long[], Tensor> draw)
    {
        var (image, volume, signal) = (draw([2, 4, 9, 8]), draw([1, 4, 6, 7, 5]), draw([2, 4, 11]));
        var weight = draw([6, 2, 3, 2]);
        yield return new NodeCase("Conv", 8, Newest, image, weight).With("group", 2).With("pads", [1L, 0, 2, 3]);
        foreach (var mode in new[] { "SAME_UPPER", "SAME_LOWER", "VALID" })
        {
            yield return new NodeCase("Conv", 8, Newest, image, draw([3, 4, 3, 4]), draw([3]))
                .With("auto_pad", mode)
                .With("strides", [2L, 3]);
            yield return new NodeCase("MaxPool", 8, Newest, image).With("kernel_shape", [3L, 2]).With("auto_pad", mode);
            yield return new NodeCase("AveragePool", 8, Newest, image)
                .With("kernel_shape", [3L, 2])
                .With("auto_pad", mode)
                .With("strides", [2L, 2]);
        }

        yield return new NodeCase("Conv", 8, Newest, volume, draw([2, 4, 3, 2, 1])).With("dilations", [2L, 1, 1]);
        yield return new NodeCase("Conv", 8, Newest, signal, draw([4, 1, 3]), draw([4])).With("group", 4);
        var back = draw([4, 3, 3, 3]);
        yield return new NodeCase("ConvTranspose", 8, Newest, image, back, draw([3]))
            .With("strides", [2L, 2])
            .With("pads", [1L, 0, 0, 2])
            .With("output_padding", [1L, 1]);
        yield return new NodeCase("ConvTranspose", 8, Newest, image, back)
            .With("strides", [3L, 2])
            .With("dilations", [2L, 1])
            .With("pads", [1L, 1, 1, 1]);
        yield return new NodeCase("ConvTranspose", 11, Newest, image, back)
            .With("strides", [2L, 2])
            .With("output_shape", [18L, 16])
            .With("auto_pad", "SAME_UPPER");
        yield return new NodeCase("ConvTranspose", 8, Newest, signal, draw([4, 2, 4])).With("group", 2);
        foreach (var ceil in new[] { 0L, 1 })
        {
            yield return new NodeCase("MaxPool", 10, Newest, image) { Outputs = 2 }
                .With("kernel_shape", [3L, 3])
                .With("strides", [2L, 3])
                .With("pads", [1L, 0, 2, 1])
                .With("dilations", [1L, 2])
                .With("ceil_mode", ceil);
            foreach (var counted in new[] { 0L, 1 })
            {
                yield return new NodeCase("AveragePool", 10, Newest, image)
                    .With("kernel_shape", [3L, 3])
                    .With("strides", [2L, 2])
                    .With("pads", [1L, 0, 1, 2])
                    .With("count_include_pad", counted)
                    .With("ceil_mode", ceil);
            }
        }

        yield return new NodeCase("MaxPool", 8, Newest, volume).With("kernel_shape", [2L, 3, 2]);
        yield return new NodeCase("MaxPool", 8, Newest, signal).With("kernel_shape", [3L]).With("pads", [2L, 2]);
        yield return new NodeCase("AveragePool", 19, Newest, image)
            .With("kernel_shape", [3L, 2])
            .With("dilations", [2L, 2]);
        yield return new NodeCase("LpPool", 11, Newest, image).With("kernel_shape", [3L, 2]).With("p", 3);
        yield return new NodeCase("GlobalLpPool", 8, Newest, image).With("p", 1);
    }
}
