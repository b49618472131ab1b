using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.ML.OnnxRuntime;
using TransferLens.Runs;
using TransferLens.Studies.Settings;
using TransferLens.Tests;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Tasks;
using TransferLens.Vision.Tests.Models.Onnx.Export;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Cli.Tests.Runs;

/// <summary>The models that a study offers, exported by the commands of its report and run in ONNX Runtime.</summary>
public sealed partial class ExportedModelsTests(FinishedStudy finished) : IDisposable
{
    private const double Tolerance = 1e-4;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    // Any rung is within a margin of 100 points, and equal heads make averages that lose nothing.
    [Fact]
    public async Task The_commands_of_the_report_write_models_with_the_scores_that_it_states()
    {
        TinyImages.Write(folder["train"], 12, seed: 1);
        TinyImages.Write(folder["test"], 12, seed: 2);
        File.WriteAllText(
            folder["study.yaml"],
            """
            study: tiny
            network: cifar_resnet8
            images: {size: 16}
            pretrained:
              data: {format: image_folder, train: train, test: test}
              learning_rate: 0.05
              training: {epochs: 6, batch_size: 12}
            targets:
              light: {format: image_folder, train: train, test: test}
            training: {epochs: 4, batch_size: 12}
            runs:
              P-T: {init: pretrained, learning_rate: 0.02, seeds: [1, 2], init_seed: 1}
            analyses:
              model_soup:
              fine_tuning_depth: {rungs: [head, whole], margin: 100}
            """
        );
        var run = StudyRun.Read(folder["study.yaml"], new() { Folder = folder["runs", "tiny"] });
        var ended = TestContext.Current.CancellationToken;
        await run.RunAsync(cancellationToken: ended);
        run.Conclude();
        var models = JsonNode.Parse(await File.ReadAllTextAsync(run.Results, ended))!["models"]!.AsArray();
        Assert.Equal(["best", "soup", "frozen"], models.Select(model => (string?)model!["model"]));
        var report = await File.ReadAllTextAsync(run.Report, ended);
        var lines = CommandLine().Matches(report).Select(line => Tag().Replace(line.Groups[1].Value, "")).ToList();
        Assert.Equal(3, lines.Count);
        foreach (var (line, model) in lines.Zip(models))
        {
            Command.Run(run.Folder, line.Split(' ')).Ended(0);
            AssertSame(run, Path.Combine(run.Folder, line.Split(' ')[^1]), model!);
        }
    }

    [Fact]
    public void What_the_study_does_not_offer_is_refused_with_what_to_do()
    {
        Assert.Equal(
            "The study has no analysis model_soup, which offers the model 'soup'. Add it to analyses in the study "
                + "file, and run the study again.",
            Refused("--model", "soup")
        );
        Assert.Contains("or the name of a run: P-T s1, P-T s2, RI-T s1, RI-T s2.", Refused("--model", "P-T"));
        Assert.Contains("did you mean 'ink'?", Refused("--target", "inks"));
        Assert.Contains("The study states what --size is for.", Refused("--size", "16"));
        var network = Command.Run(
            folder.Path,
            "export",
            "--network",
            "resnet18",
            "--model",
            "best",
            "--output",
            "m.onnx"
        );
        Assert.Contains("--model is for a study.", network.Refused());
        Assert.Contains(
            "Name the folder of a finished study, or a network with --network.",
            Command.Run(folder.Path, "export", "--output", "m.onnx").Refused()
        );
        Assert.Empty(Directory.GetFiles(folder.Path, "*.onnx"));
    }

    [Fact]
    public void Every_run_can_be_exported_by_its_name_as_long_as_the_store_has_it()
    {
        using var study = finished.Copy();
        var run = StudyRun.Open(study.Out);
        var named = run.Plan.Runs.First(one => one.Label == "RI-T s2");
        string[] line = ["export", "runs/tiny", "--model", "RI-T s2", "--output", "m.onnx", "--json"];
        var written = JsonNode.Parse(Command.Run(study.Path, line).Ended(0).Output)!;
        Assert.Equal("RI-T s2", (string?)written["model"]);
        using var exported = Checkpoint.Read(study["m.onnx"]);
        using var trained = Checkpoint.Read(Path.Combine(study.Out, "checkpoints", "ink-RI-T_s2.safetensors"));
        Assert.All(exported, tensor => Assert.True(tensor.Value.equal(trained[tensor.Key]).all().item<bool>()));
        Directory.Delete(Path.Combine(run.Store.Folder, "artifacts", named.Train.Key), recursive: true);
        Assert.Equal(
            $"The store '{run.Store.Folder}' does not contain the task 'train ink RI-T s2' of this study: it has not "
                + "run, or was removed. Run the study again; finished tasks are kept.",
            Command.Run(study.Path, [.. line, "--force"]).Refused()
        );
    }

