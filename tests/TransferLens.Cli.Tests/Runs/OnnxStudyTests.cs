using System.Text.Json.Nodes;
using TransferLens.Tests;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Tests.Models.Onnx.Export;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Cli.Tests.Runs;

/// <summary>A network from an ONNX file in studies and commands, compared with the same network by name.</summary>
public sealed class OnnxStudyTests : IDisposable
{
    private const string Analyses = """
        analyses:
          feature_similarity:
          parameter_distance:
          performance_barrier: {points: 3}
          module_criticality: {paths: none}

        """;

    private static string Weights => SharedData.File("weights/resnet20-12fca82f.th");

    private readonly TemporaryFolder folder = new();

    public OnnxStudyTests() =>
        Command
            .Run(folder.Path, "export", "--network", "cifar_resnet20", "--weights", Weights, "--output", "net.onnx")
            .Ended(0);

    public void Dispose() => folder.Dispose();

    // With heads that are drawn alike, which the CIFAR networks' are not.
    [Fact]
    public void A_study_gives_what_it_gives_by_name()
    {
        using (var network = Networks.Create("resnet18", classes: 5, seed: 3))
        {
            Safetensors.Write(folder["p.safetensors"], StateDict.Of(network));
        }

        string[] export = ["export", "--network", "resnet18", "--weights", "p.safetensors", "--output", "p.onnx"];
        Command.Run(folder.Path, export).Ended(0);
        var named = Run("named", "resnet18\npretrained: {weights: p.safetensors}");
        var graph = Run("graph", "p.onnx");
        Assert.Equal("p.onnx", (string)graph["network"]!);
        Assert.StartsWith("onnx:", (string)graph["networkSource"]!);
        AssertSame(named["runs"]!, graph["runs"]!);
        var (one, other) = (named["analyses"]!.AsObject(), graph["analyses"]!.AsObject());
        Assert.All(one, analysis => AssertSame(analysis.Value!, other[analysis.Key]!));
        Assert.Contains("layer4.1", one["module_criticality"]!.ToJsonString());
        // The file is needed no more, and the store keeps its copy as long as a run needs it.
        File.Delete(folder["p.onnx"]);
        Command.Run(folder.Path, "report", "runs/graph").Ended(0);
        AssertSameLogits(Exported("named"), Exported("graph"));
        var kept = Assert.Single(Directory.GetDirectories(folder["runs/store/networks"]));
        Assert.Equal((string)graph["networkSource"]!, $"onnx:{Path.GetFileName(kept)}");
        Assert.DoesNotContain("network of no run", Command.Run(folder.Path, "clean", "runs/store").Ended(0).Output);
        Directory.Delete(folder["runs/graph"], recursive: true);
        var cleaned = Command.Run(folder.Path, "clean", "runs/store", "--forget-missing", "--delete").Ended(0);
        Assert.Contains("a network of no run", cleaned.Output);
        Assert.False(Directory.Exists(kept));
    }

    private string Exported(string study)
    {
        var model = Command.Run(folder.Path, "export", $"runs/{study}", "--output", $"{study}-best.onnx").Ended(0);
        Assert.StartsWith(study == "graph" ? "p.onnx written to" : "resnet18 written to", model.Output);
        return folder[$"{study}-best.onnx"];
    }

    private static void AssertSameLogits(string one, string other)
    {
        using var images = rand([3, 3, 32, 32], generator: new Generator(1));
        using var expected = Runtime.Compute(one, images);
        using var found = Runtime.Compute(other, images);
        var largest = expected.abs().max().item<float>();
        Assert.InRange((expected - found).abs().max().item<float>(), 0, 1e-3 * largest);
    }

    [Fact]
    public void Modules_of_a_study_can_be_grouped_without_training_again()
    {
        const string Grouped = "net.onnx\nmodules: {stem: conv1, early: 'layer[12].*'}";
        File.WriteAllText(folder["grouped.yaml"], Study("grouped", Grouped) + Analyses);
        var whole = Run("whole", "net.onnx");
        var planned = Command.Run(folder.Path, "plan", "grouped.yaml").Ended(0).Output;
        Assert.Equal(2, planned.Split('\n').Count(line => line.Contains("done  train drawn ")));
        var grouped = Run("grouped", Grouped);
        AssertSame(whole["runs"]!, grouped["runs"]!);
        Assert.Single(Directory.GetDirectories(folder["runs/store/networks"]));
        var distance = grouped["analyses"]!["parameter_distance"]!.ToJsonString();
        Assert.Contains("\"early\"", distance);
        Assert.DoesNotContain("layer1.0", grouped["analyses"]!.ToJsonString());
        File.WriteAllText(folder["wrong.yaml"], Study("wrong", "net.onnx\nmodules: {late: layer9}"));
        Assert.Contains(
            "modules: 'late' matches no module of net.onnx; its modules are conv1, layer1.0",
            Command.Run(folder.Path, "plan", "wrong.yaml").Refused()
        );
    }

