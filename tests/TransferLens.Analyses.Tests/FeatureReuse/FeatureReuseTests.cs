using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.FeatureReuse;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.Tests.FeatureReuse;

public sealed class FeatureReuseTests : IDisposable
{
    private readonly MadeUpStudy study = new(new FeatureReuseAnalysis());

    private static readonly Gen<Estimate> Estimates =
        from value in Gen.Choose(1, 99)
        from below in Gen.Choose(0, value)
        from above in Gen.Choose(0, 100 - value)
        select new Estimate(value / 100.0, (value - below) / 100.0, (value + above) / 100.0);

    public void Dispose() => study.Dispose();

    [Property]
    public Property The_two_parts_add_up_to_the_gain() => Prop.ForAll(Estimates.Two().ToArbitrary(), pair =>
        {
            var split = new GainSplit(pair.Item1, pair.Item2);
            return Math.Abs(split.LowLevelStatistics.Value + split.FeatureReuse.Value - split.Gain.Value) < 1e-12
                && split.FeatureReuse.Low <= split.FeatureReuse.Value
                && split.FeatureReuse.Value <= split.FeatureReuse.High;
        });

    [Property]
    public Property The_range_of_a_drop_holds_every_combination() => Prop.ForAll(Estimates.Two().ToArbitrary(), pair =>
        {
            var (first, second) = pair;
            if (ReuseMeasure.RelativeDrop(first, second) is not { } drop)
            {
                return first.Low == 0;
            }

            var all =
                from p in new[] { first.Low, first.Value, first.High }
                from r in new[] { second.Low, second.Value, second.High }
                select ReuseMeasure.RelativeDrop(p, r)!.Value;
            return Math.Abs(all.Min() - drop.Low) < 1e-9
                && Math.Abs(all.Max() - drop.High) < 1e-9
                && ReuseMeasure.RelativeDrop(first.Value, second.Value) == drop.Value;
        });

    [Fact]
    public void Drops_have_the_values_found_by_hand()
    {
        Assert.Equal(25, ReuseMeasure.RelativeDrop(0.8, 0.6)!.Value, 1e-12);
        Assert.Equal(-50, ReuseMeasure.RelativeDrop(0.4, 0.6)!.Value, 1e-12);
        Assert.Equal(0, ReuseMeasure.RelativeDrop(0.5, 0.5));
        Assert.Null(ReuseMeasure.RelativeDrop(0, 0.1));
    }

    [Theory]
    [InlineData(8, "channels 1 2 4 8")]
    [InlineData(224, "channels 1 2 4 8 16 32 224")]
    [InlineData(27, "channels 1 27")]
    public void Blocks_unless_named_are_the_powers_of_two_that_divide_the_size(int size, string blocks) =>
        Assert.Equal(blocks.Split(' '), ReuseMeasure.Blocks(size));

    [Fact]
    public void The_full_size_is_always_measured_since_all_others_are_compared_with_it() =>
        Assert.Equal(["channels", "1", "4", "8"], ReuseMeasure.Blocks(["4", "channels", "1"], 8));

    [Fact]
    public void Every_block_run_and_seed_is_trained_once_and_whole_images_are_the_studys_own_trainings()
    {
        var plan = study.Plan("block_sizes: [channels, 1, 8], seeds: [5, 6, 7]");
        Assert.Equal(2 * ((2 * 3 * 2) + 4), plan.AnalysisTasks().Length);
        // P, four trainings of the study, and 2 blocks x 3 shuffles x 2 runs; each but P is evaluated; images of source and target.
        Assert.Equal(1 + 4 + 12, plan.Tasks.Count(task => task.Kind == StudyTasks.TrainKind));
        Assert.Equal(4 + 12, plan.Tasks.Count(task => task.Kind == StudyTasks.EvaluateKind));
        Assert.Equal(plan.Tasks.Length, plan.Tasks.Select(task => task.Title).Distinct().Count());
        Assert.All(plan.AnalysisTasks()[^8..], task =>
            Assert.Contains(task.Key, plan.Runs.SelectMany(run => new[] { run.Train.Key, run.Evaluate.Key }))
        );
        var shuffled = plan.Tasks.Where(task => task.Settings.ContainsKey("shuffle")).ToList();
        Assert.Equal(24, shuffled.Count);
        Assert.Equal(
            ["channels 5", "channels 6", "channels 7", "1 5", "1 6", "1 7"],
            shuffled
                .Select(task => $"{task.Settings["shuffle"]!["block"]} {task.Settings["shuffle"]!["seed"]}")
                .Distinct()
        );
    }

