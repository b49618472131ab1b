using System.Text.RegularExpressions;
using TransferLens.Runs;
using TransferLens.Studies.Files;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Tests;

namespace TransferLens.Studies.Tests.Files;

public class StudyTemplateTests
{
    private static readonly string Example = StudyTemplate.Text("my-study");

    [Fact]
    public void The_example_is_read_once_the_files_that_it_names_exist()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["data", "train"]);
        Directory.CreateDirectory(folder["data", "test"]);
        File.WriteAllText(folder["weights.safetensors"], "");
        File.WriteAllText(folder["study.yaml"], Example);

        var study = StudyFile.Read(folder["study.yaml"], Catalog.Default);
        Assert.Equal("my-study", study.Name);
        Assert.Equal(["P-T", "RI-T"], study.Runs.Select(run => run.Key));
        Assert.Equal(new AugmentSettings(4, false, true), study.Training.Augment);
    }

    [Fact]
    public void The_lines_that_are_commented_out_are_read_too()
    {
        using var folder = new TemporaryFolder();
        foreach (
            var name in (string[])
                ["data/train", "data/test", "source/train", "source/test", "mnist", "images", "domainnet", "imagenet"]
        )
        {
            Directory.CreateDirectory(folder[name]);
        }

        foreach (var name in (string[])["data_batch_1.bin", "test_batch.bin", "train.csv", "test.csv"])
        {
            File.WriteAllText(folder[name], "");
        }

        // Every comment that is a key with its value is opened, and what it stands in place of is closed.
        var opened = Regex.Replace(Example, "^( *)# ( *(- )?[a-z0-9_]+: )", "$1$2", RegexOptions.Multiline);
        var text = Regex
            .Replace(opened, "^ *(weights|name: sgd|momentum|nesterov)", "#", RegexOptions.Multiline)
            .Replace("parameter_groups: []", "parameter_groups:", StringComparison.Ordinal);
        File.WriteAllText(folder["study.yaml"], text);
        var study = StudyFile.Read(folder["study.yaml"], Catalog.Default, ["training.optimizer.name=adamw"]);

        Assert.Equal(50, study.Pretrained!.Training!.Epochs);
        Assert.Equal([0, 1, 2, 5, 10], study.Pretrained.Training.Keep);
        Assert.Equal(
            ["mine", "divided", "other", "digits", "table", "clipart", "imagenet", "drawn"],
            study.Targets.Select(target => target.Key)
        );
        Assert.Equal(
            new ParameterGroupSettings("^conv1", 0, 0, 0.01, "initial"),
            Assert.Single(study.Training.ParameterGroups)
        );
        Assert.Equal([null, 1], study.Runs.Select(run => run.Value.InitSeed));
        Assert.Equal([24, 48], study.Runs.Select(run => run.Value.Training.Epochs));
    }

    [Fact]
    public void The_example_names_every_format() =>
        Assert.All(ImageFormats.All, format => Assert.Contains(format.Name, Example, StringComparison.Ordinal));

    [Theory]
    [InlineData("")]
    [InlineData(".hidden")]
    [InlineData("a/b")]
    [InlineData("a\nb")]
    public void A_name_that_could_not_be_read_back_is_refused(string name) =>
        Assert.Throws<InputException>(() => StudyTemplate.Text(name));
}
