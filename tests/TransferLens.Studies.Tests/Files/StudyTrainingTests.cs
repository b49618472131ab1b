using TransferLens.Studies.Files;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Tests;

namespace TransferLens.Studies.Tests.Files;

public sealed class StudyTrainingTests : IDisposable
{
    private readonly StudyFolder folder = new(ImageFormats.All);

    public void Dispose() => folder.Dispose();

    private TrainingSettings Run(string training, string run) =>
        folder
            .Read(
                $$"""
                study: s
                network: n
                images: {size: 24}
                targets: {t: {format: synthetic, style: photo, train: 4, test: 2} }
                training: { {{training}} }
                runs: {R: {init: random, learning_rate: 1, {{run}} } }
                """
            )
            .Runs[0]
            .Value.Training;

    [Fact]
    public void Every_key_is_read()
    {
        var training = Run(
            """
            epochs: 0, batch_size: 2, optimizer: {name: adamw, weight_decay: 0.1, beta1: 0.8, beta2: 0.99, epsilon: 1e-6},
              schedule: {name: cosine, warmup_epochs: 3}, augment: {crop_padding: 4, resized_crop: true, horizontal_flip: true},
              loss: binary_cross_entropy, mixup: 0.2, precision: bfloat16, keep: [3, last, 1], keep_every: 5, keep_best: true,
              evaluate_every: 4, batch_norm_momentum: 0.3,
              parameter_groups: [{match: ^conv1, learning_rate_scale: 0}, {match: fc, weight_decay: 0, l2: 0.5, l2_toward: initial}]
            """,
            ""
        );

        Assert.Equal((0, 2, 5, true), (training.Epochs, training.BatchSize, training.KeepEvery, training.KeepBest));
        Assert.Equal(new OptimizerSettings("adamw", 0.9, false, 0.1, 0.8, 0.99, 1e-6), training.Optimizer);
        Assert.Equal(("cosine", 3), (training.Schedule.Name, training.Schedule.WarmupEpochs));
        Assert.Equal(new AugmentSettings(4, true, true), training.Augment);
        Assert.Equal(
            (Loss.BinaryCrossEntropy, 0.2, Precision.Bfloat16),
            (training.Loss, training.MixupAlpha, training.Precision)
        );
        Assert.Equal([1, 3], training.Keep);
        Assert.Equal((4, 0.3), (training.EvaluateEvery, training.BatchNormMomentum));
        Assert.Equal([new("^conv1", 0, null, 0, "zero"), new("fc", 1, 0, 0.5, "initial")], training.ParameterGroups);
    }

    [Theory]
    [InlineData("", "", Precision.Bfloat16, Precision.Bfloat16)]
    [InlineData("precision: float32", "", Precision.Bfloat16, Precision.Float32)]
    [InlineData("precision: bfloat16", "precision: float32", Precision.Bfloat16, Precision.Float32)]
    [InlineData("", "", Precision.Float32, Precision.Float32)]
    public void The_default_of_the_device_counts_only_where_the_file_chooses_no_precision(
        string study,
        string run,
        Precision device,
        Precision expected
    )
    {
        Run(study, run);
        var read = StudyFile.Read(
            folder.File,
            folder.Catalog with
            {
                Networks = [new FakeNetwork("n")],
            },
            precision: device
        );
        Assert.Equal(expected, read.Runs[0].Value.Training.Precision);
    }

    [Fact]
    public void A_run_can_weight_classes_or_take_the_weights_back()
    {
        Assert.Null(Run("epochs: 1", "").ClassWeights);
        Assert.Equal(ClassWeights.Balanced, Run("class_weights: balanced", "").ClassWeights);
        Assert.Null(Run("class_weights: balanced", "class_weights: none").ClassWeights);
    }

    [Fact]
    public void A_run_changes_only_what_it_names()
    {
        var training = Run(
            "epochs: 5, optimizer: {momentum: 0.8, weight_decay: 0.1}, augment: {crop_padding: 4}",
            "optimizer: {weight_decay: 0}, augment: {horizontal_flip: true}"
        );
        Assert.Equal(5, training.Epochs);
        Assert.Equal(OptimizerSettings.Default with { Momentum = 0.8, WeightDecay = 0 }, training.Optimizer);
        Assert.Equal(new AugmentSettings(4, false, true), training.Augment);
        Assert.Equal(AugmentSettings.None, Run("augment: {crop_padding: 4}", "augment: none").Augment);
    }

    [Fact]
    public void An_affine_change_is_laid_over_key_by_key_and_one_that_changes_nothing_is_none()
    {
        var paper = new AffineSettings(15, 0.05, 0.05, 128);
        Assert.Equal(
            paper,
            Run("augment: {affine: {rotation: 15, shift: 0.05, scale: 0.05, fill: 128}}", "").Augment.Affine
        );
        Assert.Equal(
            paper with
            {
                Rotation = 0,
            },
            Run(
                "augment: {affine: {rotation: 15, shift: 0.05, scale: 0.05, fill: 128}}",
                "augment: {affine: {rotation: 0}}"
            ).Augment.Affine
        );
        Assert.Equal(AugmentSettings.None, Run("augment: {affine: {fill: 128}}", "").Augment);
    }

