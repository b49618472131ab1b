using System.Globalization;
using System.Text.Json.Nodes;
using TransferLens.Tests;

namespace TransferLens.Cli.Tests.Commands;

/// <summary>What <c>transferlens criticality</c> prints, for people and as a document.</summary>
public sealed class CriticalityTests(FinishedStudy finished) : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void The_document_has_both_forms_of_rewinding_and_counts_modules_without_mu()
    {
        TinyImages.Write(folder["test"], 3, seed: 5);
        TinyImages.Write(folder["train"], 7, seed: 6);
        string[] path = ["--paths", "direct", "--alphas", "1", "--sigmas", "100", "--draws", "1", "--eps", "0"];
        var document = JsonNode.Parse(Said(["--recalibrate-on", "train", "--json", .. path]))!;
        Assert.Equal("the images of --recalibrate-on", (string?)document["recalibratedOn"]);
        var (raw, trained) = (document["trained"]!, document["trainedRecalibrated"]!);
        AssertPerformance(raw);
        AssertPerformance(trained);
        Assert.NotEqual((double)raw["loss"]!, (double)trained["loss"]!);
        var modules = document["modules"]!.AsArray();
        Assert.Equal(
            ["conv1", "layer1.0", "layer2.0", "layer3.0", "linear"],
            modules.Select(module => (string?)module!["name"])
        );
        Assert.All(modules, module =>
        {
            AssertPerformance(module!["rewound"]!);
            AssertPerformance(module["recalibrated"]!);
            Assert.NotEqual((double)module["rewound"]!["loss"]!, (double)module["recalibrated"]!["loss"]!);
            AssertLost(raw, module["rewound"]!, module["accuracyLost"]!);
            AssertLost(trained, module["recalibrated"]!, module["recalibrated"]!["accuracyLost"]!);
        });
        Assert.Equal(
            modules.Count(module => module!["mu"] is null),
            (int)document["path"]!["undefinedModules"]!
        );
        Assert.Null(document["path"]!["score"]);
    }

    [Fact]
    public void The_table_has_both_forms_and_tells_which_images_statistics_are_from()
    {
        TinyImages.Write(folder["test"], 3, seed: 5);
        var document = JsonNode.Parse(Said(["--json"]))!;
        var said = Said([]);
        Assert.Contains(
            "recomputed from the evaluated images themselves, since --recalibrate-on was not given: 9 images.",
            said,
            StringComparison.Ordinal
        );
        var lines = said.Split('\n');
        Assert.Contains("recalibrated", lines[0], StringComparison.Ordinal);
        Assert.All(document["modules"]!.AsArray(), module =>
        {
            var line = Assert.Single(lines, one => one.StartsWith($"{module!["name"]} ", StringComparison.Ordinal));
            Assert.Contains(Loss(module!["rewound"]!), line, StringComparison.Ordinal);
            Assert.Contains(Loss(module["recalibrated"]!), line, StringComparison.Ordinal);
        });
    }

    public void Dispose() => folder.Dispose();

    private static string Loss(JsonNode performance) =>
        ((double)performance["loss"]!).ToString("0.0000", CultureInfo.InvariantCulture);

    private static void AssertPerformance(JsonNode performance)
    {
        Assert.InRange((double)performance["accuracy"]!, 0, 1);
        Assert.InRange((double)performance["loss"]!, 0, 1e6);
    }

    private static void AssertLost(JsonNode trained, JsonNode rewound, JsonNode lost)
    {
        Assert.Equal((double)trained["accuracy"]! - (double)rewound["accuracy"]!, (double)lost["mean"]!, 1e-9);
        Assert.InRange((double)lost["mean"]!, (double)lost["low"]!, (double)lost["high"]!);
    }

    private string Said(string[] more) =>
        Command
            .Run(
                folder.Path,
                [
                    "criticality",
                    "--network",
                    "cifar_resnet8",
                    "--weights",
                    Weights("P-T_s1"),
                    "--init",
                    Weights("RI-T_s1"),
                    "--data",
                    "test",
                    "--size",
                    "16",
                    .. more,
                ]
            )
            .Ended(0)
            .Output;

    private string Weights(string run) => finished.Study["runs", "tiny", "checkpoints", $"ink-{run}.safetensors"];
}
