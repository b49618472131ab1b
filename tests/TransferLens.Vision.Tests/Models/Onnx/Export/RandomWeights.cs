using TransferLens.Vision.Models;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Models.Onnx.Export;

/// <summary>Makes every parameter and statistic of a network matter to its logits.</summary>
internal static class RandomWeights
{
    private const double Deviation = 0.1;

    /// <summary>Draws biases, scales, tokens and statistics, and weights that start at zero.</summary>
    /// <param name="network">The network.</param>
    /// <param name="seed">Seed of the numbers.</param>
    public static void Draw(Network network, ulong seed)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var generator = new Generator(seed);
        foreach (var (name, tensor) in network.state_dict().Where(entry => entry.Value.is_floating_point()))
        {
            if (name.EndsWith("running_var", StringComparison.Ordinal))
            {
                tensor.uniform_(0.5, 1.5, generator);
            }
            else if (tensor.numel() == tensor.shape.Max())
            {
                tensor.add_(randn(tensor.shape, generator: generator) * Deviation);
            }
            else if (tensor.abs().max().item<float>() == 0)
            {
                tensor.normal_(0, 1 / Math.Sqrt(tensor.numel() / tensor.shape[0]), generator);
            }
        }
    }
}