    [Fact]
    public void An_affine_change_is_written_only_where_there_is_one_so_that_the_keys_of_other_trainings_stay()
    {
        Assert.Equal(
            """{"crop_padding":4,"resized_crop":false,"horizontal_flip":true}""",
            StudyJson.Write(Run("augment: {crop_padding: 4, horizontal_flip: true}", ""))["augment"]!.ToJsonString()
        );
        var augment = StudyJson.Write(Run("augment: {affine: {rotation: 15, fill: 128}}", ""));
        Assert.Equal(
            """{"crop_padding":0,"resized_crop":false,"horizontal_flip":false,"affine":{"rotation":15,"shift":0,"scale":0,"fill":128}}""",
            augment["augment"]!.ToJsonString()
        );
        Assert.Equal(new AffineSettings(15, 0, 0, 128), StudyJson.ReadTraining(augment).Augment.Affine);
    }

    [Fact]
    public void Another_optimizer_or_schedule_inherits_nothing_of_the_one_before()
    {
        var training = Run(
            "optimizer: {momentum: 0.8, weight_decay: 0.1}, schedule: {name: multi_step, milestones: [3], gamma: 0.5}",
            "optimizer: {name: adamw}, schedule: {name: cosine}"
        );
        Assert.Equal(OptimizerSettings.Default with { Name = "adamw" }, training.Optimizer);
        Assert.Equal(ScheduleSettings.Constant with { Name = "cosine" }, training.Schedule);
    }

    [Fact]
    public void Frozen_modules_are_a_list_or_one_word_and_a_run_can_take_them_back()
    {
        Assert.Equal(["conv1", "layer1"], Run("freeze: [layer1, conv1, layer1]", "").Freeze!.Value);
        Assert.Equal(["backbone"], Run("epochs: 1", "freeze: backbone").Freeze!.Value);
        Assert.Null(Run("freeze: conv1", "freeze: []").Freeze);
        Assert.Contains(
            "training.freeze[0]",
            Assert.Throws<InputException>(() => Run("freeze: [{a: b}]", "")).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Ways_to_train_a_part_are_read_and_a_run_can_take_them_back()
    {
        const string All = "head: probe, lora: {rank: 4}, layer_decay: 0.5, batch_norm_momentum: 1";
        var read = Run(All, "");
        Assert.Equal((HeadStart.Probe, new(4, 16), 0.5), (read.Head, read.Lora, read.LayerDecay));
        Assert.Equal(1, read.BatchNormMomentum);
        Assert.Throws<InputException>(() => Run("batch_norm_momentum: 0", ""));
        Assert.Throws<InputException>(() => Run("batch_norm_momentum: 1.1", ""));
        Assert.Equal(new(4, 2), Run(All, "lora: {alpha: 2}").Lora);
        Assert.Equal(LoraSettings.Default, Run("lora: {}", "").Lora);
        Assert.Equal(Adaptation.NormHead, Run("adapt: norm_head", "").Adapt);
        Assert.False(read.TrainsAll);
        var plain = Run($"{All}", "head: new, lora: none, layer_decay: 1, batch_norm_momentum: own");
        Assert.True(plain.TrainsAll);
        Assert.Contains(
            "has both lora and adapt: norm_head; keep one",
            Assert.Throws<InputException>(() => Run("adapt: norm_head", "lora: {rank: 2}")).Message,
            StringComparison.Ordinal
        );
        string[] words = ["head", "adapt", "lora", "layer_decay", "batch_norm_momentum"];
        Assert.Empty(StudyJson.Write(plain).Select(member => member.Key).Intersect(words));
        Assert.Equal(read.Lora, StudyJson.ReadTraining(StudyJson.Write(read)).Lora);
        Assert.Equal(read.Head, StudyJson.ReadTraining(StudyJson.Write(read)).Head);
    }

    [Fact]
    public void A_training_that_freezes_nothing_does_not_speak_of_it_so_that_its_key_stays()
    {
        Assert.DoesNotContain("freeze", StudyJson.Write(Run("epochs: 1", "")).Select(member => member.Key));
        var frozen = Run("freeze: [layer1, conv1]", "");
        Assert.Equal(["conv1", "layer1"], StudyJson.ReadTraining(StudyJson.Write(frozen)).Freeze!.Value);
    }

    [Fact]
    public void One_learning_rate_or_seed_is_a_list_of_one()
    {
        var run = folder
            .Read(
                StudyFolder
                    .Plain.Replace("seeds: [1, 2]", "seeds: 3", StringComparison.Ordinal)
                    .Replace("0.02", "[0.02, 1e-3]", StringComparison.Ordinal)
            )
            .Runs[0]
            .Value;
        Assert.Equal([3], run.Seeds);
        Assert.Equal([0.02, 0.001], run.LearningRates);
    }
}
