using System.Text.Json.Nodes;
using TransferLens.Tests;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Weights;

namespace TransferLens.Cli.Tests.Commands;

/// <summary><c>similarity --tokens</c> on vision transformers.</summary>
public class SimilarityTokensTests
{
    [Fact]
    public void The_class_token_and_the_patches_are_compared_on_their_own()
    {
        using var folder = new TemporaryFolder();
        TinyImages.Write(folder["images"], 8, seed: 1);
        foreach (var seed in (int[])[1, 2])
        {
            using var network = Networks.Create("vit_tiny_patch16_224", 3, seed);
            using var weights = StateDict.Of(network);
            Safetensors.Write(folder[$"{seed}.safetensors"], weights);
        }

        var (both, first, patches) = (Measure("both"), Measure("class"), Measure("patches"));
        Assert.Equal("both", (string?)Measure().Document["tokens"]);
        Assert.Equal(both.Block, Measure().Block);
        Assert.Equal(("class", "patches"), ((string?)first.Document["tokens"], (string?)patches.Document["tokens"]));
        Assert.Equal(3, new[] { both.Block, first.Block, patches.Block }.Distinct().Count());
        // The logits have no tokens.
        Assert.Equal((both.Head, both.Head), (first.Head, patches.Head));
        var text = Run("--tokens", "patches").Ended(0).Output;
        Assert.Contains("24 images, patches of transformers.", text, StringComparison.Ordinal);
        Assert.Contains("'cls'", Run("--tokens", "cls").Ended(2).Error, StringComparison.Ordinal);

        (JsonNode Document, double Block, double Head) Measure(string? tokens = null)
        {
            var document = JsonNode.Parse(
                Run([.. tokens is null ? [] : (string[])["--tokens", tokens], "--json"]).Ended(0).Output
            )!;
            return (document, Cka(document, "blocks.5"), Cka(document, "head"));
        }

        CommandResult Run(params string[] more) =>
            Command.Run(
                folder.Path,
                [
                    "similarity",
                    .. (string[])["--network", "vit_tiny_patch16_224", "--data", "images", "--size", "32"],
                    .. (string[])["--weights", "1.safetensors", "2.safetensors"],
                    .. more,
                ]
            );
    }

    private static double Cka(JsonNode document, string module) =>
        (double)document["modules"]!.AsArray().Single(one => (string?)one!["name"] == module)!["debiased"]!;
}
