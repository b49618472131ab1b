using System.Text.Json.Nodes;
using TransferLens.Tests;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Weights;

namespace TransferLens.Cli.Tests.Commands;

/// <summary>The command on a file of a network that is no residual network.</summary>
public sealed class OtherNetworksTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public OtherNetworksTests()
    {
        using var network = Networks.Create("mobilenet_v2", 3, seed: 1);
        using var weights = StateDict.Of(network);
        Safetensors.Write(folder["weights.safetensors"], weights);
        TinyImages.Write(folder["images"], 3, seed: 5);
    }

    [Fact]
    public void Inspect_tells_the_network_and_evaluate_and_criticality_agree_on_it()
    {
        var told = JsonNode.Parse(
            Command.Run(folder.Path, "inspect", "weights.safetensors", "--json").Ended(0).Output
        )!;
        Assert.Equal(("mobilenet_v2", 3), ((string?)told["network"], (int?)told["classes"]));

        var evaluated = JsonNode.Parse(Do("evaluate", "--json").Ended(0).Output)!;
        Assert.Equal(9, (int)evaluated["examples"]!);
        var criticality = JsonNode.Parse(Do("criticality", "--init", "weights.safetensors", "--json").Ended(0).Output)!;
        Assert.Equal((double)evaluated["loss"]!, (double)criticality["trained"]!["loss"]!, 1e-9);
        Assert.Equal(
            Networks.Find("mobilenet_v2").Modules,
            criticality["modules"]!.AsArray().Select(module => (string)module!["name"]!)
        );
        Assert.All(criticality["modules"]!.AsArray(), module =>
            Assert.Equal((double)evaluated["loss"]!, (double)module!["rewound"]!["loss"]!, 1e-9)
        );
    }

    [Fact]
    public void A_network_of_another_name_or_a_size_that_it_cannot_take_is_refused()
    {
        Assert.Contains(
            "The weights do not fit vit_tiny_patch16_224: they have none of its tensors before the head. "
                + "They fit mobilenet_v2 with 3 classes.",
            Run("vit_tiny_patch16_224", "224", "evaluate").Refused(),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "the size must be a multiple of 16, for example 32 or 48",
            Run("deit_base_patch16_224", "33", "evaluate").Refused(),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "did you mean 'mobilenet_v2'?",
            Run("mobilenet_v3", "32", "evaluate").Refused(),
            StringComparison.Ordinal
        );
    }

    public void Dispose() => folder.Dispose();

    private CommandResult Do(string command, params string[] more) => Run("mobilenet_v2", "32", command, more);

    private CommandResult Run(string network, string size, string command, params string[] more) =>
        Command.Run(
            folder.Path,
            [
                command,
                "--network",
                network,
                "--weights",
                "weights.safetensors",
                "--data",
                "images",
                "--size",
                size,
                .. more,
            ]
        );
}
