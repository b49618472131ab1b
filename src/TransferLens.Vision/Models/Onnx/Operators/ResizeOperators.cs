using System.Collections.Immutable;
using static TorchSharp.torch;
using static TransferLens.Vision.Models.Onnx.Operators.OnnxTypes;

namespace TransferLens.Vision.Models.Onnx.Operators;

/// <summary>Other sizes of an image by interpolation, along one axis after the other.</summary>
internal static class ResizeOperators
{
    /// <summary>The operators.</summary>
    public static ImmutableArray<OnnxOperator> All { get; } =
    [
        new("Resize", 10, Any, Resize)
        {
            Attributes =
            [
                "antialias",
                "axes",
                "coordinate_transformation_mode",
                "cubic_coeff_a",
                "exclude_outside",
                "extrapolation_value",
                "keep_aspect_ratio_policy",
                "mode",
                "nearest_mode",
            ],
        },
        new("Upsample", 7, Any, Resize) { Attributes = ["mode", "scales"], Until = 9 },
    ];

    private static Tensor Resize(OnnxCall call)
    {
        var settings = ResizeSettings.Read(call);
        var output = call[0];
        var shape = output.shape;
        settings.Targets.ToList().ForEach(target => shape[target.Axis] = target.Target.Length);
        call.Shape(shape);
        foreach (var (axis, target) in settings.Targets)
        {
            var length = output.shape[axis];
            if (length != target.Length || target.Scale != 1 || target.Region is not null)
            {
                output = Along(output, axis, target, settings);
            }
        }

        return output;
    }

    private static Tensor Along(Tensor input, int axis, ResizeTarget target, ResizeSettings settings)
    {
        var length = input.shape[axis];
        var (targets, sources, weights) = ResizeWeights.Of(length, target, settings);
        if (settings.Mode == "nearest" && targets.Length == target.Length)
        {
            return input.index_select(axis, tensor(sources, device: input.device));
        }

        // A matrix (target, source) that is multiplied along the axis.
        var type = input.is_floating_point() ? input.dtype : ScalarType.Float32;
        using var positions = tensor(targets.Zip(sources, (to, from) => (to * length) + from).ToArray());
        var matrix = zeros(target.Length * length, ScalarType.Float64)
            .index_add_(0, positions, tensor(weights), 1)
            .reshape(target.Length, length)
            .to(type)
            .to(input.device);
        var resized = input.to(type).transpose(axis, -1).matmul(matrix.t());
        var outside = settings.Outside(length, target);
        if (outside is not null)
        {
            resized = resized.masked_fill(tensor(outside, device: input.device), settings.Extrapolation);
        }

        return resized.transpose(axis, -1).to(input.dtype);
    }
}
