using System.Collections.Immutable;
using static TorchSharp.torch;
using static TransferLens.Vision.Models.Onnx.Operators.OnnxTypes;

namespace TransferLens.Vision.Models.Onnx.Operators;

/// <summary>Dropout (Srivastava et al. 2014), which acts when the run says so: see <see cref="OnnxMode"/>.</summary>
internal static class DropoutOperators
{
    /// <summary>The operators.</summary>
    public static ImmutableArray<OnnxOperator> All { get; } =
    [new("Dropout", 7, Floats, Drop) { Attributes = ["ratio", "seed"] }];

    // The ratio is an attribute before opset 12. The second output tells what was kept.
    private static Tensor[] Drop(OnnxCall call)
    {
        var input = call[0];
        var ratio = call.Opset < 12 ? call.Float("ratio", 0.5f) : Ratio(call);
        if (call.Run is not { Mode: OnnxMode.Training, Generator: { } generator } || ratio == 0)
        {
            return call.Node.Outputs.Length < 2 ? [input.alias()] : [input.alias(), Everything(call, input)];
        }

        if (ratio is not (> 0 and < 1))
        {
            throw call.Refusal($"drops {ratio} of its values, which is not in [0, 1)");
        }

        // The same draws as in networks by name.
        var kept = rand(input.shape, generator: generator).ge(ratio).to(input.device);
        return [(input * kept.to(input.dtype)).mul_(1 / (1 - ratio)), kept];
    }

    private static double Ratio(OnnxCall call)
    {
        if (call.Run.Mode == OnnxMode.AsStored && call.Has(2) && call.Original(2).to(ScalarType.Bool).item<bool>())
        {
            return call.Has(1) && call.Numbers(1) is [0]
                ? 0
                : throw call.Refusal("draws random numbers, which ONNX does not define");
        }

        return call.Has(1) ? call.Numbers(1)[0] : 0.5;
    }

    // A mask of truth values from opset 10 on.
    private static Tensor Everything(OnnxCall call, Tensor input) =>
        ones(input.shape, call.Opset < 10 ? input.dtype : ScalarType.Bool, input.device);
}
