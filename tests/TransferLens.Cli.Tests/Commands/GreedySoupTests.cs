using System.Text.Json.Nodes;
using TransferLens.Tests;

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
        Assert.Empty(members.Except(Weights));
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
        Assert.Null(alone["uniform"]);
        Assert.NotNull(alone["greedy"]);
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
