using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Onnx.Fusion;

/// <summary>
/// SiLU (Elfwing et al. 2018), x sigmoid(x), and hard swish (Howard et al. 2019), x hardsigmoid(x) with slope 1/6.
/// </summary>
internal static class SigmoidPatterns
{
    private const double Slope = 1.0 / 6;

    /// <summary>Finds one of them from the product.</summary>
    public static FusedNode? Find(OnnxNode last, NodeGraph graph)
    {
        if (last.Operator != "Mul" || last.Inputs.Length != 2)
        {
            return null;
        }

        foreach (var value in last.Inputs)
        {
            var input = NodeGraph.Other(last, value)!;
            if (graph.MakerOf(value, "Sigmoid") is { } sigmoid && sigmoid.Inputs[0] == input)
            {
                return new([sigmoid, last], [input], call => nn.functional.silu(call[0]));
            }

            if (graph.MakerOf(value, "HardSigmoid") is { } hard && hard.Inputs[0] == input && IsSixth(hard))
            {
                return new([hard, last], [input], call => nn.functional.hardswish(call[0]));
            }
        }

        return null;
    }

    private static bool IsSixth(OnnxNode hard) =>
        Math.Abs((hard.Attribute("alpha")?.Float ?? 0.2f) - Slope) < 1e-6
        && hard.Attribute("beta") is null or { Float: 0.5f };
}
