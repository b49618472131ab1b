using System.Text.Json.Nodes;
using TransferLens.Tests;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Weights;

namespace TransferLens.Cli.Tests.Commands;

public sealed class ProbeTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Weights_with_another_head_or_none_give_the_same_probes_of_every_module_and_a_control()
    {
        TinyImages.Write(folder["train"], 8, seed: 5);
        TinyImages.Write(folder["test"], 4, seed: 6);
        using (var network = Networks.Create("cifar_resnet8", 11, seed: 3))
        {
            using var whole = StateDict.Of(network);
            Safetensors.Write(folder["whole.safetensors"], whole);
            using var body = new StateDict([
                .. whole
                    .Where(entry => !entry.Key.StartsWith("linear.", StringComparison.Ordinal))
                    .Select(entry => KeyValuePair.Create(entry.Key, entry.Value.clone())),
            ]);
            Safetensors.Write(folder["body.safetensors"], body);
        }

        var document = Probe("whole.safetensors");
        Assert.True(JsonNode.DeepEquals(document, Probe("body.safetensors")));
        Assert.Equal((24, 12), ((int)document["train"]!, (int)document["test"]!));
        var modules = document["modules"]!.AsArray();
        Assert.Equal(["conv1", "layer1.0", "layer2.0", "layer3.0"], modules.Select(module => (string?)module!["name"]));
        Assert.All(modules, module =>
        {
            Assert.InRange((double)module!["logistic"]!["accuracy"]!, 0, 1);
            Assert.Equal(0.5, (double)module["logistic"]!["c"]!);
            Assert.Equal(3, (int)module["knn"]!["k"]!);
        });
        Assert.Equal(4, document["random"]!["modules"]!.AsArray().Count);

        // The other classes of the test images are found by name, and a class of their own is an error.
        Directory.Delete(folder["test", "bar"], recursive: true);
        Assert.Equal(8, (int)Probe("body.safetensors", "--no-control")["test"]!);
        Directory.Move(folder["test", "disc"], folder["test", "square"]);
        Assert.Contains("The class 'square' is in the test images", Run("body.safetensors").Ended(2).Error);
    }

    private JsonNode Probe(string weights, params string[] more) =>
        JsonNode.Parse(Run(weights, [.. more, "--json"]).Ended(0).Output)!;

    private CommandResult Run(string weights, params string[] more) =>
        Command.Run(
            folder.Path,
            [
                "probe",
                "--network",
                "cifar_resnet8",
                "--weights",
                weights,
                "--train-data",
                "train",
                "--data",
                "test",
                "--size",
                "16",
                "--c",
                "0.5",
                "--k",
                "3",
                .. more,
            ]
        );
}
