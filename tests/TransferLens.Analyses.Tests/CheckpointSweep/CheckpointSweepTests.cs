using System.Collections.Immutable;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using TransferLens.Analyses.CheckpointSweep;
using TransferLens.Analyses.Interpolation;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Evaluation;

namespace TransferLens.Analyses.Tests.CheckpointSweep;

public sealed class CheckpointSweepTests : IDisposable
{
    private readonly MadeUpStudy study = new(new CheckpointSweepAnalysis());

    public void Dispose() => study.Dispose();

    [Fact]
    public void The_walk_starts_before_the_last_and_ends_at_the_first_that_is_not_shown_to_be_no_worse()
    {
        Assert.Equal(2, Choose([0.8], [0.6], [0.8], [0.8], [0.8]).Earliest);
        Assert.Equal(0, Choose([0.9], [0.8]).Earliest);
        Assert.Equal(0, Choose([0.8]).Earliest);
        var last = Choose([0.5], [0.7], [0.8]);
        Assert.Equal(2, last.Earliest);
        Assert.True(last.IsLastBest);
        Assert.Equal([-0.3, -0.1], last.AgainstLast.Select(effect => Math.Round(effect!.Value, 9)));
        Assert.False(Choose([0.8], [0.7], [0.8]).IsLastBest);
    }

    [Fact]
    public void A_checkpoint_whose_trainings_all_diverged_ends_the_walk_and_without_the_last_there_is_no_answer()
    {
        var answer = Choose([0.8], [], [0.8]);
        Assert.Equal(2, answer.Earliest);
        Assert.Null(answer.AgainstLast[1]);
        Assert.Null(answer.SmallestMargin);
        Assert.Equal(1, Choose([], [0.8], [0.8]).Earliest);
        Assert.Null(
            CheckpointChoice.Choose(
                [
                    [MadeUpScores.Correct(0.8, 1)],
                    [],
                ],
                0.01
            )
        );
        Assert.Null(CheckpointChoice.Choose([], 0.01));
    }

    [Fact]
    public void The_smallest_margin_is_where_the_checkpoint_before_the_last_begins_to_pass()
    {
        ImmutableArray<ScoreSample>[] checkpoints =
        [
            [MadeUpScores.Correct(0.77, 1), MadeUpScores.Correct(0.78, 2)],
            [MadeUpScores.Correct(0.79, 3), MadeUpScores.Correct(0.8, 4)],
        ];
        var smallest = CheckpointChoice.Choose(checkpoints, 0.01)!.SmallestMargin!.Value;
        Assert.InRange(smallest, 0.021, 0.06);
        Assert.Equal(0, CheckpointChoice.Choose(checkpoints, smallest + 1e-9)!.Earliest);
        Assert.Equal(1, CheckpointChoice.Choose(checkpoints, smallest - 1e-9)!.Earliest);
    }

    [Fact]
    public void Checkpoints_better_than_the_last_are_listed_the_best_first()
    {
        Assert.Equal([2, 0], Choose([0.85], [0.8], [0.9], [0.8]).Better);
        Assert.Empty(Choose([0.7], [0.8], [0.8]).Better);
    }

    [Property]
    public Property A_larger_margin_never_needs_more_pretraining(NonEmptyArray<int> values)
    {
        ImmutableArray<ScoreSample>[] checkpoints =
        [
            .. values
                .Get.Take(6)
                .Select(
                    (value, i) =>
                        ImmutableArray.Create(MadeUpScores.Correct(0.7 + (Math.Abs((long)value) % 20 / 200.0), (uint)i))
                ),
        ];
        var earliest = new[] { 0.005, 0.01, 0.03, 0.2 }
            .Select(margin => CheckpointChoice.Choose(checkpoints, margin)!.Earliest)
            .ToList();
        return (earliest.SequenceEqual(earliest.OrderDescending()) && earliest[^1] == 0).ToProperty();
    }

    [Fact]
    public void The_final_basin_begins_where_every_later_barrier_is_at_most_the_margin()
    {
        Estimate seen = new(0.3, 0.28, 0.33),
            unseen = new(0.02, 0, 0.04),
            none = new(0, 0, 0);
        Assert.Equal(3, CheckpointChoice.EarliestWithoutBarrier([unseen, unseen, seen, unseen, none], 0.05));
        Assert.Equal(4, CheckpointChoice.EarliestWithoutBarrier([unseen, unseen, seen, unseen, none], 0.03));
        Assert.Equal(0, CheckpointChoice.EarliestWithoutBarrier([unseen, unseen, none], 0.041));
        // Not below the margin: as for scores, the end must be.
        Assert.Equal(2, CheckpointChoice.EarliestWithoutBarrier([unseen, unseen, none], 0.04));
        Assert.Equal(0, CheckpointChoice.EarliestWithoutBarrier([none], 0.01));
    }

