using System.Diagnostics;
using System.Text.Json.Nodes;
using TransferLens.Tests;

namespace TransferLens.Cli.Tests.Commands;

/// <summary>Whether images are preprocessed as weights expect, on the published weights and real images.</summary>
public class PreprocessingTests(ITestOutputHelper output)
{
    private const string Python = "/usr/bin/python3";

    [Fact]
    public void What_files_beside_weights_state_gives_the_loss_of_PyTorch()
    {
        Assert.SkipUnless(
            File.Exists(Python) && Reference("-c", "import torchvision, PIL").Code == 0,
            "torchvision is missing, which is compared here: apt-get install python3-torchvision python3-pil"
        );
        using var folder = new TemporaryFolder();
        var (code, error) = Reference(Checkout.PathOf("tests", "reference", "preprocessing.py"), folder.Path);
        Assert.True(code == 0, error);
        var cases = JsonNode.Parse(File.ReadAllText(folder["cases.json"]))!.AsObject();
        List<string> problems = [];
        foreach (var (name, right) in cases)
        {
            string[] line = ["evaluate", "--network", "resnet18", "--weights", $"{name}/resnet18.pth", "--data", "images"];
            var options = right!["options"]!.AsArray().Select(option => (string)option!);
            var ended = Command
                .Run(folder.Path, [.. line, "--preprocessing", "from_weights", "--json", .. options])
                .Ended(0);
            var loss = (double)JsonNode.Parse(ended.Output)!["loss"]!;
            output.WriteLine($"{name}: {loss:F5} here, {(double)right["loss"]!:F5} by PyTorch");
            if (Math.Abs(loss - (double)right["loss"]!) > 5e-5)
            {
                problems.Add(name);
            }

            if (name == "backwards")
            {
                Assert.Contains("in the order of id2label in 'config.json' next to the weights: owl, dog, cat", ended.Error, StringComparison.Ordinal);
            }
        }

        Assert.Empty(problems);
        Assert.Equal(12, cases.Count);

        string[] given = ["--size", "64", "--resize-mode", "squash", "--normalize", "inception", "--json"];
        var written = Command.Run(
            folder.Path,
            ["evaluate", "--network", "resnet18", "--weights", "resnet18.pth", "--data", "images", .. given]
        );
        Assert.Equal(
            (double)cases["vit"]!["loss"]!,
            (double)JsonNode.Parse(written.Ended(0).Output)!["loss"]!,
            5e-5
        );
        WarnsOfOrders(folder);
    }

    // Orders of classes that are given or cannot be compared are not taken from the file, but told of.
    private static void WarnsOfOrders(TemporaryFolder folder)
    {
        string[] line =
        [
            "evaluate",
            "--network",
            "resnet18",
            "--weights",
            "backwards",
            "--data",
            "images",
            "--preprocessing",
            "from_weights",
        ];
        File.WriteAllText(folder["names.txt"], "cat\ndog\nowl\n");
        Assert.Contains(
            "Warning: --class-names differs from the order of id2label",
            Command.Run(folder.Path, [.. line, "--class-names", "names.txt"]).Ended(0).Error,
            StringComparison.Ordinal
        );
        File.WriteAllText(folder["backwards/config.json"], """{"label_names": ["tiger", "owl", "wolf"]}""");
        Assert.Contains(
            "Warning: label_names in 'config.json' next to the weights has other names (tiger, owl, wolf)",
            Command.Run(folder.Path, line).Ended(0).Error,
            StringComparison.Ordinal
        );
        File.WriteAllText(folder["backwards/config.json"], """{"id2label": {"0": "LABEL_0", "1": "LABEL_1", "2": "LABEL_2"}}""");
        Assert.Contains(
            "3 classes in text order: cat, dog, owl",
            Command.Run(folder.Path, line).Ended(0).Error,
            StringComparison.Ordinal
        );
    }

    private static (int Code, string Error) Reference(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Python, arguments) { RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, error);
    }

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
