using System.Collections.Immutable;
using TorchSharp;
using static TorchSharp.torch;
using static TransferLens.Vision.Models.Onnx.Operators.OnnxTypes;
using F = TorchSharp.torch.nn.functional;

namespace TransferLens.Vision.Models.Onnx.Operators;

/// <summary>Activations, for each element.</summary>
internal static class ActivationOperators
{
    // Constants of Klambauer et al. 2017 as float32, ONNX's defaults.
    private const float SeluAlpha = 1.67326319217681884765625f;
    private const float SeluGamma = 1.05070102214813232421875f;

    /// <summary>The operators.</summary>
    public static ImmutableArray<OnnxOperator> All { get; } =
    [
        new("Relu", 6, Numbers, call => call[0].relu()),
        new("LeakyRelu", 6, Floats, call => F.leaky_relu(call[0], call.Float("alpha", 0.01f)))
        {
            Attributes = ["alpha"],
        },
        new("PRelu", 7, Floats, call => call[0].relu() - (call[1] * call[0].neg().relu())) { LeastInputs = 2 },
        new("Elu", 6, Floats, call => F.elu(call[0], call.Float("alpha", 1))) { Attributes = ["alpha"] },
        new("Celu", 12, Floats, call => F.celu(call[0], call.Float("alpha", 1))) { Attributes = ["alpha"] },
        new("Selu", 6, Floats, Selu) { Attributes = ["alpha", "gamma"] },
        new("ThresholdedRelu", 10, Floats, ThresholdedRelu) { Attributes = ["alpha"] },
        new("Shrink", 9, Floats, Shrink) { Attributes = ["bias", "lambd"] },
        new("Sigmoid", 6, Floats, call => call[0].sigmoid()),
        new("HardSigmoid", 6, Floats, HardSigmoid) { Attributes = ["alpha", "beta"] },
        new("HardSwish", 14, Floats, call => F.hardswish(call[0])),
        new("Tanh", 6, Floats, call => call[0].tanh()),
        new("Softplus", 1, Floats, call => F.softplus(call[0])),
        new("Softsign", 1, Floats, call => call[0] / (call[0].abs() + 1)),
        new("Mish", 18, Floats, call => F.mish(call[0])),
        new("Gelu", 20, Floats, Gelu) { Attributes = ["approximate"] },
        new("Clip", 6, Numbers, Clip) { Attributes = ["min", "max"] },
    ];

    private static Tensor Selu(OnnxCall call)
    {
        var (alpha, gamma) = (call.Float("alpha", SeluAlpha), call.Float("gamma", SeluGamma));
        return call[0].elu(alpha, gamma, 1);
    }

    private static Tensor ThresholdedRelu(OnnxCall call)
    {
        var kept = call[0].gt(call.Float("alpha", 1));
        return where(kept, call[0], zeros_like(call[0]));
    }

    private static Tensor Shrink(OnnxCall call)
    {
        var (input, bias, threshold) = (call[0], call.Float("bias", 0), call.Float("lambd", 0.5f));
        var zero = zeros_like(input);
        return where(input.lt(-threshold), input + bias, where(input.gt(threshold), input - bias, zero));
    }

    private static Tensor HardSigmoid(OnnxCall call)
    {
        var (alpha, beta) = (call.Float("alpha", 0.2f), call.Float("beta", 0.5f));
        return ((call[0] * alpha) + beta).clamp(0, 1);
    }

    private static Tensor Gelu(OnnxCall call) =>
        call.Text("approximate", "none") switch
        {
            "none" => F.gelu(call[0]),
            "tanh" => F.gelu(call[0], TorchSharp.Modules.GELU.Approximate.tanh),
            var other => throw call.Refusal($"has the approximation '{other}', which is not known"),
        };

    // Bounds were attributes before opset 11. As tensors they keep their gradient.
    private static Tensor Clip(OnnxCall call)
    {
        var input = call[0];
        if (call.Opset < 11)
        {
            return input.clamp(call.Float("min", float.MinValue), call.Float("max", float.MaxValue));
        }

        return (call.Optional(1), call.Optional(2)) switch
        {
            (null, null) => input.alias(),
            (var min, null) => input.maximum(min),
            (null, var max) => input.minimum(max),
            var (min, max) when min.device_type == DeviceType.CPU && !min.requires_grad && !max.requires_grad =>
                input.clamp(min.ToScalar(), max.ToScalar()),
            var (min, max) => input.maximum(min).minimum(max),
        };
    }
}
