using System.Globalization;
using TransferLens.Vision.Models;
using TransferLens.Vision.Training;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Models.Onnx;

/// <summary>Networks from files train like PyTorch's.</summary>
/// <remarks>
/// Both sides compute in float64. In float32 a value next to the kink of a ReLU may be on either side, which changes
/// gradients by more than an error would.
/// </remarks>
public sealed class ExportedGradientsTests(ExportedNetworks networks, ITestOutputHelper output)
{
    // Gradients that are zero but for rounding, such as those of biases before batch normalization, are compared with
    // this part of the largest gradient.
    private const double Floor = 1e-6;

    private static readonly string[] Few = ["shufflenet_v2_x0_5", "tiny_swin"];

    private static readonly string[] Families =
    [
        "alexnet",
        "convnext_tiny",
        "densenet121",
        "efficientnet_b0",
        "googlenet",
        "mnasnet0_5",
        "mobilenet_v3_small",
        "regnet_y_400mf",
        "resnet18",
        "shufflenet_v2_x0_5",
        "squeezenet1_1",
        "swin_t",
        "vit_b_32",
    ];

    [Fact]
    public void Gradients_and_running_statistics_are_those_of_PyTorch()
    {
        var names = ExportedNetworks.Choose(Few, () => Families);
        Assert.All(names.Select(name => Differences(name, ScalarType.Float64)), difference =>
        {
            Assert.InRange(difference.Gradients, 0, 1e-6);
            Assert.InRange(difference.Statistics, 0, 1e-6);
        });
    }

    // No value of this network is next to a kink.
    [Fact]
    public void Gradients_in_single_precision_are_close_to_those_of_PyTorch()
    {
        var (gradients, statistics) = Differences("resnet18", ScalarType.Float32);
        Assert.InRange(gradients, 0, 1e-3);
        Assert.InRange(statistics, 0, 1e-5);
    }

    private (double Gradients, double Statistics) Differences(string name, ScalarType format)
    {
        using var scope = NewDisposeScope();
        var exported = networks.Get(name, "--gradients");
        using var network = NewWeights.In(format, exported.Open);
        Train(network, exported.Images.to(format));
        using var gradients = Checkpoint.Read(exported.Folder[$"{name}.gradients.pth"]);
        var own = network.Root.named_parameters().ToDictionary(entry => entry.name, entry => entry.parameter.grad!);
        Assert.Equal(gradients.Keys.Order(), own.Keys.Order());
        Assert.All(gradients.Values.Concat(own.Values.Where(_ => format == ScalarType.Float64)), IsDouble);
        var least = Floor * gradients.Values.Max(Largest);
        var worst = own.MaxBy(entry => Difference(entry.Value, gradients[entry.Key], least));
        var found = (Difference(worst.Value, gradients[worst.Key], least), Statistics(exported, network));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {found.Item1:0.0e-0} |"));
        output.WriteLine($"{format}, largest difference in {worst.Key}; of statistics {found.Item2:0.0e-0}");
        ExportedNetworks.Release(exported);
        return found;
    }

    // Module by module, since a network returns its logits in float32.
    private static void Train(Network network, Tensor images)
    {
        network.train();
        var logits = network.Modules.Aggregate(network.ToDevice(images), (value, module) =>
        {
            var next = module.Forward(value);
            Assert.Equal(images.dtype, next.dtype);
            return next;
        });
        BackwardPass.Run(nn.functional.cross_entropy(logits, arange(logits.shape[0], dtype: ScalarType.Int64)));
    }

    private static void IsDouble(Tensor tensor) => Assert.Equal(ScalarType.Float64, tensor.dtype);

    private static double Statistics(ExportedNetwork exported, nn.Module network)
    {
        var own = network
            .state_dict()
            .Where(entry => entry.Key.Contains(".running_", StringComparison.Ordinal))
            .ToList();
        if (own.Count == 0)
        {
            return 0;
        }

        using var after = Checkpoint.Read(exported.Folder[$"{exported.Name}.after.pth"]);
        return own.Max(entry => Difference(entry.Value, after[entry.Key], 0));
    }

    private static double Difference(Tensor tensor, Tensor expected, double least) =>
        Largest(tensor - expected) / Math.Max(least, Largest(expected));

    private static double Largest(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return tensor.abs().max().to(ScalarType.Float64).item<double>();
    }
}