    [Fact]
    public void A_command_gives_what_it_gives_by_name()
    {
        string[] images = ["--data", Path.Combine(SharedData.Images("cifar10-test"), "test"), "--limit", "40", "--json"];
        var named = Measured(["--network", "cifar_resnet20", "--weights", Weights]);
        AssertSame(named, Measured(["--network", "net.onnx", "--size", "32"]));
        AssertSame(named, Measured(["--network", "net.onnx", "--weights", Weights, "--size", "32"]));
        AssertSame(named, Measured(["--network", "cifar_resnet20", "--weights", "net.onnx"]));

        JsonNode Measured(string[] network) =>
            JsonNode.Parse(Command.Run(folder.Path, ["evaluate", .. network, .. images]).Ended(0).Output)!;
    }

    [Fact]
    public void Inspect_shows_the_modules()
    {
        var document = JsonNode.Parse(Command.Run(folder.Path, "inspect", "net.onnx", "--json").Ended(0).Output)!;
        Assert.Equal("cifar_resnet20", (string)document["network"]!);
        var modules = document["onnx"]!["modules"]!.AsArray().Select(module => (string)module!["name"]!).ToList();
        Assert.Equal(11, modules.Count);
        Assert.Equal(["conv1", "layer1.0"], modules[..2]);
        Assert.Equal("linear", (string)document["onnx"]!["head"]!);
        Assert.Contains("11 modules; the head is linear", Command.Run(folder.Path, "inspect", "net.onnx").Ended(0).Output);
    }

    [Theory]
    [InlineData("network: missing.onnx", "line 2: network names '")]
    [InlineData("network: text.onnx", "line 2: network cannot be used: '")]
    public void A_file_that_is_no_network_is_refused_with_its_line(string network, string says)
    {
        File.WriteAllText(folder["text.onnx"], "This is no network.");
        File.WriteAllText(folder["study.yaml"], Study("wrong", network[9..]));
        Assert.Contains(says, Command.Run(folder.Path, "plan", "study.yaml").Refused());
    }

    // Networks by name train with an operation of their own where the processor has 512-bit vectors. Its rounding differs,
    // and four images learn whatever rounding tells them.
    private static readonly Dictionary<string, string> NarrowVectors = new()
    {
        ["DOTNET_EnableAVX512"] = "0",
        ["DOTNET_EnableAVX512F"] = "0",
    };

    private JsonNode Run(string name, string network)
    {
        File.WriteAllText(folder[$"{name}.yaml"], Study(name, network) + Analyses);
        using var run = Command.StartWith(folder.Path, NarrowVectors, [], ["run", $"{name}.yaml"]);
        run.End().Ended(0);
        return JsonNode.Parse(File.ReadAllText(folder[$"runs/{name}/results.json"]))!;
    }

    private static string Study(string name, string network) =>
        $$"""
            study: {{name}}
            network: {{network}}
            images: {size: 32}
            targets:
              drawn: {format: synthetic, style: clipart, train: 4, test: 2}
            training: {epochs: 1, batch_size: 16}
            runs:
              P-T: {init: pretrained, learning_rate: 0.01, seeds: [1]}
              RI-T: {init: random, learning_rate: 0.01}

            """;

    // The same structure, and the same numbers but for rounding.
    private static void AssertSame(JsonNode one, JsonNode other)
    {
        var (expected, found) = (Leaves(one, "").ToList(), Leaves(other, "").ToList());
        Assert.Equal(expected.Select(leaf => leaf.Path), found.Select(leaf => leaf.Path));
        Assert.All(expected.Zip(found), pair =>
        {
            if (pair.First.Value is JsonValue value && value.TryGetValue<double>(out var number))
            {
                Assert.InRange((double)pair.Second.Value - number, -Tolerance(number), Tolerance(number));
            }
            else
            {
                Assert.Equal($"{pair.First.Value}", $"{pair.Second.Value}");
            }
        });
    }

    private static double Tolerance(double number) => 1e-4 * (1 + Math.Abs(number));

    private static IEnumerable<(string Path, JsonNode Value)> Leaves(JsonNode node, string path) =>
        node switch
        {
            JsonObject map => map.SelectMany(entry => entry.Value is null ? [] : Leaves(entry.Value, $"{path}.{entry.Key}")),
            JsonArray list => list.SelectMany((item, i) => item is null ? [] : Leaves(item, $"{path}.{i}")),
            _ => [(path, node)],
        };
}
