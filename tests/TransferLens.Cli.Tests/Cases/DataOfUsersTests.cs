using System.Text.Json.Nodes;
using TransferLens.Runs;
using TransferLens.Studies.Inputs;
using TransferLens.Tests;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Weights;

namespace TransferLens.Cli.Tests.Cases;

/// <summary>Data as people have it, given to the command: what it answers, and what it says about what it
/// read.</summary>
public sealed class DataOfUsersTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public DataOfUsersTests()
    {
        TinyImages.Write(folder["base"], 6, seed: 5);
        Weights("w.safetensors", 3);
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_order_of_classes_is_said_and_names_set_it()
    {
        var plain = Evaluate("base", []).Ended(0);
        Assert.Contains("3 classes in text order: bar, disc, ring", plain.Error);
        File.WriteAllLines(folder["names.txt"], ["ring", "bar", "disc"]);
        var named = Evaluate("base", ["--class-names", "names.txt"]).Ended(0);
        Assert.Contains("3 classes in the order of --class-names: ring, bar, disc", named.Error);
        Assert.Equal(["ring", "bar", "disc"], Classes(named));
        Directory.Delete(folder["base", "disc"], recursive: true);
        Assert.Contains("has 3 classes, but the images in", Evaluate("base", []).Refused(), StringComparison.Ordinal);
        Assert.Equal(
            12,
            (int)JsonNode.Parse(Evaluate("base", ["--class-names", "names.txt"]).Ended(0).Output)!["examples"]!
        );
    }

    [Fact]
    public void Numbered_class_folders_are_in_number_order_and_the_doubt_is_stated()
    {
        Weights("w.safetensors", 12);
        for (var label = 0; label < 12; label++)
        {
            Directory.CreateDirectory(folder["numbered", $"{label}"]);
            File.Copy(folder["base", "bar", $"0{label % 6}.png"], folder["numbered", $"{label}", "x.png"]);
        }

        var result = Evaluate("numbered", []).Ended(0);
        Assert.Equal(Enumerable.Range(0, 12).Select(label => $"{label}"), Classes(result));
        Assert.Contains("torchvision's ImageFolder would order them as text: 0, 1, 10, 11, ..., 9", result.Error);
        Directory.Delete(folder["numbered", "5"], recursive: true);
        Assert.Equal(Enumerable.Range(0, 12).Select(label => $"{label}"), Classes(Evaluate("numbered", []).Ended(0)));
    }

    [Fact]
    public void What_is_not_read_is_said_by_ending_and_a_broken_link_is_named()
    {
        File.Move(folder["base", "bar", "00.png"], folder["base", "bar", "00.heic"]);
        Assert.Contains("Not read: files ending in .heic (1).", Evaluate("base", []).Ended(0).Error);
        File.CreateSymbolicLink(folder["base", "bar", "link.png"], "nowhere.png");
        Assert.Contains("link.png' is a link to 'nowhere.png', which does not exist", Evaluate("base", []).Refused());
        var skipped = Evaluate("base", ["--skip-bad-images"]).Ended(0);
        Assert.Contains("1 image could not be decoded and was left out.", skipped.Error);
        Assert.Equal(17, (int)JsonNode.Parse(skipped.Output)!["examples"]!);
    }

    [Fact]
    public void Missing_images_of_a_list_are_left_out_on_request_and_a_list_says_how_it_was_read()
    {
        string[] images = [.. new[] { "bar", "disc", "ring" }.Select(name => $"{name}/00.png;{name}")];
        File.WriteAllLines(folder["list.csv"], ["path;label", .. images, "disc/gone.png;disc", images[0]]);
        Assert.Contains("1 of the 5 images used from", Evaluate("csv:list.csv", Root).Refused());
        var skipped = Evaluate("csv:list.csv", [.. Root, "--skip-bad-images"]).Ended(0);
        Assert.Equal(4, (int)JsonNode.Parse(skipped.Output)!["examples"]!);
        Assert.Contains("Not read: missing images (1).", skipped.Error);
        Assert.Contains("list.csv is read as separated by semicolons.", skipped.Error);
        Assert.Contains("list.csv has 1 repeated line: ", skipped.Error);
    }

    private static string[] Root => ["--data-option", "root=base"];

    [Fact]
    public async Task Validation_data_is_reported_as_training_and_test_data_are()
    {
        TinyImages.Write(folder["test"], 6, seed: 6);
        TinyImages.Write(folder["held"], 4, seed: 7);
        File.Copy(folder["base", "bar", "03.png"], folder["held", "bar", "copy.png"]);
        File.Copy(folder["held", "disc", "01.png"], folder["test", "disc", "copy.png"]);
        File.WriteAllText(folder["held", "ring", "notes.txt"], "x");
        Directory.CreateDirectory(folder["held", "__MACOSX"]);
        const string held = "{format: image_folder, train: base, test: test, validation: held}";
        var study = StudyRun.Read(Study(held), new() { Folder = folder["run"] });
        string[] said = [.. DataNotes.Warnings(study.Plan)];
        Assert.Contains(said, note => Starts(note, "1 of the 13 validation images of t are also among its training"));
        Assert.Contains(said, note => Starts(note, "1 of the 19 test images of t are also among its validation"));
        Assert.Contains("Not read in the validation data of t: files ending in .txt (1), system folders (1).", said);
        await study.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        study.Conclude();
        var validation = JsonNode.Parse(File.ReadAllText(study.Results))!["data"]!["targets"]![0]!["validation"]!;
        Assert.Equal(
            """[{"reason":"files ending in .txt","count":1},{"reason":"system folders","count":1}]""",
            validation["leftOut"]!.ToJsonString()
        );
        Assert.Equal((1, 1), ((int)validation["sharedWithTraining"]!, (int)validation["sharedWithTest"]!));
        var report = File.ReadAllText(study.Report);
        Assert.Contains("not read in the validation data: files ending in .txt (1), system folders (1)", report);
        Assert.Contains("1 validation images are training images too; 1 test images are validation images too", report);

        static bool Starts(string note, string text) => note.StartsWith($"Warning: {text}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_study_leaves_out_missing_images_on_request_and_records_it()
    {
        string[] images =
        [
            .. from name in new[] { "bar", "disc", "ring" }
            from i in Enumerable.Range(0, 6)
            select $"{name}/0{i}.png,{name}",
        ];
        File.WriteAllLines(folder["base", "train.csv"], ["path,label", .. images, "disc/gone.png,disc", images[0]]);
        File.WriteAllLines(folder["base", "test.csv"], ["path,label", .. images]);
        var file = Study("{format: csv, train: base/train.csv, test: base/test.csv}");
        Assert.Contains(
            "1 of the 20 images used from",
            Assert.Throws<InputException>(() => StudyRun.Read(file)).Message
        );
        var study = StudyRun.Read(file, new() { Folder = folder["run"], SkipBadImages = true });
        Assert.Contains("Not read in the training data of t: missing images (1).", DataNotes.Warnings(study.Plan));
        await study.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        study.Conclude();
        var target = JsonNode.Parse(File.ReadAllText(study.Results))!["data"]!["targets"]![0]!;
        Assert.Equal((19, 0), ((int)target["train"]!["images"]!, (int)target["train"]!["skipped"]!));
        Assert.Equal("""[{"reason":"missing images","count":1}]""", target["train"]!["leftOut"]!.ToJsonString());
        Assert.StartsWith("train.csv has 1 repeated line", (string)Assert.Single(target["remarks"]!.AsArray())!);
        Assert.Contains("train.csv has 1 repeated line", File.ReadAllText(study.Report));
        StudyRun.Open(folder["run"]).Conclude();
    }

    [Fact]
    public void A_file_that_changed_while_length_and_time_did_not_is_read_again()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Elsewhere, the system does not say when a file last changed.");
        Weights("w.safetensors", 10);
        Batch(7);
        var before = Labels(Evaluate("cifar_binary:test_batch.bin", ["--size", "32"]));
        Batch(2);
        var after = Labels(Evaluate("cifar_binary:test_batch.bin", ["--size", "32"]));
        Assert.Equal((7, 2), (before, after));

        void Batch(byte label)
        {
            File.WriteAllBytes(folder["test_batch.bin"], [label, .. Enumerable.Repeat((byte)90, 3072)]);
            File.SetLastWriteTimeUtc(folder["test_batch.bin"], DateTime.UnixEpoch);
        }

        static int Labels(CommandResult result) =>
            JsonNode.Parse(result.Ended(0).Output)!["perClass"]!
                .AsArray()
                .Select(of => (int)of!["examples"]!)
                .ToList()
                .IndexOf(1);
    }

    [Fact]
    public void A_cache_that_cannot_be_written_is_named_and_replaced_by_a_temporary_folder()
    {
        File.WriteAllText(folder["file"], "");
        var environment = new Dictionary<string, string>
        {
            ["TRANSFERLENS_CACHE"] = folder["file", "cache"],
            ["TMPDIR"] = folder.Path,
        };
        using var command = Command.StartWith(folder.Path, environment, [], Arguments("base", []));
        var result = command.End().Ended(0);
        Assert.Contains($"The cache folder '{folder["file", "cache"]}' cannot be written (", result.Error);
        Assert.Contains("set TRANSFERLENS_CACHE to a writable folder.", result.Error);
        Assert.Empty(Directory.GetDirectories(folder.Path, "transferlens-images-*"));
    }

    [Fact]
    public void Too_many_threads_are_capped_with_a_note() =>
        Assert.StartsWith(
            $"--threads is 5000, but this machine has {Environment.ProcessorCount} cores, which are used.\n",
            Evaluate("base", ["--threads", "5000"]).Ended(0).Error
        );

    [Theory]
    [InlineData("--data", "images.csv", "Name its format: csv:images.csv.")]
    [InlineData("--data", "images.npz", "Name its format: npz:images.npz.")]
    [InlineData("--data", "images.zip", "is an archive. Unpack it")]
    [InlineData("--data", "", "--data is empty.")]
    [InlineData("--class-names", "", "--class-names is empty.")]
    public void A_path_that_is_not_a_folder_is_explained(string option, string value, string because)
    {
        File.WriteAllText(folder["images.csv"], "path,label\n");
        File.WriteAllText(folder["images.npz"], "x");
        File.WriteAllText(folder["images.zip"], "x");
        string[] arguments = option == "--data" ? [.. Arguments(value, [])] : [.. Arguments("base", [option, value])];
        Assert.Contains(because, Command.Run(folder.Path, arguments).Refused());
    }

    [Theory]
    [InlineData("inspect", "The weights file has an empty name. Name one.")]
    [InlineData("plan", "STUDY is empty.")]
    public void An_empty_argument_is_a_wrong_request(string command, string because) =>
        Assert.StartsWith(because, Command.Run(folder.Path, command, "").Refused());

    [Fact]
    public void A_folder_of_the_users_own_is_not_overwritten()
    {
        Directory.CreateDirectory(folder["mine"]);
        File.WriteAllText(folder["mine", "report.html"], "mine");
        var study = StudyRun.Read(
            Study("{format: image_folder, data: base, split: {test: 0.34}}"),
            new() { Folder = folder["mine"] }
        );
        var refused = Assert.Throws<InputException>(() => study.Start());
        Assert.Contains("is not the folder of a run, and its 'report.html' would be overwritten", refused.Message);
        Assert.Equal([folder["mine", "report.html"]], Directory.GetFileSystemEntries(folder["mine"]));
    }

    [Fact]
    public void Test_images_that_are_training_images_are_counted_by_content()
    {
        TinyImages.Write(folder["other"], 6, seed: 6);
        File.Copy(folder["base", "bar", "03.png"], folder["other", "bar", "renamed.png"]);
        File.Copy(folder["base", "disc", "01.png"], folder["other", "disc", "renamed.png"]);
        Assert.Equal([20, 2], Shared("other"));
        Assert.Equal([18, 18], Shared("base"));

        int?[] Shared(string test)
        {
            var study = StudyRun.Read(Study($"{{format: image_folder, train: base, test: {test}}}"));
            var target = Assert.Single(study.Plan.Targets);
            Assert.Contains(
                $"{target.SharedImages} of the {target.TestImages} test images",
                DataNotes.Warnings(study.Plan).First()
            );
            return [target.TestImages, target.SharedImages];
        }
    }

    [Fact]
    public void Batches_and_test_images_that_are_too_few_are_refused_before_anything_runs()
    {
        const string data = "{format: image_folder, train: base, test: base}";
        var single = Study(data, network: "resnet18", batch: 1, size: 32);
        var refused = Assert.Throws<InputException>(() => StudyRun.Read(single)).Message;
        Assert.Contains(
            "batches of one image give the batch normalization layer4.0.bn1 of resnet18 a single value",
            refused
        );
        Assert.Contains("images of 32 x 32 pixels become maps of 1 x 1", refused);
        Assert.NotNull(StudyRun.Read(Study(data, network: "resnet18", batch: 2, size: 32)));
        Assert.NotNull(StudyRun.Read(Study(data, network: "cifar_resnet8", batch: 1, size: 32)));
        var few = Study(data.Replace("test: base", "test: base, test_limit: 7"), analysis: "feature_similarity");
        Assert.Contains(
            "feature_similarity needs at least 8 test images for its intervals, but t has 7",
            Assert.Throws<InputException>(() => StudyRun.Read(few)).Message
        );
    }

    [Fact]
    public async Task A_divided_folder_is_recorded_in_the_results_with_its_classes_and_what_was_left_out()
    {
        File.WriteAllText(folder["base", "bar", "notes.txt"], "x");
        var study = StudyRun.Read(
            Study("{format: image_folder, data: base, split: {test: 0.34, validation: 0.1, seed: 4}}"),
            new() { Folder = folder["run"] }
        );
        await study.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        study.Conclude();
        var results = JsonNode.Parse(File.ReadAllText(study.Results))!;
        var target = results["data"]!["targets"]![0]!;
        Assert.Equal("""{"test":0.34,"validation":0.1,"seed":4}""", target["split"]!.ToJsonString());
        Assert.Equal("""["bar","disc","ring"]""", target["classes"]!.ToJsonString());
        Assert.Equal("in text order", (string)target["classOrder"]!);
        Assert.Equal(0, (int)target["sharedImages"]!);
        Assert.Equal((9, 6), ((int)target["train"]!["images"]!, (int)target["test"]!["images"]!));
        Assert.Equal("""[{"reason":"files ending in .txt","count":1}]""", target["train"]!["leftOut"]!.ToJsonString());
        var run = results["runs"]![0]!;
        Assert.Equal(3, run["perClass"]!.AsArray().Count);
        Assert.InRange((double)run["balancedAccuracy"]!, 0, 1);
        Assert.Contains("not read in the training data: files ending in .txt (1)", File.ReadAllText(study.Report));
    }

    private CommandResult Evaluate(string data, IEnumerable<string> more) =>
        Command.Run(folder.Path, Arguments(data, more));

    private static IEnumerable<string> Arguments(string data, IEnumerable<string> more) =>
        [
            "evaluate",
            "--network",
            "cifar_resnet8",
            "--weights",
            "w.safetensors",
            "--data",
            data,
            "--json",
            .. more.Contains("--size") ? [] : (string[])["--size", "16"],
            .. more,
        ];

    private static IEnumerable<string> Classes(CommandResult result) =>
        JsonNode.Parse(result.Output)!["perClass"]!.AsArray().Select(of => (string)of!["name"]!);

    private void Weights(string file, int classes)
    {
        using var network = Networks.Create("cifar_resnet8", classes, seed: 1);
        using var state = StateDict.Of(network);
        Safetensors.Write(folder[file], state);
    }

    private string Study(
        string data,
        string network = "cifar_resnet8",
        int batch = 4,
        int size = 16,
        string analysis = "learning_curves"
    )
    {
        var path = folder[$"{Guid.NewGuid():N}.yaml"];
        File.WriteAllText(
            path,
            $$"""
            study: s
            network: {{network}}
            images: {size: {{size}}}
            targets:
              t: {{data}}
            training: {epochs: 1, batch_size: {{batch}}}
            runs:
              R: {init: random, learning_rate: 0.01, seeds: [1]}
            analyses:
              {{analysis}}:
            """
        );
        return path;
    }
}
