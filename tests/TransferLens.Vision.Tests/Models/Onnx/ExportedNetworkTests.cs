using System.Globalization;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Models.Onnx;
using TransferLens.Vision.Models.Onnx.Evaluation;
using TransferLens.Vision.Models.Onnx.Files;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Models.Onnx;

/// <summary>Networks that PyTorch exported with an open batch size.</summary>
public sealed class ExportedNetworkTests(ExportedNetworks networks, ITestOutputHelper output)
{
    // The file for the table of docs/onnx.md.
    private const string Table = "TRANSFERLENS_ONNX_TABLE";

    private static readonly string[] Few =
    [
        "efficientnet_b0",
        "mobilenet_v3_small",
        "resnet18",
        "shufflenet_v2_x0_5",
        "tiny_swin",
    ];

    [Fact]
    public void Networks_from_files_give_the_logits_of_PyTorch()
    {
        var failures = new List<string>();
        foreach (var name in ExportedNetworks.Choose(Few, () => ExportedNetworks.OfTorchvision))
        {
            var exported = networks.Get(name, ExportedNetworks.OptionsFor(name));
            var (row, difference, modules) = Try(exported);
            ExportedNetworks.Release(exported);
            output.WriteLine($"{row} {modules}");
            if (Environment.GetEnvironmentVariable(Table) is { } table)
            {
                File.AppendAllText(table, $"{row}\n");
                File.AppendAllText($"{table}.modules", $"{name}: {modules}\n");
            }

            if (difference is not <= 1e-4)
            {
                failures.Add(row);
            }
        }

        Assert.Empty(failures);
    }

    [Fact]
    public void Constants_are_folded_and_parameters_stay()
    {
        using var scope = NewDisposeScope();
        var network = networks.Get("shufflenet_v2_x0_5", "--gradients");
        var graph = OnnxFile.Read(network.File).Graph;
        var (folded, constants) = ConstantFolding.Fold(
            graph,
            tensor => tensor.Element != OnnxElement.Float,
            network.File
        );
        Assert.DoesNotContain(folded.Nodes, node => node.Operator == "Constant");
        Assert.Subset(graph.Nodes.SelectMany(node => node.Outputs).ToHashSet(), constants.ToHashSet());
        var (before, after) = (Logits(graph, network.Images), Logits(folded, network.Images));
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

    // A row of the table, the difference of the logits (null for a network that is not read), and the modules.
    private static (string Row, double? Difference, string Modules) Try(ExportedNetwork exported)
    {
        if (!File.Exists(exported.File))
        {
            return ($"| {exported.Name} | not exported by PyTorch 1.13 | | |", null, "");
        }

        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        try
        {
            using var network = exported.Open();
            var difference = exported.Difference(network.forward(exported.Images));
            var modules = string.Join(' ', network.Modules.Select(module => module.Name));
            var text = difference.ToString("0.0e-0", CultureInfo.InvariantCulture);
            return ($"| {exported.Name} | yes | {text} | {network.Modules.Length} |", difference, modules);
        }
        catch (InputException refused)
        {
            return ($"| {exported.Name} | {refused.Message} | | |", null, "");
        }
    }
}
