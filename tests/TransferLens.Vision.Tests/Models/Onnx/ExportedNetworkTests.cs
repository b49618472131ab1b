using TransferLens.Tests;
using TransferLens.Vision.Models.Onnx;
using TransferLens.Vision.Models.Onnx.Evaluation;
using TransferLens.Vision.Models.Onnx.Files;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Models.Onnx;

/// <summary>Networks that <c>tests/reference/onnx_exports.py</c> exports from PyTorch.</summary>
public sealed class ExportedNetworkTests(ITestOutputHelper output)
{
    // One of each family, the small ones.
    private static readonly string[] Families =
    [
        "convnext_tiny",
        "densenet121",
        "efficientnet_b0",
        "googlenet",
        "mobilenet_v3_small",
        "regnet_y_400mf",
        "resnet18",
        "shufflenet_v2_x0_5",
        "squeezenet1_1",
        "swin_t",
        "vit_b_32",
    ];

    [Fact]
    public void Exported_networks_give_the_logits_of_PyTorch()
    {
        using var folder = new TemporaryFolder();
        var names = Environment.GetEnvironmentVariable("TRANSFERLENS_ONNX_NETWORKS")?.Split(' ') ?? Families;
        Reference.Run("torchvision, onnx", "onnx_exports.py", [folder.Path, .. names]);
        var differences = names
            .Where(name => File.Exists(folder[$"{name}.onnx"]))
            .ToDictionary(name => name, name => Difference(folder, name));
        foreach (var (name, difference) in differences)
        {
            output.WriteLine($"{name}: {difference:g2}");
        }

        Assert.All(differences, network => Assert.InRange(network.Value, 0, 1e-4));
        Assert.Equal(names, differences.Keys);
    }

    [Fact]
    public void Constants_are_folded_and_parameters_stay()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        Reference.Run("torchvision, onnx", "onnx_exports.py", [folder.Path, "shufflenet_v2_x0_5"]);
        var path = folder["shufflenet_v2_x0_5.onnx"];
        var graph = OnnxFile.Read(path).Graph;
        var (folded, constants) = ConstantFolding.Fold(graph, tensor => tensor.Element != OnnxElement.Float, path);
        Assert.DoesNotContain(folded.Nodes, node => node.Operator == "Constant");
        Assert.Subset(graph.Nodes.SelectMany(node => node.Outputs).ToHashSet(), constants.ToHashSet());
        var input = OnnxFile.ReadTensor(folder["shufflenet_v2_x0_5.input.pb"]).ToTensor();
        var (before, after) = (Logits(graph, input), Logits(folded, input));
        Assert.True(before.equal(after).all().item<bool>());
    }

    private static Tensor Logits(OnnxGraph graph, Tensor input)
    {
        var stored = graph.Initializers.ToDictionary(tensor => tensor.Name, tensor => tensor.ToTensor());
        return OnnxEvaluator
            .Create(graph, "case")
            .Compute(name => stored.TryGetValue(name, out var value) ? value : input, new())
            .Single();
    }

    // The largest difference of logits, of the largest logit.
    private static double Difference(TemporaryFolder folder, string name)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var path = folder[$"{name}.onnx"];
        var graph = OnnxFile.Read(path).Graph;
        var given = graph.Initializers.ToDictionary(tensor => tensor.Name, tensor => tensor.ToTensor());
        given[graph.FreeInputs.Single().Name] = OnnxFile.ReadTensor(folder[$"{name}.input.pb"]).ToTensor();
        var expected = OnnxFile.ReadTensor(folder[$"{name}.logits.pb"]).ToTensor();
        var logits = OnnxEvaluator.Create(graph, path).Compute(value => given[value], new()).Single();
        return ((logits - expected).abs().max() / expected.abs().max()).item<float>();
    }
}
