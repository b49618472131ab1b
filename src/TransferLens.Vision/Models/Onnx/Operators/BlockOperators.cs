using System.Collections.Immutable;
using static TorchSharp.torch;
using static TransferLens.Vision.Models.Onnx.Operators.OnnxTypes;

namespace TransferLens.Vision.Models.Onnx.Operators;

/// <summary>Exchanges of channels and blocks of pixels, and triangles of matrices.</summary>
internal static class BlockOperators
{
    /// <summary>The operators.</summary>
    public static ImmutableArray<OnnxOperator> All { get; } =
    [
        new("DepthToSpace", 1, Any, DepthToSpace) { Attributes = ["blocksize", "mode"] },
        new("SpaceToDepth", 1, Any, SpaceToDepth) { Attributes = ["blocksize"] },
        new("Trilu", 14, Any, Triangle) { Attributes = ["upper"] },
    ];

    private static Tensor DepthToSpace(OnnxCall call)
    {
        var (input, size) = (call[0], BlockSize(call));
        var (images, depth) = (input.shape[0], input.shape[1] / (size * size));
        var (height, width) = (input.shape[2], input.shape[3]);
        var blocks = call.Text("mode", "DCR") switch
        {
            "DCR" => input.reshape(images, size, size, depth, height, width).permute(0, 3, 4, 1, 5, 2),
            "CRD" => input.reshape(images, depth, size, size, height, width).permute(0, 1, 4, 2, 5, 3),
            var other => throw call.Refusal($"has the mode '{other}', which is not known"),
        };
        return blocks.reshape(images, depth, height * size, width * size);
    }

    private static Tensor SpaceToDepth(OnnxCall call)
    {
        var (input, size) = (call[0], BlockSize(call));
        var (images, channels) = (input.shape[0], input.shape[1]);
        var (height, width) = (input.shape[2] / size, input.shape[3] / size);
        var blocks = input.reshape(images, channels, height, size, width, size).permute(0, 3, 5, 1, 2, 4);
        return blocks.reshape(images, channels * size * size, height, width);
    }

    private static long BlockSize(OnnxCall call) =>
        call.Integer("blocksize", 0) is > 0 and var size && call[0].dim() == 4
            ? size
            : throw call.Refusal("needs a blocksize and an input of 4 axes");

    private static Tensor Triangle(OnnxCall call)
    {
        var diagonal = call.Value(1, 0);
        return call.Integer("upper", 1) != 0 ? call[0].triu(diagonal) : call[0].tril(diagonal);
    }
}
