using System.Text.Json.Nodes;
using TransferLens.Tests;

namespace TransferLens.Cli.Tests.Runs;

/// <summary>A study of which a target has validation images, from its file to its report.</summary>
public class ValidationStudyTests
{
    [Fact]
    public void What_is_chosen_is_chosen_on_validation_images()
    {
        using var folder = new TemporaryFolder();
        TinyImages.Write(folder["images"], 20, seed: 1);
        TinyImages.Write(folder["source", "train"], 8, seed: 2, inked: true);
        TinyImages.Write(folder["source", "test"], 4, seed: 3, inked: true);
        File.WriteAllText(
            folder["study.yaml"],
            """
            study: chosen
            network: cifar_resnet8
            images: {size: 16}
            pretrained:
              data: {format: image_folder, train: source/train, test: source/test}
              training: {epochs: 2, batch_size: 12, keep: [0, 1]}
            targets:
              light: {format: image_folder, data: images, split: {test: 0.3, validation: 0.3, seed: 0}}
            training: {epochs: 2, batch_size: 6, keep_best: true}
            runs:
              P-T: {init: pretrained, learning_rate: [0.01, 0.05], seeds: [1, 2]}
              RI-T: {init: random, learning_rate: 0.05, seeds: [1, 2]}
            analyses:
              learning_curves:
              fine_tuning_depth: {rungs: [head, whole]}
              checkpoint_sweep: {points: 2}
              model_soup:
              wise_ft: {points: 3}
              module_criticality:
            """
        );
        var run = Command.Run(folder.Path, ["run", "study.yaml", "--jobs", "2", "--threads", "1"]).Ended(0);
        Assert.DoesNotContain("on the same test images", run.Output, StringComparison.Ordinal);
        var results = JsonNode.Parse(File.ReadAllText(folder["runs", "chosen", "results.json"]))!;
        Assert.Equal(18, (int)results["data"]!["targets"]![0]!["validation"]!["images"]!);
        Assert.All(results["runs"]!.AsArray(), one =>
        {
            var epochs = one!["epochs"]!.AsArray();
            Assert.Equal(
                (int)one["bestEpoch"]!,
                (int)epochs.MaxBy(epoch => (double)epoch!["validationAccuracy"]!)!["epoch"]!
            );
        });
        var analyses = results["analyses"]!;
        var gain = analyses["learning_curves"]!.AsArray().Single(group => group!["gainOver"] is not null)!["gainOver"]!;
        Assert.False((bool)gain["chosenOnTestImages"]!);
        Assert.False((bool)analyses["fine_tuning_depth"]![0]!["chosenOnTestImages"]!);
        Assert.False((bool)analyses["checkpoint_sweep"]!["targets"]![0]!["chosenOnTestImages"]!);
        Assert.All(analyses["model_soup"]!.AsArray().Where(soup => soup!["kind"] is null), soup =>
            Assert.Equal(2, soup!["soup"]!["validation"]!.AsArray().Count)
        );
        // Of all four runs from P; the law: never below the best of them.
        var greedy = analyses["model_soup"]!.AsArray().Single(soup => (string?)soup!["kind"] == "greedy")!;
        Assert.Equal(4, greedy["steps"]!.AsArray().Count);
        Assert.True(
            (double)greedy["validation"]! >= greedy["steps"]!.AsArray().Max(step => (double)step!["accuracy"]!)
        );
        Assert.Equal(
            greedy["checkpoint"] is not null,
            File.Exists(folder["runs", "chosen", "checkpoints", "light-greedy-soup.safetensors"])
        );
        var last = analyses["checkpoint_sweep"]!["source"]!.AsArray()[^1]!;
        Assert.All(analyses["wise_ft"]!.AsArray(), line =>
        {
            Assert.True((bool)line!["chosenOnValidation"]!);
            Assert.All(line["lines"]!.AsArray(), run =>
            {
                // Raw, alpha 1 on the target is the run as it was evaluated, and alpha 0 on the source is P.
                var evaluated = results["runs"]!
                    .AsArray()
                    .Single(one => (string?)one!["label"] == (string?)run!["model"]);
                Assert.Equal((double)evaluated!["accuracy"]!, Raw(run!, "target", ^1));
                Assert.Equal((double)last["accuracy"]!, Raw(run!, "source", 0));
            });
        });
        Assert.DoesNotContain(results["findings"]!.AsArray(), finding =>
            (bool?)finding!["decision"]?["chosenOnTestImages"] == true
        );
        var best = results["models"]!.AsArray().Single(model => (string?)model!["model"] == "best")!;
        Assert.Equal("best accuracy of 6 runs on the validation images", (string)best["reason"]!);
        Assert.False((bool)best["chosenOnTestImages"]!);
        var report = File.ReadAllText(folder["runs", "chosen", "report.html"]);
        Assert.Contains("24 training, 18 validation and 18 test images", report, StringComparison.Ordinal);
        // The report can be rebuilt without the study's file.
        Command.Run(folder.Path, ["report", "runs/chosen"]).Ended(0);

        static double Raw(JsonNode run, string side, Index at) =>
            (double)run[side]!["raw"]!["points"]!.AsArray()[at]!["accuracy"]!["value"]!;
    }
}
