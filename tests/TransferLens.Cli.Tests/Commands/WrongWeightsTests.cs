using System.Text.Json.Nodes;
using TransferLens.Tests;

namespace TransferLens.Cli.Tests.Commands;

/// <summary>Weights that a command could load, but whose numbers would mean nothing.</summary>
public sealed class WrongWeightsTests(FinishedStudy finished) : IDisposable
{
    private readonly TemporaryFolder folder = new();

    /// <summary>Commands that use labels, with what only they need.</summary>
    public static TheoryData<string, int> Labelled =>
        new()
        {
            { "evaluate", 1 },
            { "barrier", 2 },
            { "mistakes", 2 },
            { "soup", 2 },
            { "criticality", 1 },
        };

    [Theory]
    [MemberData(nameof(Labelled))]
    public void Images_of_more_or_fewer_classes_than_the_head_has_are_refused_whatever_the_limit(
        string command,
        int files
    )
    {
        TinyImages.Write(folder["more"], 2, seed: 5);
        TinyImages.Write(folder["fewer"], 2, seed: 5);
        Directory.CreateDirectory(folder["more", "zebra"]);
        File.Copy(folder["more", "disc", "00.png"], folder["more", "zebra", "00.png"]);
        Directory.Delete(folder["fewer", "ring"], recursive: true);
        foreach (
            var (data, classes, more) in new (string, string, string[])[]
            {
                ("more", "4 (bar, disc, ring, zebra)", ["--limit", "2"]),
                ("fewer", "2 (bar, disc)", []),
                ("fewer", "2 (bar, disc)", ["--classes", "3"]),
            }
        )
        {
            var said = Do(command, [.. Enumerable.Repeat(Weights("P-T_s1"), files)], data, more).Refused();
            Assert.Equal(
                $"The head in '{Weights("P-T_s1")}' has 3 classes, but the images in '{folder[data]}' have {classes}. "
                    + "Use images of the head's classes, or name all of them in their order with --class-names; "
                    + "a class may have no images.",
                said
            );
        }
    }

    [Fact]
    public void Similarity_needs_no_labels_and_takes_images_of_any_classes()
    {
        TinyImages.Write(folder["fewer"], 3, seed: 5);
        Directory.Delete(folder["fewer", "ring"], recursive: true);
        Do("similarity", [Weights("P-T_s1"), Weights("P-T_s2")], "fewer").Ended(0);
    }

    [Fact]
    public void Training_images_of_other_classes_are_refused_for_a_path()
    {
        TinyImages.Write(folder["same"], 2, seed: 5);
        TinyImages.Write(folder["fewer"], 2, seed: 5);
        Directory.Delete(folder["fewer", "ring"], recursive: true);
        var refused = Do("criticality", [Weights("P-T_s1")], "same", "--paths", "direct", "--train-data", "fewer");
        Assert.Contains("have 2 (bar, disc).", refused.Refused(), StringComparison.Ordinal);
    }

    // What was chosen or left out is said with a result, and with nothing else.
    [Fact]
    public void Notes_on_inputs_are_not_printed_when_a_later_input_is_refused()
    {
        TinyImages.Write(folder["same"], 3, seed: 5);
        TinyImages.Write(folder["fewer"], 2, seed: 5);
        Directory.Delete(folder["fewer", "ring"], recursive: true);
        File.WriteAllText(folder["same", "disc", "01.png"], "no image");
        string[] options = ["--threads", "5000", "--skip-bad-images", "--paths", "direct"];
        var accepted = Do("criticality", [Weights("P-T_s1")], "same", options).Ended(0).Error;
        string[] notes = ["--threads is 5000", "1 image could not be decoded", "3 classes in text order"];
        Assert.All(notes, note => Assert.Contains(note, accepted, StringComparison.Ordinal));
        Do("criticality", [Weights("P-T_s1")], "same", [.. options, "--train-data", "fewer"]).Refused();
        Do("criticality", [Weights("P-T_s1")], "same", [.. options, "--train-data", "nowhere"]).Refused();
        Do("barrier", [Weights("P-T_s1"), Broken("nan.safetensors", "conv1.weight", float.NaN)], "same", options[..3])
            .Refused();
        Do("barrier", [Weights("P-T_s1"), Weights("P-T_s2")], "same", [.. options[..3], "--recalibrate-on", "nowhere"])
            .Refused();
    }