    [Fact]
    public void Permutations_are_drawn_again_unless_the_papers_are_asked_for()
    {
        var (redrawn, exact) = (Shuffles("block_sizes: [4]"), Shuffles("block_sizes: [4], exact: true"));
        Assert.Equal([1234, 1235, 1236], redrawn.Select(shuffle => shuffle.Seed).Distinct());
        Assert.All(redrawn, shuffle => Assert.True(shuffle.Redraw));
        Assert.Equal(redrawn.Select(shuffle => shuffle with { Redraw = false }), exact);

        List<ShuffleSettings> Shuffles(string settings) =>
            [
                .. study
                    .Plan(settings)
                    .Tasks.Where(task => task.Settings.ContainsKey("shuffle"))
                    .Select(task => TaskSettings.Read<ShuffleSettings>(task.Settings["shuffle"]!.AsObject())),
            ];
    }

    [Fact]
    public void The_shares_of_blocks_in_place_and_of_neighbours_kept_are_means_over_permutations()
    {
        // RandomState(1234).permutation(4) is 0 1 2 3, that of 1235 is 1 0 2 3: two blocks in place, one of four pairs.
        var blocks = Blocks("block_sizes: [channels, 4], seeds: [1234, 1235], exact: true");
        Assert.Equal(0.75, (double)blocks[1]!["blocksInPlace"]!, 1e-12);
        Assert.Equal(0.625, (double)blocks[1]!["neighboursKept"]!, 1e-12);
        Assert.Null(blocks[2]!["blocksInPlace"]);
        Assert.Null(blocks[2]!["neighboursKept"]);
        var redrawn = Blocks("block_sizes: [channels, 4]");
        Assert.Equal(0, (double)redrawn[1]!["blocksInPlace"]!);
        Assert.Equal(0, (double)redrawn[1]!["neighboursKept"]!);
        Assert.Equal(0, (double)redrawn[0]!["blocksInPlace"]!);

        JsonArray Blocks(string settings) =>
            Conclude(settings, (_, pretrained, _, _) => pretrained ? 0.8 : 0.5).Result[0]!["blocks"]!.AsArray();
    }

    [Fact]
    public void Trainings_on_augmented_images_are_not_taken_for_whole_ones()
    {
        var plan = study.Plan(
            "block_sizes: 8, run_seeds: [1, 2]",
            training: "{epochs: 2, augment: {horizontal_flip: true}}"
        );
        Assert.Equal(1 + 4 + 4, plan.Tasks.Count(task => task.Kind == StudyTasks.TrainKind));
        Assert.All(plan.AnalysisTasks().Where(task => task.Kind == StudyTasks.TrainKind), task =>
            Assert.Equal(AugmentSettings.None, TaskSettings.Read<TrainTaskSettings>(task.Settings).Training.Augment)
        );
    }

    [Fact]
    public void Named_seeds_are_trained_on_whole_images_too()
    {
        var plan = study.Plan("block_sizes: [2], seeds: 1234, run_seeds: [2, 3]");
        Assert.Equal(1 + 4 + 4 + 2, plan.Tasks.Count(task => task.Kind == StudyTasks.TrainKind));
        Assert.Equal(
            ["2", "3"],
            plan.AnalysisTasks()
                .Where(task => task.Kind == StudyTasks.TrainKind)
                .Select(task => $"{task.Settings["seed"]}")
                .Distinct()
        );
    }

    private const string TwoRates =
        "{P-T: {init: pretrained, learning_rate: [0.02, 0.1], seeds: [1, 2]}, RI-T: {init: random, learning_rate: [0.02, 0.3], seeds: [1, 2]}}";

