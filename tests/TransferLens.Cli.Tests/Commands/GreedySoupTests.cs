using System.Text.Json.Nodes;
using TransferLens.Tests;
using TransferLens.Vision.Weights;

namespace TransferLens.Cli.Tests.Commands;

public sealed class GreedySoupTests(FinishedStudy finished) : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_greedy_soup_is_measured_beside_the_uniform_one_and_its_weights_are_written()
    {
        string[] saved = ["--save", folder["soup.safetensors"], "--recalibrate-on", Data("train")];
        var document = JsonNode.Parse(Run([.. saved, "--validation", Data("train"), "--json"]).Ended(0).Output)!;
        var (greedy, uniform) = (document["greedy"]!, document["uniform"]!);
        Assert.Equal((double)document["soup"]!["accuracy"]!, (double)uniform["accuracy"]!);
        Assert.NotNull(document["ensemble"]!["accuracy"]);
        var members = greedy["members"]!.AsArray().Select(member => (string)member!).ToList();
        Assert.Empty(members.Except(Weights.Select(file => Path.GetFileName(file))));
        var steps = greedy["steps"]!.AsArray();
        Assert.Equal(3, steps.Count);
        Assert.Equal(members, steps.Where(step => (bool)step!["added"]!).Select(step => (string)step!["file"]!));
        Assert.True((double)greedy["validation"]! >= steps.Max(step => (double)step!["validation"]!));
        var evaluated = JsonNode.Parse(
            Command
                .Run(
                    folder.Path,
                    [
                        "evaluate",
                        "--network",
                        "cifar_resnet8",
                        "--weights",
                        folder["soup.safetensors"],
                        "--data",
                        Data("test"),
                        "--size",
                        "16",
                        "--json",
                    ]
                )
                .Ended(0)
                .Output
        )!;
        Assert.Equal((double)evaluated["accuracy"]!, (double)greedy["accuracy"]!);
    }

    [Fact]
    public void Without_validation_images_there_is_no_greedy_soup()
    {
        var document = JsonNode.Parse(Run("--json").Ended(0).Output)!;
        Assert.Null(document["greedy"]);
        Assert.NotNull(document["uniform"]);
        Assert.Equal(
            "--method greedy needs images that choose the members. Add --validation, with images that are not in --data.",
            Run("--method", "greedy").Refused()
        );
        Assert.Contains("Remove one of them", Run("--method", "uniform", "--validation", Data("train")).Refused());
        var alone = JsonNode.Parse(Run("--method", "greedy", "--validation", Data("train"), "--json").Ended(0).Output)!;
        Assert.NotNull(alone["greedy"]);
        // Numbers of the uniform soup would be taken for those of the greedy one.
        string[] uniform = ["uniform", "soup", "raw", "gainOverMean", "gainOverBest", "overEnsemble"];
        Assert.All(uniform, name => Assert.False(alone.AsObject().ContainsKey(name)));
        Assert.All(uniform, name => Assert.True(document.AsObject().ContainsKey(name)));
    }

    [Fact]
    public void The_text_has_the_soup_that_was_asked_for_and_says_last_which_was_written()
    {
        var file = folder["soup.safetensors"];
        string[] saved = ["--save", file, "--force"];
        var greedy = Run([.. saved, "--validation", Data("train"), "--method", "greedy"]).Ended(0).Output;
        Assert.StartsWith("Greedy soup of ", greedy, StringComparison.Ordinal);
        Assert.DoesNotContain("uniform", greedy, StringComparison.OrdinalIgnoreCase);
        Assert.EndsWith($"Greedy soup written to {file}\n", greedy, StringComparison.Ordinal);
        var both = Run([.. saved, "--validation", Data("train")]).Ended(0).Output;
        Assert.Contains("Gain of the uniform soup:", both, StringComparison.Ordinal);
        Assert.EndsWith($"Greedy soup written to {file}\n", both, StringComparison.Ordinal);
        var uniform = Run(saved).Ended(0).Output;
        Assert.EndsWith($"Uniform soup written to {file}\n", uniform, StringComparison.Ordinal);
    }

    [Fact]
    public void The_file_says_what_running_statistics_were_recomputed_from()
    {
        string[] saved = ["--save", folder["soup.safetensors"], "--force"];
        Run(saved).Ended(0);
        Assert.Equal("recomputed on the images of --data", Statistics());
        Run([.. saved, "--recalibrate-on", Data("train")]).Ended(0);
        Assert.Equal("recomputed on the images of --recalibrate-on", Statistics());

        string Statistics() => Safetensors.ReadMetadata(folder["soup.safetensors"])["running_statistics"];
    }

    [Fact]
    public void Validation_images_that_are_test_images_are_refused_whatever_their_names()
    {
        Assert.Equal(
            "18 of the 18 images of --validation are also in --data (equal content), so scores would be too high. "
                + "Remove them from one of the two.",
            Run("--validation", Data("test")).Refused()
        );
        TinyImages.Write(folder["mixed"], 4, seed: 9, inked: true);
        File.Copy(
            finished.Study["target", "test", "ring", "00.png"],
            Path.Combine(folder["mixed"], "ring", "another name.png")
        );
        Assert.StartsWith(
            "1 of the 13 images of --validation are also in --data",
            Run("--validation", folder["mixed"]).Refused(),
            StringComparison.Ordinal
        );
    }

    private IEnumerable<string> Weights =>
        ((string[])["P-T_s1", "P-T_s2", "RI-T_s1"]).Select(run =>
            finished.Study["runs", "tiny", "checkpoints", $"ink-{run}.safetensors"]
        );

    private string Data(string part) => finished.Study["target", part];

    private CommandResult Run(params string[] more) =>
        Command.Run(
            folder.Path,
            [
                "soup",
                "--network",
                "cifar_resnet8",
                "--weights",
                .. Weights,
                "--data",
                Data("test"),
                "--size",
                "16",
                .. more,
            ]
        );
}
