using TransferLens.Tests;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Models.Onnx;

/// <summary>Networks from files train like PyTorch's.</summary>
public sealed class ExportedGradientsTests(ITestOutputHelper output)
{
    private const string Names = "TRANSFERLENS_ONNX_NETWORKS";

    // Gradients that are zero but for rounding, such as those of biases before batch normalization, are compared with
    // this part of the largest gradient.
    private const double Floor = 1e-4;

    private static readonly string[] Families = ["mobilenet_v3_small", "resnet18", "squeezenet1_1", "swin_t"];

    [Fact]
    public void Gradients_and_running_statistics_are_those_of_PyTorch()
    {
        var differences = new Dictionary<string, (double Gradients, double Statistics)>();
        foreach (var name in Environment.GetEnvironmentVariable(Names)?.Split(' ') ?? Families)
        {
            using var folder = new TemporaryFolder();
            ExportedNetwork.Export(folder, name, "--gradients");
            differences[name] = Differences(new(folder, name));
            output.WriteLine($"{name}: {differences[name].Gradients:e1} {differences[name].Statistics:e1}");
        }

        Assert.All(differences.Values, difference => Assert.InRange(difference.Gradients, 0, 1e-3));
        Assert.All(differences.Values, difference => Assert.InRange(difference.Statistics, 0, 1e-5));
    }

    private (double Gradients, double Statistics) Differences(ExportedNetwork exported)
    {
        using var scope = NewDisposeScope();
        using var network = exported.Open();
        network.train();
        var labels = arange(3, dtype: ScalarType.Int64);
        nn.functional.cross_entropy(network.forward(exported.Images), labels).backward();
        using var gradients = Checkpoint.Read(exported.Folder[$"{exported.Name}.gradients.pth"]);
        var own = network.Root.named_parameters().ToDictionary(entry => entry.name, entry => entry.parameter.grad!);
        Assert.Equal(gradients.Keys.Order(), own.Keys.Order());
        var largest = gradients.Values.Max(Largest);
        var worst = own.MaxBy(entry => Of(entry.Value, gradients[entry.Key], Floor * largest));
        output.WriteLine($"{exported.Name}: largest difference in {worst.Key}");
        return (Of(worst.Value, gradients[worst.Key], Floor * largest), Statistics(exported, network));
    }

    private static double Statistics(ExportedNetwork exported, nn.Module network)
    {
        if (!network.state_dict().Keys.Any(name => name.EndsWith("running_var", StringComparison.Ordinal)))
        {
            return 0;
        }

        using var after = Checkpoint.Read(exported.Folder[$"{exported.Name}.after.pth"]);
        return network
            .state_dict()
            .Where(entry => after.ContainsKey(entry.Key))
            .Max(entry => Of(entry.Value, after[entry.Key], 0));
    }

    private static double Of(Tensor tensor, Tensor expected, double floor) =>
        Largest(tensor - expected) / Math.Max(floor, Largest(expected));

    private static double Largest(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return tensor.abs().max().to(ScalarType.Float64).item<double>();
    }
}
