using System.Globalization;
using System.Text.Json.Nodes;
using SkiaSharp;
using TransferLens.Cli.Tests.Files;
using TransferLens.Runs;
using TransferLens.Studies.Plans;
using TransferLens.Tests;

namespace TransferLens.Cli.Tests.Runs;

/// <summary>A whole study of images that may show several labels, and the commands on them.</summary>
public sealed class LabelsTests : IDisposable
{
    private static readonly string[] Labels = ["red", "green", "blue", "never"];
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void A_study_and_every_command_judge_several_labels_by_the_mean_AUC()
    {
        Write("source", 24, 1, inked: false);
        Write("target", 24, 3, inked: true);
        File.WriteAllText(folder["study.yaml"], Study);
        Command.Run(folder.Path, TinyStudy.RunArguments()).Ended(0);
        var text = File.ReadAllText(folder["runs", "many", "results.json"]);
        var results = JsonNode.Parse(text)!;
        Assert.Equal(
            Catalog.Default.Analyses.Select(analysis => analysis.Name),
            results["analyses"]!.AsObject().Select(analysis => analysis.Key)
        );
        Assert.DoesNotContain("accurac", text, StringComparison.Ordinal);
        Assert.All(results["runs"]!.AsArray(), run =>
        {
            Assert.InRange((double)run!["auc"]!, (double)run["low"]!, (double)run["high"]!);
            Assert.Equal("binary_cross_entropy", (string?)run["training"]!["loss"]);
            var never = run["labels"]!.AsArray()[3]!;
            Assert.Equal(("never", null, 0), ((string?)never["name"], (double?)never["auc"], (int)never["positives"]!));
            Assert.Equal(
                (double)run["auc"]!,
                run["labels"]!.AsArray().Take(3).Average(label => (double)label!["auc"]!),
                1e-9
            );
        });
        Assert.DoesNotContain(
            "accurac",
            File.ReadAllText(folder["runs", "many", "tables", "learning_curves.csv"]),
            StringComparison.Ordinal
        );
        var table = File.ReadAllLines(folder["runs", "many", "tables", "labels.csv"]);
        Assert.Equal("target,run,seed,label,positives,negatives,AUC,low,high", table[0]);
        Assert.Equal(4 * results["runs"]!.AsArray().Count, table.Length - 1);
        Assert.Equal(
            (double)results["runs"]![0]!["labels"]![0]!["auc"]!,
            double.Parse(table[1].Split(',')[6], CultureInfo.InvariantCulture),
            1e-12
        );
        Assert.Equal("ink,P-T,1,never,0,24,,,", table[4]);
        Assert.True(File.Exists(folder["runs", "many", "tables", "labels.parquet"]));
        Assert.Contains(
            "is left out of the mean",
            File.ReadAllText(folder["runs", "many", "report.html"]),
            StringComparison.Ordinal
        );
        var wrong = Assert.Single(Reader.Validate("results.schema.json", [text]));
        Assert.True(
            wrong.Count == 0,
            string.Join('\n', wrong.Select(error => error.In("results.schema.json")).Distinct())
        );
        var (code, said) = Reader.Claims(folder["runs", "many"]);
        Assert.True(code == 0, said);
        Commands(results);
    }

    [Fact]
    public void A_study_whose_loss_knows_one_class_an_image_is_refused_before_anything_is_done()
    {
        Write("source", 4, 1, inked: false);
        Write("target", 4, 3, inked: true);
        File.WriteAllText(folder["study.yaml"], Study);
        var said = Command
            .Run(folder.Path, "plan", "study.yaml", "--set", "training.loss=cross_entropy")
            .Ended(2)
            .Error;
        Assert.Contains("ink are multi-label, but the loss is cross_entropy", said);
    }