    /// <summary>Every command that loads weights for numbers, with its images if it takes any.</summary>
    public static TheoryData<string, int, bool> Loading =>
        new()
        {
            { "evaluate", 1, true },
            { "barrier", 2, true },
            { "mistakes", 2, true },
            { "soup", 2, true },
            { "wise_ft", 2, true },
            { "criticality", 1, true },
            { "similarity", 2, true },
            { "distance", 2, false },
            { "spectrum", 1, false },
        };

    [Theory]
    [MemberData(nameof(Loading))]
    public void Weights_that_are_not_finite_are_refused_by_file_and_tensor(string command, int files, bool images)
    {
        TinyImages.Write(folder["data"], 2, seed: 5);
        foreach (
            var (value, name, more) in new (float, string, string[])[]
            {
                (float.NaN, "nan.safetensors", ["--json"]),
                (float.NegativeInfinity, "infinite.safetensors", []),
            }
        )
        {
            var broken = Broken(name, "layer2.0.bn1.running_var", value);
            string[] weights = [.. Enumerable.Repeat(Weights("P-T_s1"), files - 1), broken];
            var said = (
                images
                    ? Do(command, weights, "data", more)
                    : Command.Run(
                        folder.Path,
                        [command, "--network", "cifar_resnet8", "--weights", .. weights, .. more]
                    )
            ).Refused();
            Assert.Equal(
                $"The tensor 'layer2.0.bn1.running_var' in '{broken}' contains values that are infinite or not numbers. "
                    + "Use weights of a run that did not diverge.",
                said
            );
        }
    }

    [Fact]
    public void Of_two_files_for_one_name_the_first_must_be_of_that_network_and_another_second_is_told()
    {
        var images = Path.Combine(SharedData.Images("cifar10-test"), "test");
        string[] files =
        [
            SharedData.File("weights/resnet32-d509ac18.th"),
            SharedData.File("weights/resnet20-12fca82f.th"),
        ];
        Assert.StartsWith("The weights do not fit cifar_resnet20: ", Mistakes(files).Refused());
        Assert.StartsWith(
            "The first is a cifar_resnet20, the second a cifar_resnet32.\n",
            Mistakes(files[1], files[0]).Ended(0).Output
        );
        Assert.DoesNotContain("The first is a", Mistakes(files[1], files[1]).Ended(0).Output);

        CommandResult Mistakes(params string[] weights) =>
            Command.Run(
                folder.Path,
                ["mistakes", "--network", "cifar_resnet20", "--weights", .. weights, "--data", images, "--limit", "20"]
            );
    }

    [Theory]
    [InlineData("cifar_resnet21", "did you mean 'cifar_resnet20'?")]
    [InlineData("resnet20", "did you mean 'cifar_resnet20'?")]
    [InlineData("Resnet18", "did you mean 'resnet18'?")]
    [InlineData("alexnet", "docs/networks.md lists all ")]
    public void An_unknown_network_is_refused_with_the_nearest_name(string network, string says) =>
        Assert.StartsWith(
            $"The network '{network}' is not known; {says}",
            Command.Run(folder.Path, "spectrum", "--network", network, "--weights", Weights("P-T_s1")).Refused()
        );

    public void Dispose() => folder.Dispose();

    // The first value of one tensor, written over in the bytes of a safetensors file.
    private string Broken(string name, string tensor, float value)
    {
        var bytes = File.ReadAllBytes(Weights("P-T_s1"));
        var length = (int)BitConverter.ToInt64(bytes);
        var at = (int)JsonNode.Parse(bytes.AsSpan(8, length))![tensor]!["data_offsets"]![0]!;
        BitConverter.GetBytes(value).CopyTo(bytes, 8 + length + at);
        File.WriteAllBytes(folder[name], bytes);
        return folder[name];
    }

    private string Weights(string run) => finished.Study["runs", "tiny", "checkpoints", $"ink-{run}.safetensors"];

    private CommandResult Do(string command, string[] files, string data, params string[] more) =>
        Command.Run(
            folder.Path,
            [
                command,
                "--network",
                "cifar_resnet8",
                "--weights",
                .. files,
                "--data",
                data,
                "--size",
                "16",
                .. command == "criticality" ? ["--init", Weights("P-T_s2")] : Array.Empty<string>(),
                .. more,
            ]
        );
}
