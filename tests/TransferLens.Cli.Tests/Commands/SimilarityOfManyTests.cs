using System.Text.Json.Nodes;
using TransferLens.Cli.Output;
using TransferLens.Tests;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Weights;

namespace TransferLens.Cli.Tests.Commands;

/// <summary><c>similarity</c> with three checkpoints or more.</summary>
public sealed class SimilarityOfManyTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public SimilarityOfManyTests()
    {
        TinyImages.Write(folder["images"], 6, seed: 1);
        Write("cifar_resnet8", 1, "a/last.safetensors");
        Write("cifar_resnet8", 2, "b/last.safetensors");
        Write("cifar_resnet20", 3, "c.safetensors");
        Write("vit_tiny_patch16_224", 4, "v.safetensors");
    }

    [Fact]
    public void Every_model_is_compared_with_every_other_in_the_modules_that_all_have()
    {
        string[] networks = ["cifar_resnet8", "cifar_resnet8", "cifar_resnet20"];
        string[] weights = ["a/last.safetensors", "b/last.safetensors", "c.safetensors"];
        var document = JsonNode.Parse(Run(networks, weights, "--json").Ended(0).Output)!;
        Assert.Equal(
            ["a/last.safetensors", "b/last.safetensors", "c.safetensors"],
            document["models"]!.AsArray().Select(name => (string)name!)
        );
        Assert.Equal((18, "exact"), ((int)document["examples"]!, (string)document["form"]!));
        var pair = JsonNode.Parse(Run(networks[1..], weights[1..], "--json").Ended(0).Output)!;
        var modules = document["modules"]!.AsArray();
        Assert.Equal(
            ["conv1", "layer1.0", "layer2.0", "layer3.0", "linear"],
            modules.Select(module => (string)module!["name"]!)
        );
        foreach (var (module, alone) in modules.Zip(pair["modules"]!.AsArray()))
        {
            Assert.Equal((string)alone!["name"]!, (string)module!["name"]!);
            Assert.Equal((double)alone["debiased"]!, (double)module["debiased"]![1]![2]!, 1e-9);
            Assert.Equal((double)alone["biased"]!, (double)module["biased"]![2]![1]!, 1e-9);
            Assert.Equal(1, (double)module["debiased"]![0]![0]!, 1e-6);
            Assert.Equal(2, module["tree"]!["merges"]!.AsArray().Count);
        }

        var left = Assert.Single(document["leftOut"]!.AsArray())!;
        Assert.Equal(("c.safetensors", 6), ((string)left["model"]!, left["modules"]!.AsArray().Count));

        var text = Run(networks, weights, "--output", "figures").Ended(0);
        Assert.Contains("layer3.0, debiased", text.Output, StringComparison.Ordinal);
        Assert.Contains("├─ ", text.Output, StringComparison.Ordinal);
        Assert.Contains(
            "Left out, since not every network has a module of that name: layer1.1,",
            text.Output,
            StringComparison.Ordinal
        );
        Assert.Contains(
            $"Figures written to {folder["figures"]}",
            text.Error.ReplaceLineEndings(" "),
            StringComparison.Ordinal
        );
        Assert.Equal(5 * 4, Directory.GetFiles(folder["figures"]).Length);
        Assert.True(File.Exists(folder["figures", "similarity-layer3.0-tree.svg"]));
    }

    [Fact]
    public void What_cannot_be_compared_is_refused_in_a_sentence()
    {
        string[] three = ["a/last.safetensors", "b/last.safetensors", "a/last.safetensors"];
        Assert.Contains(
            "--all-pairs compares two checkpoints, but --weights was given 3.",
            Run(["cifar_resnet8"], three, "--all-pairs").Ended(2).Error,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "--output draws three checkpoints or more, but --weights was given two.",
            Run(["cifar_resnet8"], three[..2], "--output", "figures").Ended(2).Error,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "is a file. Name a folder with --output.",
            Run(["cifar_resnet8"], three, "--output", "c.safetensors").Ended(2).Error,
            StringComparison.Ordinal
        );
        Assert.Equal(
            $"The folder '{folder["c.safetensors", "figures"]}' of --output cannot be written. Name another.",
            Run(["cifar_resnet8"], three, "--output", "c.safetensors/figures").Refused()
        );
        // The request is refused for another reason, and leaves no folder.
        Run(["cifar_resnet8"], [.. three[..2], "v.safetensors"], "--output", "new/figures").Refused();
        Assert.False(Directory.Exists(folder["new"]));
        Assert.Contains(
            "have no module name in common, so their modules cannot be compared by name.",
            Run(["cifar_resnet8", "cifar_resnet8", "vit_tiny_patch16_224"], [.. three[..2], "v.safetensors"])
                .Ended(2)
                .Error,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Models_of_equal_file_names_have_their_folders_added()
    {
        Assert.Equal(["x.pth", "y.pth"], Names("/r/a/x.pth", "/r/b/y.pth"));
        Assert.Equal(["a/x.pth", "b/x.pth", "y.pth"], Names("/r/a/x.pth", "/r/b/x.pth", "/r/b/y.pth"));
        Assert.Equal(["1/a/x.pth", "2/a/x.pth"], Names("/r/1/a/x.pth", "/r/2/a/x.pth"));
        Assert.Equal(["/x", "/x (2)"], Names("/x", "/x").Select(name => $"/{name}"));
        Assert.Equal(["hf:o/x", "o/x"], Names("hf:o/x", "/hf/o/x", "/hf/p/x")[..2]);

        static string[] Names(params string[] files) =>
            [.. ModelNames.Create([.. files.Select(file => new FileInfo(file))])];
    }

    public void Dispose() => folder.Dispose();

    private void Write(string name, int seed, string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(folder[file])!);
        using var network = Networks.Create(name, 3, seed);
        using var weights = StateDict.Of(network);
        Safetensors.Write(folder[file], weights);
    }

    private CommandResult Run(string[] networks, string[] weights, params string[] more) =>
        Command.Run(
            folder.Path,
            [
                "similarity",
                .. (string[])["--data", "images", "--size", "32", "--network"],
                .. networks,
                "--weights",
                .. weights,
                .. more,
            ]
        );
}
