using System.Text.Json.Nodes;
using TransferLens.Tests;

namespace TransferLens.Cli.Tests.Commands;

/// <summary>Whether images are preprocessed as weights expect, on the published weights and real images.</summary>
public class PreprocessingTests
{
    [Fact]
    public void The_normalization_that_the_weights_were_trained_with_is_found()
    {
        using var folder = new TemporaryFolder();
        string[] given =
        [
            "--network",
            "cifar_resnet20",
            "--weights",
            SharedData.File("weights/resnet20-12fca82f.th"),
            "--data",
            Path.Combine(SharedData.Images("cifar10-test"), "test"),
            "--limit",
            "300",
        ];
        var wrong = JsonNode.Parse(
            Command
                .Run(folder.Path, ["evaluate", .. given, "--normalize", "none", "--check-preprocessing", "--json"])
                .Ended(0)
                .Output
        )!;
        Assert.Equal("imagenet", (string?)wrong["preprocessing"]!["better"]);
        Assert.Equal("none", (string?)wrong["preprocessing"]!["chosen"]);
        Assert.Equal(
            (double)wrong["loss"]!,
            (double)wrong["preprocessing"]!["normalizations"]![0]!["loss"]!,
            1e-12
        );
        Assert.All(wrong["preprocessing"]!["normalizations"]!.AsArray().Skip(1), other =>
            Assert.Equal(
                (double)other!["loss"]! - (double)wrong["loss"]!,
                (double)other["lossAboveChosen"]!["value"]!,
                1e-5
            )
        );

        var doctor = Command.Run(folder.Path, ["doctor", .. given]).Ended(0).Output;
        Assert.Contains(
            "pass  preprocessing: No normalization has a detectably lower loss than imagenet.",
            doctor,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "--data is missing",
            Command.Run(folder.Path, ["doctor", .. given[..4]]).Ended(2).Error,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Preprocessing_is_taken_from_beside_the_weights_and_options_go_first()
    {
        using var folder = new TemporaryFolder();
        File.Copy(SharedData.File("weights/resnet20-12fca82f.th"), folder["resnet20.th"]);
        File.WriteAllText(
            folder["config.json"],
            """
            {"pretrained_cfg": {"input_size": [3, 32, 32], "crop_pct": 1.0, "interpolation": "bicubic",
             "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]}}
            """
        );
        string[] given =
        [
            "evaluate",
            "--network",
            "cifar_resnet20",
            "--weights",
            "resnet20.th",
            "--data",
            Path.Combine(SharedData.Images("cifar10-test"), "test"),
            "--limit",
            "100",
            "--json",
        ];
        var usual = Loss([.. given, "--normalize", "imagenet"]);
        Assert.Equal(usual, Loss([.. given, "--preprocessing", "from_weights"]));
        Assert.NotEqual(usual, Loss([.. given, "--preprocessing", "from_weights", "--normalize", "none"]));

        double Loss(string[] arguments) =>
            (double)JsonNode.Parse(Command.Run(folder.Path, arguments).Ended(0).Output)!["loss"]!;
    }
}
