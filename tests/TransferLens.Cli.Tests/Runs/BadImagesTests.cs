using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace TransferLens.Cli.Tests.Runs;

public sealed class BadImagesTests
{
    [Fact]
    public void A_corrupt_image_is_named_and_can_be_skipped_and_counted()
    {
        using var study = new TinyStudy();
        var text = TinyStudy.Text();
        study.Write(
            "study.yaml",
            text[..text.IndexOf("pretrained:", StringComparison.Ordinal)]
                + """
                targets:
                  ink: {format: image_folder, train: target/train, test: target/test}
                training: {epochs: 1, batch_size: 6}
                runs:
                  RI-T: {init: random, learning_rate: 0.05}
                """
        );
        var bad = study["target", "train", "disc", "05.png"];
        File.WriteAllBytes(bad, File.ReadAllBytes(bad)[..60]);
        var refused = study.Run().Ended(1).Error;
        Assert.Contains("the task 'decode ink, training images' failed: ", refused);
        Assert.Contains(bad, refused);
        Assert.Contains("skip bad images", refused);
        Assert.Contains("failed ", study.Do("status", "runs/tiny").Ended(0).Output);

        var said = study.Run("--skip-bad-images").Ended(0).Output;
        Assert.Contains("1 image could not be decoded and was left out", said);
        var data = JsonNode.Parse(study.Results())!["data"]!["targets"]![0]!;
        Assert.Equal("ink", (string)data["target"]!);
        Assert.Equal((35, 1), ((int)data["train"]!["images"]!, (int)data["train"]!["skipped"]!));
        Assert.Equal((18, 0), ((int)data["test"]!["images"]!, (int)data["test"]!["skipped"]!));
        Assert.Contains("1 left out", File.ReadAllText(Path.Combine(study.Out, "report.html")));
    }

    [Fact]
    public void Other_images_under_the_same_names_are_other_tasks()
    {
        using var study = new TinyStudy();
        var keys = Keys();
        TinyImages.Write(study["target", "train"], 12, seed: 9, inked: true);
        Assert.Equal(keys.Count, Keys().Count);
        // Images of the source, P, and the training images apart, everything rests on the target's.
        Assert.Equal(4, keys.Intersect(Keys()).Count());

        List<string> Keys() =>
            [
                .. Regex
                    .Matches(study.Do("plan", "study.yaml").Ended(0).Output, "(?m) [0-9a-f]{12} ")
                    .Select(match => match.Value),
            ];
    }
}
