using TransferLens.Runs;
using TransferLens.Studies.Files;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Tests;

namespace TransferLens.Studies.Tests.Files;

public sealed class StudyFileTests : IDisposable
{
    private const string Design = """
        study: cartoon-from-cifar
        network: cifar_resnet20
        images: {size: 32, normalize: imagenet}
        pretrained: {weights: p.th}
        targets:
          cartoon: {format: image_folder, train: cartoon/train, test: cartoon/test}
        training: {epochs: 24, batch_size: 64, optimizer: {name: sgd, momentum: 0.9, weight_decay: 1.0e-4},
                   schedule: {name: multi_step, milestones: [12, 18], gamma: 0.1}, augment: none}
        runs:
          P-T:  {init: pretrained, learning_rate: 0.02, seeds: [1, 2]}
          RI-T: {init: random, learning_rate: 0.1, seeds: [1, 2]}
        analyses:
          feature_reuse: {block_sizes: [channels, 1, 4, 8, 16], seeds: [1234]}
          performance_barrier: {points: 11}
          mistakes:
        """;

    private readonly StudyFolder folder = new() { Catalog = Catalog.Default with { Networks = [] } };

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("preprocessing: from_weights", 224, 248, "inception", Interpolation.Bicubic)]
    [InlineData("images: {preprocessing: from_weights}", 224, 248, "inception", Interpolation.Bicubic)]
    [InlineData("images: {preprocessing: from_weights, resize: 256}", 224, 256, "inception", Interpolation.Bicubic)]
    [InlineData("images: {preprocessing: from_weights, size: 32}", 32, 35, "inception", Interpolation.Bicubic)]
    [InlineData(
        "images: {preprocessing: from_weights, size: 32, resize: 32, resize_mode: squash}",
        32,
        32,
        "inception",
        Interpolation.Bicubic,
        ResizeMode.Squash
    )]
    [InlineData(
        "images: {size: 32, resize_mode: squash}",
        32,
        32,
        "imagenet",
        Interpolation.Bilinear,
        ResizeMode.Squash
    )]
    [InlineData("images: {size: 32, interpolation: bicubic, normalize: clip}", 32, 32, "clip", Interpolation.Bicubic)]
    public void Preprocessing_is_taken_from_beside_the_weights_but_for_what_is_written(
        string images,
        int size,
        int resize,
        string normalize,
        Interpolation interpolation,
        ResizeMode mode = ResizeMode.Shortest
    )
    {
        File.WriteAllText(
            folder["config.json"],
            """
            {"pretrained_cfg": {"input_size": [3, 224, 224], "interpolation": "bicubic", "crop_pct": 0.9,
             "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]}}
            """
        );
        Assert.Contains("images: {size: 32, normalize: imagenet}", Design, StringComparison.Ordinal);
        var study = folder.Read(
            Design.Replace("images: {size: 32, normalize: imagenet}", images, StringComparison.Ordinal)
        );
        Assert.Equal(
            new(size, resize, Normalization.Parse(normalize)) { Interpolation = interpolation, ResizeMode = mode },
            study.Images
        );
        Assert.Equal(images.Contains("from_weights", StringComparison.Ordinal) ? 1 : 0, study.Notes.Length);
    }

    [Fact]
    public void Numbers_of_pixels_are_divided_with_a_note()
    {
        const string Pixels = "127.5,127.5,127.5/127.5,127.5,127.5";
        var study = folder.Read(
            Design.Replace("normalize: imagenet", $"normalize: \"{Pixels}\"", StringComparison.Ordinal)
        );
        Assert.Equal(Normalization.Inception, study.Images.Normalize);
        Assert.Equal(
            $"The normalization {Pixels} is of pixels from 0 to 255 and was divided by 255: inception.",
            Assert.Single(study.Notes)
        );
    }

    [Fact]
    public void The_example_of_the_design_is_read()
    {
        var study = folder.Read(Design);

        Assert.Equal(("cartoon-from-cifar", "cifar_resnet20"), (study.Name, study.Network));
        Assert.Equal(new ImageSettings(32, 32, Normalization.ImageNet), study.Images);
        Assert.Equal(new PretrainedSettings(folder["p.th"], null, null, 0.1, 0), study.Pretrained);
        Assert.Equal(Path.GetDirectoryName(folder.File), study.Folder);

        var target = Assert.Single(study.Targets);
        Assert.Equal("cartoon", target.Key);
        Assert.Equal(
            ("image_folder", folder["cartoon", "train"], (int?)null),
            (target.Value.Train.Format, target.Value.Train.Location, target.Value.Train.Limit)
        );
        Assert.Equal(folder["cartoon", "test"], target.Value.Test.Location);
        Assert.Empty(target.Value.Train.Options);

        Assert.Equal(new OptimizerSettings("sgd", 0.9, false, 1e-4, 0.9, 0.999, 1e-8), study.Training.Optimizer);
        Assert.Equal(
            ("multi_step", 0.1, 0),
            (study.Training.Schedule.Name, study.Training.Schedule.Gamma, study.Training.Schedule.WarmupEpochs)
        );
        Assert.Equal([12, 18], study.Training.Schedule.Milestones);
        Assert.Equal(
            (24, 64, AugmentSettings.None),
            (study.Training.Epochs, study.Training.BatchSize, study.Training.Augment)
        );

        Assert.Equal(["P-T", "RI-T"], study.Runs.Select(run => run.Key));
        Assert.Equal(
            [Initialization.Pretrained, Initialization.Random],
            study.Runs.Select(run => run.Value.Initialization)
        );
        Assert.Equal([0.02, 0.1], study.Runs.SelectMany(run => run.Value.LearningRates));
        Assert.Equal([1, 2, 1, 2], study.Runs.SelectMany(run => run.Value.Seeds));
        Assert.All(study.Runs, run => Assert.Equal(study.Training, run.Value.Training));

        Assert.Equal(
            ["feature_reuse", "performance_barrier", "mistakes"],
            study.Analyses.Select(analysis => analysis.Key)
        );
        Assert.Equal(
            """{"block_sizes":["channels","1","4","8","16"],"seeds":[1234],"exact":false,"run_seeds":[],"learning_rates":"all"}""",
            study.Analyses[0].Value.ToJsonString()
        );
        Assert.Equal("""{"examples":24}""", study.Analyses[2].Value.ToJsonString());
    }

    [Fact]
    public void What_is_left_out_has_its_default()
    {
        var study = folder.Read(
            """
            study: small
            network: any
            images: {size: 8}
            targets: {t: {format: synthetic, style: photo, train: 4, test: 2}}
            runs: {RI-T: {init: random, learning_rate: 1}}
            """
        );

        Assert.Null(study.Pretrained);
        Assert.Equal(TrainingSettings.Default, study.Training);
        Assert.Equal(TrainingSettings.Default, study.Runs[0].Value.Training);
        Assert.Equal([1], study.Runs[0].Value.Seeds);
        Assert.Empty(study.Analyses);
    }

    [Fact]
    public void Paths_are_relative_to_the_study_file_and_not_to_the_working_folder()
    {
        Directory.CreateDirectory(folder["inner"]);
        File.WriteAllText(
            folder["inner", "study.yaml"],
            Design
                .Replace("cartoon/", "../cartoon/", StringComparison.Ordinal)
                .Replace("p.th", folder["p.th"], StringComparison.Ordinal)
        );
        var study = StudyFile.Read(
            Path.GetRelativePath(Environment.CurrentDirectory, folder["inner", "study.yaml"]),
            folder.Catalog
        );

        Assert.Equal(folder["cartoon", "train"], study.Targets[0].Value.Train.Location);
        Assert.Equal(folder["p.th"], study.Pretrained!.Weights);
        Assert.Equal(folder["inner"], study.Folder);
    }
}