    private void Commands(JsonNode results)
    {
        string[] Of(string name, params string[] weights) =>
            [
                name,
                "--network",
                "cifar_resnet8",
                "--size",
                "16",
                "--threads",
                "1",
                "--json",
                "--data",
                "csv:target/test/list.csv",
                "--data-option",
                "labels=red;green;blue;never",
                "--weights",
                .. weights.Select(one => folder["runs", "many", "checkpoints", $"ink-{one}.safetensors"]),
            ];
        JsonNode Said(params string[] arguments) =>
            JsonNode.Parse(Command.Run(folder.Path, arguments).Ended(0).Output)!;
        var run = results["runs"]![0]!;
        var evaluated = Said(Of("evaluate", "P-T_s1"));
        Assert.Equal((double)run["auc"]!, (double)evaluated["auc"]!, 1e-9);
        Assert.Equal(run["labels"]!.ToJsonString(), evaluated["labels"]!.ToJsonString());
        var line = Said([.. Of("barrier", "P-T_s1", "P-T_s2"), "--points", "3"]);
        Assert.Equal((double)run["auc"]!, (double)line["raw"]!["points"]![0]!["auc"]!, 1e-9);
        Assert.NotNull(line["raw"]!["barrier"]!["aucHigh"]);
        var mistakes = Said(Of("mistakes", "P-T_s1", "RI-T_s1"));
        Assert.Equal(4 * (int)mistakes["examples"]!, (int)mistakes["decisions"]!);
        Assert.Equal(
            (int)mistakes["decisions"]!,
            new[] { "common", "onlyFirst", "onlySecond", "bothCorrect" }.Sum(key => (int)mistakes[key]!)
        );
        Assert.InRange((double)mistakes["ensemble"]!["auc"]!["value"]!, 0, 1);
        var words = Command
            .Run(folder.Path, Of("mistakes", "P-T_s1", "RI-T_s1").Where(argument => argument != "--json"))
            .Ended(0)
            .Output;
        Assert.Matches(@"never: only first \d+, only second \d+, both incorrect \d+, McNemar p = ", words);
        Assert.DoesNotContain("same prediction", words, StringComparison.Ordinal);
        var soup = Said(Of("soup", "P-T_s1", "P-T_s2"));
        Assert.Equal((double)run["auc"]!, (double)soup["members"]![0]!["auc"]!, 1e-9);
        var criticality = Said([
            .. Of("criticality", "P-T_s1"),
            "--init",
            folder["runs", "many", "checkpoints", "ink-P-T_s2.safetensors"],
        ]);
        Assert.Equal((double)run["auc"]!, (double)criticality["trained"]!["auc"]!, 1e-9);
        Assert.NotNull(criticality["modules"]![0]!["aucLost"]!["low"]);
        Assert.Contains(
            "never: no AUC, since none of the images has it",
            Command.Run(folder.Path, Of("evaluate", "P-T_s1").Where(argument => argument != "--json")).Ended(0).Output
        );
    }

    private void Write(string domain, int count, int seed, bool inked)
    {
        foreach (var (split, more) in new[] { ("train", 0), ("test", 1) })
        {
            var random = new Random(seed + more);
            Directory.CreateDirectory(folder[domain, split]);
            List<string> lines = [$"path,{string.Join(',', Labels)}"];
            for (var i = 0; i < count; i++)
            {
                // The first two have all of the labels that there are, and none: each has an AUC.
                bool[] shown = [.. Enumerable.Range(0, 3).Select(_ => i == 0 || (i > 1 && random.Next(2) == 1))];
                Draw(folder[domain, split, $"{i}.png"], shown, random, inked);
                lines.Add($"{i}.png,{string.Join(',', shown.Select(yes => yes ? 1 : 0))},0");
            }

            File.WriteAllLines(folder[domain, split, "list.csv"], lines);
        }
    }

    private static void Draw(string path, bool[] shown, Random random, bool inked)
    {
        using var bitmap = new SKBitmap(16, 16);
        for (var at = 0; at < 256; at++)
        {
            byte[] colour =
            [
                .. Enumerable
                    .Range(0, 3)
                    .Select(channel => (byte)(random.Next(90) + (shown[channel] && at / 80 == channel ? 120 : 0))),
            ];
            colour = inked ? Array.ConvertAll(colour, value => (byte)(255 - value)) : colour;
            bitmap.SetPixel(at % 16, at / 16, new SKColor(colour[0], colour[1], colour[2]));
        }

        using var file = File.Create(path);
        bitmap.Encode(file, SKEncodedImageFormat.Png, 100);
    }

    public void Dispose() => folder.Dispose();

    private const string Study = """
        study: many
        network: cifar_resnet8
        images: {size: 16}
        pretrained:
          data: {format: csv, labels: red;green;blue;never, train: source/train/list.csv, test: source/test/list.csv}
          learning_rate: 0.05
          training: {epochs: 2, batch_size: 12}
        targets:
          ink: {format: csv, labels: [red, green, blue, never], train: target/train/list.csv, test: target/test/list.csv}
        training: {epochs: 2, batch_size: 8, mixup: 0.3}
        runs:
          P-T: {init: pretrained, learning_rate: 0.02, seeds: [1, 2]}
          RI-T: {init: random, learning_rate: 0.05, seeds: [1]}
        analyses:
          learning_curves:
          probe:
          wise_ft: {points: 3}
          data_efficiency: {shares: [0.5]}
          feature_reuse: {block_sizes: [1]}
          mistakes: {examples: 2}
          feature_similarity:
          parameter_distance:
          performance_barrier: {points: 3, plane: 2, basin_draws: 10}
          module_criticality: {paths: direct, alphas: [0, 1], sigmas: [0.1], draws: 1, check_frozen: false}
          checkpoint_sweep: {points: 3}
          weight_spectrum:
          model_soup:
          fine_tuning_depth: {rungs: [head, whole]}
        """;
}