    [Fact]
    public void A_soup_of_a_network_by_name_and_of_its_ONNX_file_give_equal_logits_in_ONNX_Runtime()
    {
        TinyImages.Write(folder["train"], 4, seed: 1);
        foreach (var seed in (int[])[1, 2])
        {
            using var network = Networks.Create("resnet18", classes: 3, seed);
            Safetensors.Write(folder[$"{seed}.safetensors"], StateDict.Of(network));
        }

        Run("export", "--network", "resnet18", "--weights", "1.safetensors", "--output", "resnet18.onnx");
        using var images = rand([5, 3, 64, 64], generator: new Generator(7));
        using var named = Logits("resnet18");
        using var graph = Logits("resnet18.onnx");
        var largest = named.abs().max().item<float>();
        Assert.InRange((named - graph).abs().max().item<float>(), 0, Tolerance * largest);
        // They are those of the average that the command saved, and not of a member.
        using var soup = Networks.Create("resnet18", classes: 3, seed: 1);
        soup.eval();
        using var member = soup.forward(images);
        Assert.True((named - member).abs().max().item<float>() > 100 * Tolerance * largest);
        using var weights = Checkpoint.Read(folder["resnet18.safetensors"]);
        WeightsLoader.Load(soup, weights, newHead: false);
        using var expected = soup.forward(images);
        Assert.InRange((named - expected).abs().max().item<float>(), 0, Tolerance * largest);

        Tensor Logits(string network)
        {
            var saved =
                Path.GetFileNameWithoutExtension(network) + (network == "resnet18" ? "" : "-graph") + ".safetensors";
            string[] average = ["--network", network, "--weights", "1.safetensors", "2.safetensors", "--save", saved];
            Run(["soup", .. average, "--data", "train", "--size", "64"]);
            Run("export", "--network", network, "--weights", saved, "--output", $"{saved}.onnx");
            return Runtime.Compute(folder[$"{saved}.onnx"], images);
        }
    }

    [Fact]
    public void A_command_in_a_report_quotes_a_target_for_the_shell()
    {
        Assert.Equal(
            "transferlens export . --target 'ink + wash' --model soup --output ink___wash-soup.onnx",
            ExportLine.Create("soup", "ink + wash", isOnly: false)
        );
        Assert.Equal(
            "transferlens export . --target ink.2 --model best --output ink.2-best.onnx",
            ExportLine.Create("best", "ink.2", isOnly: false)
        );
    }

    private void Run(params string[] line) => Command.Run(folder.Path, line).Ended(0);

    private string Refused(params string[] options) =>
        Command
            .Run(finished.Study.Path, ["export", finished.Study.Out, .. options, "--output", folder["m.onnx"]])
            .Refused();

    // The file's logits on the test images: those of the weights, and right as often as the study says.
    private static void AssertSame(StudyRun run, string file, JsonNode model)
    {
        using var images = ImageCache.Open(run.Store.Open(run.Plan.Runs[0].TestImages.Key));
        using var network = ModelFile.LoadOwnHead(Networks.Find("cifar_resnet8"), WeightsOf(run, model));
        var measured = Evaluator.Evaluate(network, images, new(Normalization.ImageNet, 100, Precision.Float32));
        using var batch = images.Batches(images.Count, Normalization.ImageNet).Single();
        using var logits = Runtime.Compute(file, batch.Images);
        using var expected = tensor(measured.Logits.ToArray()).view(images.Count, 3);
        var largest = expected.abs().max().item<float>();
        Assert.InRange((logits - expected).abs().max().item<float>(), 0, Tolerance * largest);
        var correct = logits.argmax(1).eq(batch.Labels).to(ScalarType.Float64).mean().item<double>();
        Assert.Equal((double)model["accuracy"]!, correct, 1e-9);
        using var session = new InferenceSession(file);
        var metadata = session.ModelMetadata.CustomMetadataMap;
        Assert.Equal("""["bar","disc","ring"]""", metadata["classes"]);
        Assert.Equal(16, (int)JsonNode.Parse(metadata["preprocessing"])!["size"]!);
    }

    private static string WeightsOf(StudyRun run, JsonNode model)
    {
        var name = (string)model["name"]!;
        var copies = Path.Combine(run.Folder, "checkpoints");
        return (string)model["model"]! switch
        {
            "best" => Path.Combine(copies, $"{model["target"]}-{name}.safetensors".Replace(' ', '_')),
            "soup" => Path.Combine(copies, $"{model["target"]}-P-T-soup.safetensors".Replace(' ', '_')),
            _ => Directory
                .GetFiles(
                    Path.Combine(
                        run.Store.Open(
                            run.Plan.Tasks.Single(task => task.Title == $"train {model["target"]} {name}").Key
                        ),
                        "checkpoints"
                    )
                )
                .Order(StringComparer.Ordinal)
                .Last(),
        };
    }

    [GeneratedRegex("<code class=\"long\">(?:<span[^>]*>)transferlens (.*?)</code>")]
    private static partial Regex CommandLine();

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tag();
}
