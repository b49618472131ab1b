using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using TransferLens.Analyses.CheckpointSweep;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Interpolation;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.Tests.CheckpointSweep;

public sealed class CheckpointSweepTests : IDisposable
{
    private readonly MadeUpStudy study = new(new CheckpointSweepAnalysis());

    public void Dispose() => study.Dispose();

    [Fact]
    public void The_earliest_checkpoint_is_the_first_whose_range_reaches_that_of_the_last()
    {
        Assert.Equal(2, CheckpointChoice.EarliestNoWorse([At(0.2), At(0.5), At(0.68), At(0.6), At(0.7)]));
        Assert.Equal(0, CheckpointChoice.EarliestNoWorse([At(0.9), At(0.5)]));
        Assert.Equal(1, CheckpointChoice.EarliestNoWorse([At(0.1), At(0.5)]));
        Assert.Equal(0, CheckpointChoice.EarliestNoWorse([At(0.5)]));
        // Equal ends meet.
        Assert.Equal(0, CheckpointChoice.EarliestNoWorse([new(0.4, 0.3, 0.5), new(0.6, 0.5, 0.7)]));
    }

    [Fact]
    public void A_checkpoint_whose_trainings_all_diverged_is_passed_over_and_without_the_last_there_is_no_answer()
    {
        Assert.Equal(1, CheckpointChoice.EarliestNoWorse([null, At(0.5), At(0.5)]));
        Assert.Null(CheckpointChoice.EarliestNoWorse([At(0.5), null]));
        Assert.Null(CheckpointChoice.EarliestNoWorse([]));
    }

    [Property]
    public Property The_earliest_checkpoint_stays_when_one_that_is_worse_is_put_before_it(NonEmptyArray<int> values)
    {
        Estimate?[] accuracies = [.. values.Get.Select(value => At(Math.Abs(value % 100) / 100.0))];
        var worse = new Estimate(-1, -1, -1);
        return (
            CheckpointChoice.EarliestNoWorse([worse, .. accuracies]) == CheckpointChoice.EarliestNoWorse(accuracies) + 1
        ).ToProperty();
    }

    [Fact]
    public void The_final_basin_begins_with_the_first_checkpoint_without_a_barrier_beyond_the_noise()
    {
        Estimate seen = new(0.3, 0.28, 0.33),
            unseen = new(0.02, 0, 0.04);
        Assert.Equal(1, CheckpointChoice.EarliestWithoutBarrier([seen, unseen, seen, unseen]));
        Assert.Equal(2, CheckpointChoice.EarliestWithoutBarrier([seen, seen, unseen]));
        Assert.Equal(0, CheckpointChoice.EarliestWithoutBarrier([unseen]));
    }

    [Fact]
    public void Checkpoints_are_those_that_are_kept_unless_named()
    {
        var training = TrainingSettings.Default with { Epochs = 6, Keep = [2], KeepEvery = 3 };
        Assert.Equal(["0", "2", "3", "last"], SweepCheckpoints.OfPretraining([], training));
        Assert.Equal(["0", "3", "last"], SweepCheckpoints.OfPretraining(["last", "3", "0"], training));
        Assert.Equal(["2", "last"], SweepCheckpoints.OfPretraining(["6", "2"], training));
    }

    [Fact]
    public void Every_checkpoint_and_seed_is_trained_once_and_the_last_ones_are_the_studys_own_trainings()
    {
        var plan = study.Plan("checkpoints: [0, 1, 3, last]");
        // P, P-T and RI-T twice each, and two seeds from each of three earlier checkpoints.
        Assert.Equal(1 + 4 + 6, plan.Tasks.Count(task => task.Kind == StudyTasks.TrainKind));
        Assert.Equal(4 + 6 + 4, plan.Tasks.Count(task => task.Kind == StudyTasks.EvaluateKind));
        Assert.Equal(3, plan.Tasks.Count(task => task.Kind == BarrierTask.Declared));
        Assert.Equal((2 * 8) + 4 + 3, plan.AnalysisTasks().Length);
        var trained = plan.AnalysisTasks().Where(task => task.Kind == StudyTasks.TrainKind).ToList();
        Assert.All(trained, task => Assert.Equal(plan.Pretraining!.Key, task.Inputs["pretrained"].Key));
        Assert.Equal(["0", "1", "3", "last"], trained.Select(task => (string)task.Settings["checkpoint"]!).Distinct());
        Assert.All(plan.Tasks.Where(task => task.Kind == BarrierTask.Declared), task =>
            Assert.Equal("last", (string?)task.Settings["second_checkpoint"])
        );
    }

