using System.Globalization;
using TransferLens.Studies.Inputs;
using TransferLens.Tests;
using TransferLens.Vision.Models.Onnx;
using TransferLens.Vision.Models.Onnx.Evaluation;
using TransferLens.Vision.Models.Onnx.Files;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Models.Onnx;

/// <summary>Networks that PyTorch exported with an open batch size.</summary>
public sealed class ExportedNetworkTests(ITestOutputHelper output)
{
    // Which networks to try, instead of a few small ones, and the file for the table of docs/onnx.md.
    private const string Names = "TRANSFERLENS_ONNX_NETWORKS";
    private const string Table = "TRANSFERLENS_ONNX_TABLE";

    private static readonly string[] Families =
    [
        "efficientnet_b0",
        "mobilenet_v3_small",
        "regnet_y_400mf",
        "resnet18",
        "shufflenet_v2_x0_5",
        "squeezenet1_1",
        "swin_t",
    ];

    [Fact]
    public void Networks_from_files_give_the_logits_of_PyTorch()
    {
        var failures = new List<string>();
        foreach (var name in Environment.GetEnvironmentVariable(Names)?.Split(' ') ?? Families)
        {
            using var folder = new TemporaryFolder();
            ExportedNetwork.Export(folder, name);
            var (row, difference, modules) = Try(new(folder, name));
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
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        ExportedNetwork.Export(folder, "shufflenet_v2_x0_5");
        var network = new ExportedNetwork(folder, "shufflenet_v2_x0_5");
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
