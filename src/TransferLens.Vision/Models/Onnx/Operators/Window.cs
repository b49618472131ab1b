using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace TransferLens.Vision.Models.Onnx.Operators;

/// <summary>How a kernel moves over an image: one number for each axis after the batch and the channels.</summary>
/// <param name="Kernel">Lengths of the kernel.</param>
/// <param name="Strides">Steps.</param>
/// <param name="Dilations">Distances between the kernel's elements.</param>
/// <param name="Begin">Padding before the image; negative to cut it.</param>
/// <param name="End">Padding after the image; negative to cut it.</param>
internal sealed record Window(long[] Kernel, long[] Strides, long[] Dilations, long[] Begin, long[] End)
{
    /// <summary>Names of the attributes that say it, except the kernel's.</summary>
    public static readonly string[] Attributes = ["auto_pad", "dilations", "pads", "strides"];

    /// <summary>Number of axes that the kernel moves along.</summary>
    public int Rank => Kernel.Length;

    /// <summary>Whether paddings are equal on both sides.</summary>
    public bool IsSymmetric => Begin.SequenceEqual(End) && Begin.All(length => length >= 0);

    /// <summary>Whether libtorch's pooling takes it: paddings equal and at most half of the kernel.</summary>
    public bool IsPoolable => IsSymmetric && Enumerable.Range(0, Rank).All(i => Begin[i] <= Kernel[i] / 2);

    /// <summary>Reads it from a node.</summary>
    /// <param name="call">The node, whose first input is the image.</param>
    /// <param name="kernel">Lengths of the kernel.</param>
    public static Window Read(OnnxCall call, long[] kernel)
    {
        var window = ReadUnpadded(call, kernel);
        var pads = Pads(call, window);
        return window with { Begin = pads[..kernel.Length], End = pads[kernel.Length..] };
    }

    /// <summary>Reads it from a node that pools, whose kernel is an attribute.</summary>
    /// <param name="call">The node, whose first input is the image.</param>
    public static Window ReadPooling(OnnxCall call) =>
        Read(call, call.Integers("kernel_shape") ?? throw call.Refusal("has no kernel_shape"));

    /// <summary>Reads it from a node, without the paddings.</summary>
    /// <param name="call">The node, whose first input is the image.</param>
    /// <param name="kernel">Lengths of the kernel.</param>
    public static Window ReadUnpadded(OnnxCall call, long[] kernel)
    {
        long[] ones = [.. kernel.Select(_ => 1L)];
        long[] none = [.. kernel.Select(_ => 0L)];
        var window = new Window(
            kernel,
            call.Integers("strides") ?? ones,
            call.Integers("dilations") ?? ones,
            none,
            none
        );
        var rank = call[0].dim() - 2;
        if (rank is < 1 or > 3 || kernel.Length != rank)
        {
            throw call.Refusal($"moves a kernel of {kernel.Length} axes over {rank}; 1 to 3 axes are supported");
        }

        var fits = window.Strides.Length == rank && window.Dilations.Length == rank;
        return fits && window.Positive()
            ? window
            : throw call.Refusal("has kernel lengths, strides or dilations that do not fit its input");
    }

    /// <summary>Length of the kernel with the gaps between its elements.</summary>
    /// <param name="axis">Which axis, from 0 after the channels.</param>
    public long Extent(int axis) => ((Kernel[axis] - 1) * Dilations[axis]) + 1;

    /// <summary>
    /// The same window with paddings after the image such that whole steps fill it. With <paramref name="ceil"/> a last
    /// step that is not whole counts too, unless it would begin after the image.
    /// </summary>
    /// <param name="lengths">Lengths of the image.</param>
    /// <param name="ceil">Whether steps are rounded up.</param>
    public Window Filled(ReadOnlySpan<long> lengths, bool ceil)
    {
        var end = new long[Rank];
        for (var i = 0; i < Rank; i++)
        {
            var room = lengths[i] + Begin[i] + End[i] - Extent(i);
            var steps = ceil ? (room + Strides[i] - 1) / Strides[i] : room / Strides[i];
            steps -= ceil && steps * Strides[i] >= lengths[i] + Begin[i] ? 1 : 0;
            end[i] = (steps * Strides[i]) + Extent(i) - lengths[i] - Begin[i];
        }

        return this with
        {
            End = end,
        };
    }

    /// <summary>The image with its paddings filled.</summary>
    /// <param name="image">The image, (n, channels, ...).</param>
    /// <param name="value">What fills them.</param>
    public Tensor Pad(Tensor image, double value = 0) =>
        Begin.Concat(End).All(length => length == 0) ? image : F.pad(image, Interleaved(), value: value);

    // libtorch wants the last axis first.
    private long[] Interleaved() =>
        [.. Enumerable.Range(0, Rank).Reverse().SelectMany(i => new[] { Begin[i], End[i] })];

    private bool Positive() => Kernel.Concat(Strides).Concat(Dilations).All(n => n is > 0 and < int.MaxValue);

    private static long[] Pads(OnnxCall call, Window window)
    {
        var none = new long[2 * window.Rank];
        var mode = call.Text("auto_pad", "NOTSET");
        switch (mode)
        {
            case "NOTSET" or "":
                var pads = call.Integers("pads") ?? none;
                return pads.Length == none.Length && pads.All(n => Math.Abs(n) < int.MaxValue)
                    ? pads
                    : throw call.Refusal($"has {pads.Length} paddings and needs {none.Length}");
            case "VALID":
                return none;
            case "SAME_UPPER" or "SAME_LOWER":
                return Same(window, call[0].shape.AsSpan(2), upper: mode == "SAME_UPPER");
            default:
                throw call.Refusal($"has the padding '{mode}', which is not known");
        }
    }

    // As many steps as the image has lengths of a stride; an odd padding has its larger half after the image (upper).
    private static long[] Same(Window window, ReadOnlySpan<long> lengths, bool upper)
    {
        var pads = new long[2 * window.Rank];
        for (var i = 0; i < window.Rank; i++)
        {
            var steps = (lengths[i] + window.Strides[i] - 1) / window.Strides[i];
            var total = Math.Max(0, ((steps - 1) * window.Strides[i]) + window.Extent(i) - lengths[i]);
            pads[i] = upper ? total / 2 : total - (total / 2);
            pads[window.Rank + i] = total - pads[i];
        }

        return pads;
    }
}
