using System.Text.Json.Nodes;
using TransferLens.Tests;
using TransferLens.Vision.Tests.Models.Onnx;

namespace TransferLens.Cli.Tests.Runs;

/// <summary>Studies of networks that PyTorch exported: they are trained, frozen, compared and rewound.</summary>
public sealed class ExportedStudyTests(ITestOutputHelper output) : IDisposable
{
    private const string Names = "TRANSFERLENS_ONNX_NETWORKS";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Every_analysis_runs_on_a_network_from_a_file()
    {
        foreach (var name in Environment.GetEnvironmentVariable(Names)?.Split(' ') ?? ["squeezenet1_1"])
        {
            Reference.Run("torchvision, onnx", "onnx_exports.py", [folder.Path, name]);
            File.WriteAllText(folder[$"{name}.yaml"], Study(name));
            Command.Run(folder.Path, "run", $"{name}.yaml").Ended(0);
            Check(name, JsonNode.Parse(File.ReadAllText(folder[$"runs/{name}/results.json"]))!);
            File.Delete(folder[$"{name}.onnx"]);
            Directory.Delete(folder["runs"], recursive: true);
        }
    }

    private void Check(string name, JsonNode results)
    {
        Assert.All(results["runs"]!.AsArray(), run => Assert.Equal("finished", (string)run!["status"]!));
        var analyses = results["analyses"]!;
        Assert.All(
            ["feature_similarity", "parameter_distance", "performance_barrier", "module_criticality", "weight_spectrum", "fine_tuning_depth"],
            analysis => Assert.NotNull(analyses[analysis])
        );
        var rewound = analyses["module_criticality"]![0]!["rewinding"]!["modules"]!.AsArray();
        var compared = analyses["feature_similarity"]![0]!["pairs"]![0]!["modules"]!.AsArray();
        Assert.Equal(compared.Select(module => (string)module!["name"]!), rewound.Select(module => (string)module!["name"]!));
        var barrier = analyses["performance_barrier"]![0]!;
        Assert.Equal(3, barrier["raw"]!["points"]!.AsArray().Count);
        var recalibrated = barrier["recalibrated"] is null ? "not" : "also";
        output.WriteLine($"| {name} | {rewound.Count} | {recalibrated} recalibrated |");
    }

    private static string Study(string name) =>
        $$"""
            study: {{name}}
            network: {{name}}.onnx
            images: {size: {{SizeFor(name)}}}
            targets:
              drawn: {format: synthetic, style: clipart, train: 2, test: 1}
            training: {epochs: 1, batch_size: 16}
            runs:
              P-T: {init: pretrained, learning_rate: 0.001, seeds: [1, 2]}
              frozen: {init: pretrained, learning_rate: 0.001, freeze: backbone}
            analyses:
              feature_similarity:
              parameter_distance:
              performance_barrier: {points: 3}
              module_criticality: {paths: none, check_frozen: false}
              weight_spectrum:
              fine_tuning_depth: {rungs: [last_stage]}

            """;

    // The size of the file, where the graph takes no other.
    private static int SizeFor(string name) =>
        name.StartsWith("alexnet", StringComparison.Ordinal) || name.StartsWith("swin", StringComparison.Ordinal)
            ? 224
            : 64;
}
