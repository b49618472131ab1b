using System.Text.Json.Nodes;
using TransferLens.Tests;
using TransferLens.Vision.Models;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Models;

/// <summary>
/// Mean and standard deviation of each module's output and the logits, as <c>tests/reference/networks.py</c> stores
/// them.
/// </summary>
internal static class ModuleValues
{
    /// <summary>Computes the modules one after the other and compares them within 1e-4.</summary>
    /// <param name="expected">What the script stored: size, modules, logits.</param>
    /// <param name="network">The network with the weights of the script, in evaluation mode.</param>
    public static void AssertAgree(JsonNode expected, Network network)
    {
        Assert.Equal(
            expected["modules"]!.AsObject().Select(entry => entry.Key),
            network.Modules.Select(module => module.Name)
        );
        var value = ReferenceWeights.Images((int)expected["size"]!);
        foreach (var module in network.Modules)
        {
            value = module.Forward(value);
            var (mean, deviation) = (
                (double)expected["modules"]![module.Name]![0]!,
                (double)expected["modules"]![module.Name]![1]!
            );
            var (actualMean, actualDeviation) = (
                value.to(float64).mean().item<double>(),
                value.to(float64).std().item<double>()
            );
            Assert.True(
                Math.Abs(mean - actualMean) <= 1e-4 * deviation
                    && Math.Abs(deviation - actualDeviation) <= 1e-4 * deviation,
                $"{module.Name}: {actualMean} +- {actualDeviation} instead of {mean} +- {deviation}"
            );
        }

        var logits = expected["logits"]!.AsArray().SelectMany(row => row!.AsArray().Select(x => (float)x!)).ToArray();
        Assert.All(logits.Zip(value.data<float>().ToArray()), pair =>
            Assert.Equal(pair.First, pair.Second, 1e-4f * logits.Max(Math.Abs))
        );
    }
}