    [Fact]
    public void At_all_learning_rates_every_pair_of_rates_is_an_experiment_of_its_own()
    {
        var plan = study.Plan("block_sizes: [1], seeds: [5, 6, 7], learning_rates: all", runs: TwoRates);
        // P; two runs at two rates with two seeds; one block x three shuffles x two runs x two rates. Whole images are the study's own.
        Assert.Equal(1 + 8 + 12, plan.Tasks.Count(task => task.Kind == StudyTasks.TrainKind));
        Assert.Equal(plan.Tasks.Length, plan.Tasks.Select(task => task.Title).Distinct().Count());
        Assert.Contains(plan.Tasks, task => task.Title == "train drawn RI-T lr 0.3 s1, blocks of 1 shuffled with seed 7");
        var section = study.Conclude(plan, task =>
            task.Kind == StudyTasks.TrainKind
                ? MadeUpStudy.Trained(0.5)
                : MadeUpStudy.Evaluated(
                    TaskSettings.Read<TrainTaskSettings>(task.Inputs["weights"].Settings) is { Checkpoint: { } } made
                        ? 5 * made.LearningRate
                        : 0
                )
        );
        Assert.Equal(
            ["0.02 0.02", "0.1 0.3"],
            section
                .Result.AsArray()
                .Select(one => $"{one!["pretrained"]!["learningRate"]} {one["random"]!["learningRate"]}")
        );
        Assert.Equal(
            [0.1, 0.5],
            section.Result.AsArray().Select(one => Math.Round((double)one!["split"]!["gain"]!["value"]!, 12))
        );
        Assert.All(section.Result.AsArray(), one =>
            Assert.Equal((2 * 3) + (2 * 2), one!["runs"]!.AsArray().Count)
        );
        Assert.Contains(section.Findings, finding =>
            finding.Sentence.Contains("on drawn at learning rate 0.02", StringComparison.Ordinal)
        );
        Assert.Contains(section.Findings, finding =>
            finding.Sentence.Contains("on drawn at learning rates 0.1 and 0.3", StringComparison.Ordinal)
        );
        Assert.All(section.Findings, finding => Assert.Equal("drawn", finding.Target));
        Assert.Equal(
            [
                "feature_reuse-drawn-lr0.02",
                "feature_reuse-drop-drawn-lr0.02",
                "feature_reuse-drawn-lr0.1-0.3",
                "feature_reuse-drop-drawn-lr0.1-0.3",
            ],
            section.Figures.Select(figure => figure.Name)
        );
    }

    [Fact]
    public void Learning_rates_that_have_no_counterpart_are_refused() =>
        Assert.Contains(
            "they have 2 and 1.",
            study.Wrong("learning_rates: all", runs: TwoRates.Replace("[0.02, 0.3]", "0.3", StringComparison.Ordinal)),
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData(
        "learning_rates: each",
        "study.yaml, line 9: analyses.feature_reuse.learning_rates has the unknown value 'each'",
        "first, all"
    )]
    [InlineData("block_sizes: [3]", "block_sizes contains 3", "1, 2, 4, 8")]
    [InlineData(
        "block_sizes: [rows]",
        "study.yaml, line 9: analyses.feature_reuse.block_sizes contains rows",
        "channels or a whole number"
    )]
    [InlineData("block_sizes: [0]", "study.yaml, line 9: analyses.feature_reuse.block_sizes contains 0", "at least 1")]
    [InlineData("block_sizes: [2, 2]", "study.yaml, line 9: analyses.feature_reuse.block_sizes repeats a value")]
    [InlineData("seeds: [-1]", "study.yaml, line 9: analyses.feature_reuse.seeds[0] must be at least 0, but is -1.")]
    [InlineData(
        "run_seeds: []",
        "study.yaml, line 9: analyses.feature_reuse.run_seeds is an empty list",
        "at least one"
    )]
    public void Wrong_settings_are_told_by_name(string settings, params string[] said) =>
        Assert.All(said, word => Assert.Contains(word, study.Wrong(settings), StringComparison.Ordinal));

    [Fact]
    public void A_study_without_one_of_the_two_starts_is_refused() =>
        Assert.Contains(
            "init: random",
            study.Wrong("", runs: "{P-T: {init: pretrained, learning_rate: 0.1}}"),
            StringComparison.Ordinal
        );