    [Fact]
    public void A_barrier_between_trainings_does_not_speak_of_a_second_checkpoint_so_that_its_key_stays() =>
        Assert.DoesNotContain(
            "second_checkpoint",
            TaskSettings
                .Write(
                    new BarrierTaskSettings(
                        "cifar_resnet8",
                        2,
                        "last",
                        [0, 1],
                        2,
                        Normalization.ImageNet,
                        Precision.Float32
                    )
                )
                .Select(member => member.Key)
        );

    [Theory]
    [InlineData("checkpoints: [0, 2, 4]", "contains 2, 4", "keep: [0, 1, 2, 3, 4] under pretrained")]
    [InlineData("checkpoints: [7]", "contains 7", "has 6 epochs")]
    [InlineData(
        "checkpoints: [best]",
        "study.yaml, line 9: analyses.checkpoint_sweep.checkpoints contains best",
        "an epoch, counted from 0, or last"
    )]
    [InlineData("run: RI-T", "run is RI-T", "Write P-T")]
    [InlineData("points: 1", "study.yaml, line 9: analyses.checkpoint_sweep.points must be at least 2, but is 1.")]
    public void Wrong_settings_are_told_by_name(string settings, params string[] said) =>
        Assert.All(said, word => Assert.Contains(word, study.Wrong(settings), StringComparison.Ordinal));

    [Fact]
    public void P_from_a_file_has_no_checkpoints_to_sweep() =>
        Assert.Contains(
            "needs several checkpoints of P, but P comes from a single file",
            study.Wrong("", pretrained: "pretrained: {weights: p.safetensors}"),
            StringComparison.Ordinal
        );

    [Fact]
    public void Several_files_are_swept_without_a_source_to_measure_them_on()
    {
        const string files = "pretrained: {weights: [p.safetensors, p.safetensors, p.safetensors]}";
        var plan = study.Plan("", files);
        Assert.Equal(
            ["0", "1", "last"],
            plan.Tasks.Where(task => task.Kind == StudyTasks.TrainKind)
                .Select(task => (string?)task.Settings["checkpoint"])
                .OfType<string>()
                .Distinct()
                .Order()
        );
        Assert.DoesNotContain(plan.Tasks, task => task.Kind == BarrierTask.Declared);
        var section = study.Conclude(plan, task => task.Kind.Name switch
            {
                "train" => MadeUpStudy.Trained(0.5),
                "evaluate" => MadeUpStudy.Evaluated(
                    (string?)task.Inputs["weights"].Settings["checkpoint"] == "0" ? 0.5 : 0.8
                ),
                _ => new() { ["last"] = 2 },
            });
        Assert.Contains(
            "File 1 of 0 to 2 is enough for drawn:",
            Assert.Single(section.Findings).Sentence,
            StringComparison.Ordinal
        );
        // No word of epochs, random weights or barriers that were not there; what was not measured is said.
        string[] words =
        [
            .. section.Findings.SelectMany(finding =>
                finding.Evidence.Select(evidence => evidence.Name).Append(finding.Recommendation ?? "")
            ),
            section.Method.Definition,
            section.Method.Settings,
            .. section.Method.Caveats,
            .. section.Tables.SelectMany(table => table.Columns.Append(table.Title)),
            .. section
                .Figures.OfType<LineChart>()
                .SelectMany(chart => chart.Panels.Select(panel => panel.Horizontal).Append(chart.Title)),
            .. plan.Tasks.Select(task => task.Title),
        ];
        Assert.All(words, word => Assert.DoesNotMatch("epoch|random initial weights|recalibrated", word));
        Assert.Contains(
            "P's source accuracy and the final basin of pretraining were not measured",
            section.Method.Definition,
            StringComparison.Ordinal
        );
        Assert.Null(section.Result["source"]![0]!["accuracy"]);
        Assert.Null(section.Result["targets"]![0]!["saved"]);
        Assert.Null(section.Result["finalBasinEpoch"]);
        Assert.Single(section.Figures);
        Assert.Contains("lists 3 files", study.Wrong("checkpoints: [7]", files), StringComparison.Ordinal);
    }

