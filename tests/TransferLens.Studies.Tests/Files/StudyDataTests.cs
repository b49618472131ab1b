using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Tests;

namespace TransferLens.Studies.Tests.Files;

public sealed class StudyDataTests : IDisposable
{
    private readonly StudyFolder folder = new(ImageFormats.All);

    public void Dispose() => folder.Dispose();

    private TargetSettings Target(string data) =>
        folder
            .Read(
                $$"""
                study: s
                network: n
                images: {size: 24}
                targets: {t: { {{data}} } }
                runs: {R: {init: random, learning_rate: 1} }
                """
            )
            .Targets[0]
            .Value;

    private static string Options(DataSource source) =>
        string.Join(' ', source.Options.Select(option => $"{option.Key}={option.Value}"));

    [Fact]
    public void Synthetic_images_are_counted_and_have_the_size_of_all_images()
    {
        var target = Target("format: synthetic, style: clipart, train: 64, test: 32");
        Assert.Equal(
            ("synthetic", "", "images=64 size=24 split=train style=clipart"),
            (target.Train.Format, target.Train.Location, Options(target.Train))
        );
        Assert.Equal("images=32 size=24 split=test style=clipart", Options(target.Test));

        target = Target("format: synthetic, style: photo, train: 64, test: 32, size: 48, seed: 7, classes: 5");
        Assert.Equal("classes=5 images=64 seed=7 size=48 split=train style=photo", Options(target.Train));
    }

    [Theory]
    [InlineData("cifar_binary")]
    [InlineData("idx")]
    public void Files_that_hold_both_splits_are_read_with_the_split(string format)
    {
        var target = Target($"format: {format}, train: cartoon, test: p.th");
        Assert.Equal((folder["cartoon"], "split=train"), (target.Train.Location, Options(target.Train)));
        Assert.Equal((folder["p.th"], "split=test"), (target.Test.Location, Options(target.Test)));
    }

    [Fact]
    public void A_list_of_images_may_say_where_they_lie()
    {
        Assert.Equal("", Options(Target("format: csv, train: images.csv, test: images.csv").Train));
        Assert.Equal(
            $"root={folder["cartoon"]}",
            Options(Target("format: csv, train: images.csv, test: images.csv, root: cartoon").Test)
        );
    }

    [Fact]
    public void DomainNet_is_a_folder_of_lists_with_a_domain_and_a_subsample_or_two_lists()
    {
        var target = Target(
            "format: domainnet, train: cartoon, test: cartoon, domain: real, subsample: 50000, subsample_seed: 0"
        );
        Assert.Equal("domain=real split=train subsample=50000 subsample_seed=0", Options(target.Train));
        Assert.Equal("domain=real split=test subsample=50000 subsample_seed=0", Options(target.Test));
        Assert.Equal(
            (folder["p.th"], "split=test"),
            (
                Target("format: domainnet, train: p.th, test: p.th").Test.Location,
                Options(Target("format: domainnet, train: p.th, test: p.th").Test)
            )
        );
        Assert.Equal("split=train", Options(Target("format: imagenet, train: cartoon, test: cartoon").Train));
    }

    [Fact]
    public void CheXpert_is_a_folder_of_lists_or_two_lists_with_the_papers_rules_or_others()
    {
        Assert.Equal(
            (folder["cartoon"], "split=test"),
            (
                Target("format: chexpert, train: cartoon, test: cartoon").Test.Location,
                Options(Target("format: chexpert, train: cartoon, test: cartoon").Test)
            )
        );
        var target = Target(
            "format: chexpert, train: cartoon, test: cartoon, subsample: 50000, subsample_seed: 1234, test_list: train, view: frontal, uncertain: ones, repeat_positives: false, root: cartoon"
        );
        Assert.Equal(
            $"repeat_positives=false root={folder["cartoon"]} split=train subsample=50000 subsample_seed=1234 test_list=train uncertain=ones view=frontal",
            Options(target.Train)
        );
        Assert.Contains(
            "targets.t.uncertain has the unknown value 'one'; did you mean 'ones'?",
            Assert
                .Throws<InputException>(() => Target("format: chexpert, train: cartoon, test: cartoon, uncertain: one"))
                .Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "unknown key 'view' in targets.t",
            Assert
                .Throws<InputException>(() => Target("format: imagenet, train: cartoon, test: cartoon, view: frontal"))
                .Message,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData(
        "chexpert",
        "so that the folder contains train.csv, valid.csv and the folders train and valid, or give another path"
    )]
    [InlineData("domainnet", "DOMAIN_train.txt and DOMAIN_test.txt, or give another path")]
    [InlineData("imagenet", "a folder for each synset in both, or give another path")]
    public void A_data_set_that_is_not_there_is_answered_with_what_to_put_where(string format, string what)
    {
        var message = Assert
            .Throws<InputException>(() => Target($"format: {format}, train: nowhere, test: nowhere"))
            .Message;
        Assert.Contains($"targets.t.train names '{folder["nowhere"]}', a ", message);
        Assert.Contains(
            $" that does not exist; {ImageFormats.All.Single(known => known.Name == format).Layout}, or give another path",
            message
        );
        Assert.Contains(what, message);
    }

    [Theory]
    [InlineData("", null, null)]
    [InlineData(", limit: 5", 5, 5)]
    [InlineData(", train_limit: 5", 5, null)]
    [InlineData(", limit: 5, test_limit: 3", 5, 3)]
    public void A_split_is_limited_by_its_own_limit_or_that_of_both(string limits, int? train, int? test)
    {
        var target = Target($"format: image_folder, train: cartoon/train, test: cartoon/test{limits}");
        Assert.Equal((train, test), (target.Train.Limit, target.Test.Limit));
    }

    [Theory]
    [InlineData("p.th", null, 0)]
    [InlineData("{file: p.th}", null, 0)]
    [InlineData("{file: p.th, key: teacher.backbone}", "teacher.backbone", 0)]
    [InlineData("{file: [p.th, p.th], key: state_dict_ema}", "state_dict_ema", 1)]
    [InlineData("cartoon", null, 0)]
    public void P_may_be_one_of_several_state_dicts_of_a_file_or_folder(string weights, string? key, int earlier)
    {
        var study = folder.Read(
            StudyFolder.Plain.Replace("{weights: p.th}", $"{{weights: {weights}}}", StringComparison.Ordinal)
        );
        Assert.Equal((key, earlier), (study.Pretrained!.WeightsKey, study.Pretrained.Earlier.Length));
        Assert.Equal(folder[weights == "cartoon" ? "cartoon" : "p.th"], study.Pretrained.Weights);
    }

    [Fact]
    public void P_may_be_trained_here()
    {
        var study = folder.Read(
            StudyFolder.Plain.Replace(
                "{weights: p.th}",
                "{data: {format: synthetic, style: photo, train: 4, test: 2}, training: {batch_size: 8}, keep: [10, 1, 0, last, 1]}",
                StringComparison.Ordinal
            )
        );
        var pretrained = study.Pretrained!;

        Assert.Null(pretrained.Weights);
        Assert.Equal("photo", pretrained.Data!.Train.Options["style"]);
        Assert.Equal((0.1, 0), (pretrained.LearningRate, pretrained.Seed));
        Assert.Equal([0, 1, 10], pretrained.Training!.Keep);
        // Not the study's 24 epochs.
        Assert.Equal((TrainingSettings.Default.Epochs, 8), (pretrained.Training.Epochs, pretrained.Training.BatchSize));
    }
}