    [Fact]
    public void The_gain_splits_as_found_by_hand()
    {
        // Gains: 0.3 on whole images, 0.1 on single pixels, whose two shuffles lie 0.01 to each side.
        var section = Conclude(
            "block_sizes: [1, 4], seeds: [5, 6], run_seeds: [1, 2]",
            (block, pretrained, shuffle, seed) =>
                (
                    block switch
                    {
                        "1" => 0.3,
                        "4" => 0.6,
                        _ => 0.8,
                    }
                )
                - (
                    pretrained
                        ? 0
                        : block switch
                        {
                            "1" => 0.1,
                            "4" => 0.2,
                            _ => 0.3,
                        }
                )
                + (
                    shuffle == 5 ? 0.01
                    : shuffle == 6 ? -0.01
                    : 0
                )
        );
        var split = section.Result[0]!["split"]!;
        Assert.Equal(0.3, (double)split["gain"]!["value"]!, 1e-12);
        Assert.Equal(0.1, (double)split["lowLevelStatistics"]!["value"]!, 1e-12);
        Assert.Equal(0.08, (double)split["lowLevelStatistics"]!["low"]!, 1e-12);
        Assert.Equal(0.2, (double)split["featureReuse"]!["value"]!, 1e-12);
        Assert.Equal(0.22, (double)split["featureReuse"]!["high"]!, 1e-12);
        Assert.Equal(1 / 3.0, (double)split["lowLevelShare"]!, 1e-12);
        Assert.Equal(37.5, (double)section.Result[0]!["blocks"]![2]!["relativeDropPercent"]!["value"]!, 1e-9);
        Assert.Equal(
            "Pretraining adds 30.0 points on drawn: 10.0 from low-level statistics, 20.0 from feature reuse.",
            section.Findings[0].Sentence
        );
        Assert.Equal(Confidence.Medium, section.Findings[0].Confidence);
        // 33 % at single pixels, between 29 and 38 %, against 37.5 % on whole images.
        Assert.StartsWith("No change of relative drop", section.Findings[1].Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        0.8,
        0.5,
        0.3,
        0.29,
        "depends on features",
        "On drawn, the relative drop shrinks as blocks get smaller: 38 % on whole images, 3 % with blocks of 1"
    )]
    [InlineData(0.8, 0.79, 0.3, 0.1, "No gain from pretraining detected", "grows as blocks shrink")]
    [InlineData(0.5, 0.8, 0.3, 0.3, "does not help", "grows as blocks shrink")]
    [InlineData(0.8, 0.6, 0.6, 0.2, "adds more on drawn with all pixels shuffled", "grows as blocks shrink")]
    [InlineData(0.8, 0.6, 0.6, 0.4, "No feature reuse detected", "No change of relative drop")]
    [InlineData(0.8, 0.7, 0.35, 0.32, "is uncertain", "No change of relative drop")]
    public void Words_follow_the_numbers_of_single_trainings(
        double whole,
        double wholeRandom,
        double pixels,
        double pixelsRandom,
        string split,
        string drop
    )
    {
        var section = Conclude("block_sizes: [1], seeds: 1234, run_seeds: 1", (block, pretrained, _, _) => block == "1"
                ? pretrained
                    ? pixels
                    : pixelsRandom
                : pretrained
                    ? whole
                    : wholeRandom);
        Assert.Contains(split, section.Findings[0].Sentence, StringComparison.Ordinal);
        Assert.Contains(drop, section.Findings[1].Sentence, StringComparison.Ordinal);
        // One training each.
        Assert.All(section.Findings, finding => Assert.Equal(Confidence.Low, finding.Confidence));
    }

    [Fact]
    public void Diverged_trainings_count_in_no_mean_and_are_told()
    {
        var section = Conclude("block_sizes: [1], seeds: [5, 6]", (block, pretrained, shuffle, _) => !pretrained
            && block == "1"
            && shuffle == 5
                ? null
            : pretrained ? 0.8
            : 0.5);
        Assert.Equal(1, (int)section.Result[0]!["blocks"]![0]!["random"]!["accuracy"]!["runs"]!);
        Assert.Contains(section.Findings, finding =>
            finding.Sentence.Contains("1 of 8 runs", StringComparison.Ordinal)
        );
        var none = Conclude("block_sizes: [1]", (block, pretrained, _, _) => !pretrained && block == "1" ? null
            : pretrained ? 0.8
            : 0.5);
        Assert.Null(none.Result[0]!["split"]);
        Assert.Contains("was not measured", none.Findings[0].Detail, StringComparison.Ordinal);
        Assert.Contains(
            "NaN",
            string.Join(' ', none.Figures.OfType<BarChart>().Single().Panels[0].Series[1].Values),
            StringComparison.Ordinal
        );
        Assert.DoesNotContain(none.Tables.SelectMany(table => table.Rows).SelectMany(row => row), cell =>
            cell is double.NaN
        );
    }

    [Fact]
    public void Mean_training_accuracy_leaves_the_epoch_before_training_out()
    {
        var section = Conclude("block_sizes: [1]", (_, pretrained, _, _) => pretrained ? 0.8 : 0.5);
        Assert.Equal(0.5, (double)section.Result[0]!["runs"]![0]!["meanTrainAccuracy"]!, 1e-12);
    }

    // Accuracy by block, from P or not, shuffle seed and seed; null for a training that diverged.
    private AnalysisSection Conclude(string settings, Func<string, bool, int?, int, double?> accuracy)
    {
        return study.Conclude(study.Plan(settings), task =>
            task.Kind == StudyTasks.TrainKind
                ? MadeUpStudy.Trained(0.5, Of(task) is null)
                : MadeUpStudy.Evaluated(Of(task.Inputs["weights"]) ?? 0.1)
        );

        double? Of(TaskSpec train)
        {
            var made = TaskSettings.Read<TrainTaskSettings>(train.Settings);
            return accuracy(made.Shuffle?.Block ?? "8", made.Checkpoint is not null, made.Shuffle?.Seed, made.Seed);
        }
    }
}