    private static CheckpointAnswer Choose(params double[][] accuracies) =>
        CheckpointChoice.Choose(
            [
                .. accuracies.Select(one =>
                    one.Select((accuracy, i) => MadeUpScores.Correct(accuracy, (uint)i)).ToImmutableArray()
                ),
            ],
            0.01
        )!;

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
    [InlineData("margin: 0", "study.yaml, line 9: analyses.checkpoint_sweep.margin must be above 0")]
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
        var plan = study.Plan("margin: 3", files);
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
        var section = Conclude("checkpoints: [0, 1, 3], margin: 5", (checkpoint, seed) => (
                checkpoint switch
                {
                    "0" => 0.5,
                    "1" => 0.7,
                    "3" => 0.79,
                    _ => 0.8,
                }
            ) + (0.01 * seed));
        Assert.Equal(
            "Epoch 3 of 6 is enough for drawn: 80.5 % against 81.5 %, at most 5 points worse.",
            section.Findings[0].Sentence
        );
        Assert.Matches(
            @"^It loses at most [23]\.\d points \(one-sided 95 % interval over seeds and test images\)\. It would",
            section.Findings[0].Detail
        );
        Assert.Equal(Confidence.Medium, section.Findings[0].Confidence);
        Assert.StartsWith(
            "Pretraining reached its final basin by epoch 1 of",
            section.Findings[1].Sentence,
            StringComparison.Ordinal
        );
        Assert.Contains("There is one pretraining run", section.Findings[1].Detail, StringComparison.Ordinal);
        Assert.Equal(Confidence.Low, section.Findings[1].Confidence);
        Assert.Equal(0.05, (double)section.Result["margin"]!, 1e-12);
        var checkpoints = section.Result["targets"]![0]!["checkpoints"]!.AsArray();
        Assert.Equal(-0.01, (double)checkpoints[2]!["againstLast"]!["value"]!, 1e-9);
        Assert.Null(checkpoints[3]!["againstLast"]);
        Assert.InRange((double)section.Result["targets"]![0]!["smallestMargin"]!, 0.02, 0.05);
        Assert.Equal(3, (int)section.Result["targets"]![0]!["earliestEpoch"]!);
        Assert.Equal(1, (int)section.Result["finalBasinEpoch"]!);
        Assert.Equal([0, 1, 3, 6], section.Result["source"]!.AsArray().Select(source => (int)source!["epoch"]!));
    }

    [Fact]
    public void What_starting_earlier_would_have_saved_is_said_in_epochs_and_images()
    {
        var section = Conclude("margin: 3", (checkpoint, _) => checkpoint is "0" or "1" ? 0.5 : 0.8);
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
        var all = Conclude("margin: 3", (_, _) => 0.8);
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
    public void No_basin_is_found_in_a_pretraining_that_learned_nothing()
    {
        var section = Conclude("margin: 3", (_, _) => 0.8, largestClass: 0.59);
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
        // Two seeds.
        Assert.Equal(Confidence.Medium, section.Findings[0].Confidence);
        Assert.StartsWith(
            "Check whether pretraining helps",
            section.Findings[0].Recommendation,
            StringComparison.Ordinal
        );
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
        // Epochs 0 and 1 are as good as the last, but not 3, so nothing says that less pretraining is enough.
        var none = Conclude("", (checkpoint, _) => checkpoint == "3" ? 0.7 : 0.8).Findings[0];
        Assert.Matches(
            @"^No earlier epoch is shown at most 1 point worse than the last on drawn "
                + @"\(smallest passing margin: 1[0-2]\.\d points\)\.$",
            none.Sentence
        );
        Assert.Matches(@"^Epoch 3 loses 10\.0 points \(95 % CI [89]\.\d to 1\d\.\d\)\.$", none.Detail);
        Assert.Equal(Confidence.Low, none.Confidence);
        Assert.True(none.Sentence.Split(' ').Length <= 20);
    }

    [Fact]
    public void What_an_undecided_checkpoint_leaves_open_is_said()
    {
        var finding = Conclude("margin: 0.1", (_, _) => 0.8).Findings[0];
        Assert.StartsWith(
            "No earlier epoch is shown at most 0.1 points worse",
            finding.Sentence,
            StringComparison.Ordinal
        );
        Assert.Matches(
            @"^Epoch 3 differs from the last by -\d\.\d to \+\d\.\d points; about [\d,]+ more test images would decide\.$",
            finding.Detail
        );
        Assert.Equal("Start from the last epoch. Add test images to judge epoch 3.", finding.Recommendation);
    }

    [Fact]
    public void An_epoch_that_is_better_than_the_last_is_named()
    {
        var finding = Conclude("margin: 3", (checkpoint, _) => checkpoint == "3" ? 0.9 : 0.8).Findings[0];
        Assert.Matches(
            @"Epoch 3 is better than the last by 10\.0 points \(95 % CI \d\.\d to 1\d\.\d\)\.$",
            finding.Detail
        );
    }

    [Theory]
    [InlineData(
        0.05,
        0,
        0.09,
        "Open when pretraining entered its final basin: the barrier between epochs 3 and 6 may reach 9.0"
    )]
    [InlineData(
        0.2,
        0.15,
        0.25,
        "Pretraining entered its final basin after epoch 3 of 6: barrier of 20.0 points (95 % CI 15.0 to 25.0)"
    )]
    [InlineData(
        0.002,
        0,
        0.008,
        "Pretraining reached its final basin by epoch 1 of 6: a barrier of at most 0.8 points"
    )]
    public void The_upper_end_of_the_barrier_decides_on_the_basin(double value, double low, double high, string said)
    {
        var finding = Conclude("", (_, _) => 0.8, barrier: new(value, low, high)).Findings[1];
        Assert.Contains(said, finding.Sentence, StringComparison.Ordinal);
        Assert.Equal(Confidence.Low, finding.Confidence);
        Assert.Contains("A barrier below 1 point counts as none.", finding.Detail, StringComparison.Ordinal);
        Assert.Equal(!said.StartsWith("Open", StringComparison.Ordinal), finding.Decision!.IsDetected);
        Assert.Contains(finding.Evidence, evidence => (evidence.Low, evidence.High) == (low, high));
        Assert.True(finding.Sentence.Split(' ').Length <= 20);
    }

    [Theory]
    // By the half of the interval that faces the margin; a symmetric one would pass the first and fail the second.
    [InlineData(0.004, 0.003, 0.0101, 0.01, false)]
    [InlineData(0.009, 0, 0.0095, 0.01, true)]
    [InlineData(0, 0, 0, 0.01, true)]
    [InlineData(0.01, 0.01, 0.01, 0.01, false)]
    [InlineData(0.01, 0, 0.02, 0.01, false)]
    public void A_barrier_is_within_the_margin_exactly_where_the_upper_end_is_below(
        double value,
        double low,
        double high,
        double margin,
        bool within
    )
    {
        Estimate barrier = new(value, low, high);
        Assert.Equal(within, BasinTest.IsWithin(barrier, margin));
        Assert.Equal(within ? 0 : 1, CheckpointChoice.EarliestWithoutBarrier([barrier, new(0, 0, 0)], margin));
        Assert.False(BasinTest.IsBeyond(barrier, margin));
    }

    [Fact]
    public void The_p_of_a_barrier_is_that_of_the_normal_number_with_its_end()
    {
        // 1.96 standard errors are 0.02 above and 0.01 below; the margins are twice as far.
        Estimate barrier = new(0.1, 0.09, 0.12);
        Assert.Equal(8.858e-5, BasinTest.PWithin(barrier, 0.14), 1e-7);
        Assert.Equal(8.858e-5, BasinTest.PBeyond(barrier, 0.08), 1e-7);
        Assert.True(BasinTest.IsBeyond(barrier, 0.0899));
        Assert.False(BasinTest.IsBeyond(barrier, 0.09));
    }

    [Fact]
    public void A_barrier_that_may_be_within_the_margin_leaves_the_basin_open_though_it_is_above_0()
    {
        var finding = Conclude("", (_, _) => 0.8, barrier: new(0.012, 0.004, 0.0181)).Findings[1];
        Assert.Equal(
            "Open when pretraining entered its final basin: the barrier between epochs 3 and 6 may reach 1.9 points.",
            finding.Sentence
        );
        Assert.False(finding.Decision!.IsDetected);
    }

    [Fact]
    public void Nothing_is_said_to_be_saved_where_the_last_epoch_is_the_answer()
    {
        var finding = Conclude("", (checkpoint, _) => checkpoint == "3" ? 0.7 : 0.8).Findings[0];
        Assert.DoesNotContain(finding.Evidence, evidence => evidence.Unit == "%");
        // Epoch 3 loses 10 points: nothing would show that it does not.
        Assert.Equal("Start from the last epoch.", finding.Recommendation);
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

    // Accuracy by checkpoint and seed; null for a training that diverged. On the source epoch 0 has a barrier, later ones none.
    [Fact]
    public void Instability_repeats_the_first_seed_from_each_checkpoint_with_another_data_order_alone()
    {
        var plan = study.Plan("checkpoints: [0, 3], instability: true");
        var repeats = plan.AnalysisTasks()
            .Where(task => task.Title.EndsWith("another data order", StringComparison.Ordinal))
            .ToList();
        Assert.Equal(["0", "3", "last"], repeats.Select(task => (string)task.Settings["checkpoint"]!));
        Assert.All(repeats, task =>
            Assert.Equal((2, 1), ((int)task.Settings["seed"]!, (int)task.Settings["init_seed"]!))
        );
        Assert.Equal(
            3,
            plan.AnalysisTasks().Count(task => task.Title.EndsWith("two data orders", StringComparison.Ordinal))
        );
        Assert.DoesNotContain(study.Plan("checkpoints: [0, 3]").AnalysisTasks(), task =>
            task.Title.Contains("data order", StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData(0.0, 0.005, "Fine-tuning on drawn is stable from epoch 3 on: barrier of at most 0.5 points.")]
    [InlineData(0.3, 0.32, "Fine-tuning on drawn is unstable even from epoch 6: 30.0 points (95 % CI 28.0 to 32.0).")]
    [InlineData(
        0.01,
        0.05,
        "Open whether fine-tuning on drawn is stable: from epoch 6, the barrier may reach 5.0 points."
    )]
    public void Fine_tuning_is_stable_from_where_on_every_barrier_is_within_the_margin(
        double value,
        double high,
        string says
    )
    {
        var barrier = new Estimate(value, Math.Max(0, (2 * value) - high), high);
        var section = Conclude("checkpoints: [0, 3], instability: true", (_, _) => 0.8, barrier: barrier);
        var finding = section.Findings.Single(finding => finding.Sentence.StartsWith(says, StringComparison.Ordinal));
        Assert.Equal((1, false), (finding.Decision!.Runs, finding.Decision.CoversSeeds));
        var target = section.Result["targets"]![0]!;
        Assert.Equal(high < 0.01 ? 3 : null, (int?)target["stableFromEpoch"]);
        Assert.Equal(value, (double)target["checkpoints"]![1]!["instability"]!["value"]!, 1e-9);
        Assert.Contains(
            "Instability to data order",
            section.Figures.OfType<LineChart>().SelectMany(chart => chart.Panels).Select(panel => panel.Heading)
        );
        Assert.Contains("checkpoint_sweep-instability", section.Tables.Select(table => table.Name));
    }

    private AnalysisSection Conclude(
        string settings,
        Func<string, int, double?> accuracy,
        double largestClass = 0,
        Estimate? barrier = null
    )
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
                _ => Line(
                    (string?)task.Settings["checkpoint"] == "0"
                    || (string?)task.Inputs["first"].Settings["checkpoint"] == "0"
                        ? new(0.5, 0.48, 0.52)
                        : barrier ?? new(0.01, 0, 0.03)
                ),
            });

        double? Of(TaskSpec train) =>
            accuracy((string?)train.Settings["checkpoint"] ?? "", (int)train.Settings["seed"]!);
    }

    internal static JsonObject Line(Estimate barrier) =>
        new()
        {
            ["recalibrated"] = null,
            ["raw"] = new JsonObject
            {
                ["points"] = new JsonArray([
                    .. new[] { (0.0, 0.6), (0.5, 0.6 - barrier.Value), (1.0, 0.6) }.Select(point => new JsonObject
                    {
                        ["lambda"] = point.Item1,
                        ["accuracy"] = point.Item2,
                        ["loss"] = 1,
                    }),
                ]),
                ["barrier"] = new JsonObject
                {
                    ["accuracy"] = barrier.Value,
                    ["accuracyLow"] = barrier.Low,
                    ["accuracyHigh"] = barrier.High,
                    ["accuracyNoise"] = 0.02,
                    ["loss"] = 0,
                },
            },
        };
}