    [Fact]
    public void The_answer_is_given_in_one_line_and_the_basin_in_another()
    {
        var section = Conclude("checkpoints: [0, 1, 3]", (checkpoint, seed) => (
                checkpoint switch
                {
                    "0" => 0.5,
                    "1" => 0.7,
                    "3" => 0.79,
                    _ => 0.8,
                }
            ) + (0.01 * seed));
        Assert.StartsWith(
            "Epoch 3 of 6 is enough for drawn: 80.5 % against 81.5 % from the last",
            section.Findings[0].Sentence,
            StringComparison.Ordinal
        );
        Assert.Equal(Confidence.Medium, section.Findings[0].Confidence);
        Assert.StartsWith(
            "Pretraining reached its final basin by epoch 1 of",
            section.Findings[1].Sentence,
            StringComparison.Ordinal
        );
        Assert.Equal(3, (int)section.Result["targets"]![0]!["earliestEpoch"]!);
        Assert.Equal(1, (int)section.Result["finalBasinEpoch"]!);
        Assert.Equal([0, 1, 3, 6], section.Result["source"]!.AsArray().Select(source => (int)source!["epoch"]!));
    }

    [Fact]
    public void What_starting_earlier_would_have_saved_is_said_in_epochs_and_images()
    {
        var section = Conclude("checkpoints: [0, 1, 3]", (checkpoint, _) => checkpoint is "0" or "1" ? 0.5 : 0.8);
        Assert.Contains(
            "It would have saved 50 % of pretraining: 3 of 6 epochs, 3,600 of 7,200 image presentations.",
            section.Findings[0].Detail,
            StringComparison.Ordinal
        );
        Assert.Contains(section.Findings[0].Evidence, evidence => evidence is { Value: 50, Unit: "%" });
        var saved = section.Result["targets"]![0]!["saved"]!;
        Assert.Equal(
            (0.5, 3, 6, 3600L, 7200L),
            (
                (double)saved["share"]!,
                (int)saved["epochs"]!,
                (int)saved["ofEpochs"]!,
                (long)saved["images"]!,
                (long)saved["ofImages"]!
            )
        );
        var all = Conclude("", (_, _) => 0.8);
        Assert.Contains("saved 100 % of pretraining: 6 of 6 epochs", all.Findings[0].Detail, StringComparison.Ordinal);
        var none = Conclude("", (checkpoint, _) => checkpoint == "last" ? 0.9 : 0.5);
        Assert.Equal(0.0, (double)none.Result["targets"]![0]!["saved"]!["share"]!);
        Assert.DoesNotContain(
            "saved",
            $"{none.Findings[0].Sentence}{none.Findings[0].Detail}",
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void No_basin_is_found_in_a_pretraining_that_learned_nothing_and_no_difference_is_not_sure()
    {
        var section = Conclude("", (_, _) => 0.8, largestClass: 0.59);
        Assert.Null(section.Result["finalBasinEpoch"]);
        Assert.False((bool)section.Result["source"]![0]!["learned"]!);
        Assert.DoesNotContain(section.Findings, finding =>
            finding.Sentence.Contains("was in its final basin", StringComparison.Ordinal)
        );
        Assert.StartsWith(
            "Pretraining learned nothing detectable: P reaches 60.0 % on the source",
            section.Findings[1].Sentence,
            StringComparison.Ordinal
        );
        Assert.Equal(Confidence.Low, section.Findings[0].Confidence);
    }

    [Fact]
    public void Gains_up_to_the_last_epoch_and_no_gain_at_all_are_said_plainly()
    {
        Assert.Contains(
            "The last epoch, 6, is the best start for drawn: 80.0 % against 70.0 % from epoch 3.",
            Conclude("", (checkpoint, _) => checkpoint switch
                {
                    "0" => 0.5,
                    "1" => 0.6,
                    "3" => 0.7,
                    _ => 0.8,
                })
                .Findings[0]
                .Sentence,
            StringComparison.Ordinal
        );
        var none = Conclude("", (checkpoint, _) => checkpoint == "3" ? 0.7 : 0.8).Findings[0];
        Assert.StartsWith("Epoch 0 of 6 is enough for drawn:", none.Sentence, StringComparison.Ordinal);
        Assert.Contains("Fine-tuning from the later epoch 3 is worse.", none.Detail, StringComparison.Ordinal);
        Assert.StartsWith("Check whether pretraining helps", none.Recommendation, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_sound_training_from_the_last_checkpoint_there_is_no_answer_and_it_is_said_what_diverged()
    {
        var section = Conclude("checkpoints: [0]", (checkpoint, _) => checkpoint == "last" ? null : 0.8);
        Assert.Null(section.Result["targets"]![0]!["earliestEpoch"]);
        Assert.DoesNotContain(section.Findings, finding =>
            finding.Sentence.Contains("is enough", StringComparison.Ordinal)
        );
        Assert.Contains(section.Findings, finding =>
            finding.Sentence.Contains("2 of 4 fine-tuning runs on drawn diverged", StringComparison.Ordinal)
        );
        Assert.DoesNotContain(section.Tables.SelectMany(table => table.Rows).SelectMany(row => row), cell =>
            cell is double.NaN
        );
    }

    private static Estimate At(double value) => new(value, value - 0.02, value + 0.02);

    // Accuracy by checkpoint and seed; null for a training that diverged. On the source epoch 0 has a barrier, later ones none.
    private AnalysisSection Conclude(string settings, Func<string, int, double?> accuracy, double largestClass = 0)
    {
        var plan = study.Plan(settings);
        return study.Conclude(plan, task => task.Kind.Name switch
            {
                "train" => MadeUpStudy.Trained(0.5, task.Key != plan.Pretraining!.Key && Of(task) is null),
                "evaluate" when task.Inputs["weights"].Key == plan.Pretraining!.Key => new(
                    MadeUpStudy.Evaluated(0.6).Select(entry => KeyValuePair.Create(entry.Key, entry.Value?.DeepClone()))
                )
                {
                    ["largestClass"] = largestClass,
                },
                "evaluate" => MadeUpStudy.Evaluated(Of(task.Inputs["weights"]) ?? 0.1),
                "images" => new() { ["images"] = 1200 },
                _ => Line((string?)task.Settings["checkpoint"] == "0" ? 0.1 : 0.59),
            });

        double? Of(TaskSpec train) =>
            accuracy((string?)train.Settings["checkpoint"] ?? "", (int)train.Settings["seed"]!);
    }

    private static JsonObject Line(double middle) =>
        new()
        {
            ["recalibrated"] = null,
            ["raw"] = new JsonObject
            {
                ["points"] = new JsonArray([
                    .. new[] { (0.0, 0.6), (0.5, middle), (1.0, 0.6) }.Select(point => new JsonObject
                    {
                        ["lambda"] = point.Item1,
                        ["accuracy"] = point.Item2,
                        ["loss"] = 1,
                    }),
                ]),
                ["barrier"] = new JsonObject
                {
                    ["accuracy"] = 0.6 - middle,
                    ["accuracyLow"] = Math.Max(0, 0.58 - middle),
                    ["accuracyHigh"] = 0.62 - middle,
                    ["accuracyNoise"] = 0.02,
                    ["loss"] = 0,
                },
            },
        };
}
