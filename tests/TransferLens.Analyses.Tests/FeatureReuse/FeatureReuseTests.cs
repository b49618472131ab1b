using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Analyses.FeatureReuse;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Evaluation;

namespace TransferLens.Analyses.Tests.FeatureReuse;

public sealed class FeatureReuseTests : IDisposable
{
    private readonly MadeUpStudy study = new(new FeatureReuseAnalysis());

    // Both sides are trained alike, so that results on shuffled images can be compared.
    private const string SameRates =
        "{P-T: {init: pretrained, learning_rate: 0.1, seeds: [1, 2]}, RI-T: {init: random, learning_rate: 0.1, seeds: [1, 2]}}";

    public void Dispose() => study.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_two_parts_add_up_to_the_gain(bool paired)
    {
        var (whole, pixels) = (Scores(0.83, 0.71, 20), new ReuseScores(Few(0.41, 30), Few(0.37, 40), paired));
        var split = GainSplit.Measure(whole, pixels);
        Assert.Equal(0.12, split.Gain.Value, 1e-9);
        Assert.Equal(0.04, split.LowLevelStatistics.Value, 1e-9);
        Assert.Equal(0.08, split.FeatureReuse.Value, 1e-9);
        Assert.Equal(-0.04, split.LowLevelLead.Value, 1e-9);
        Assert.Equal(1 / 3.0, split.LowLevelShare!.Value, 1e-9);
        // Paired by shuffle there is one group of three differences besides the two on whole images.
        Assert.Equal(3, split.FeatureReuse.Runs);
        Assert.True(split.FeatureReuse.CoversSeeds);
    }

    [Fact]
    public void What_the_images_have_in_common_cancels_in_the_remainder()
    {
        var scores = new ReuseScores([MadeUpScores.Correct(0.8, 5)], [MadeUpScores.Correct(0.6, 6)]);
        Assert.True(scores.Gain.ImageVariance > 0);
        var split = GainSplit.Measure(scores, scores);
        Assert.Equal(0, split.FeatureReuse.Value, 1e-12);
        Assert.Equal(0, split.FeatureReuse.ImageVariance, 1e-12);
    }

    [Fact]
    public void Differences_paired_by_shuffle_leave_out_what_a_shuffle_does_to_both_sides()
    {
        ImmutableArray<ScoreSample> pretrained = [At(0.5, 1), At(0.6, 2), At(0.7, 3)],
            random = [At(0.4, 4), At(0.5, 5), At(0.6, 6)];
        Assert.Equal(0.1, new ReuseScores(pretrained, random, Paired: true).Gain.Value, 1e-9);
        Assert.Equal(0, new ReuseScores(pretrained, random, Paired: true).Gain.SpreadVariance, 1e-9);
        // Variances 0.01 of three on each side.
        Assert.Equal(0.02 / 3, new ReuseScores(pretrained, random).Gain.SpreadVariance, 1e-9);
        Assert.Throws<InputException>(() => new ReuseScores(pretrained, random[..2], Paired: true));
        Assert.Throws<InputException>(() => new ReuseScores(pretrained, []));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_drop_varies_as_over_resampled_images(bool paired)
    {
        ImmutableArray<ScoreSample> pretrained = [At(0.6, 1), At(0.6, 2)],
            random = [At(0.4, 3), At(0.4, 4)];
        var drop = new ReuseScores(pretrained, random, paired).RelativeDrop!;
        Assert.Equal(100 / 3.0, drop.Value, 1e-9);
        var (p, r) = (ScoreSample.Mean(pretrained).Draws, ScoreSample.Mean(random).Draws);
        double[] drops = [.. p.Zip(r, (a, b) => 100 * (a - b) / a)];
        var variance = drops.Sum(value => Math.Pow(value - drops.Average(), 2)) / (drops.Length - 1);
        Assert.InRange(drop.ImageVariance / variance, 0.85, 1.15);
        var change = new ReuseScores([At(0.5, 7)], [At(0.5, 8)]).DropAbove(new([At(0.8, 1)], [At(0.6, 2)]))!;
        Assert.Equal(-25, change.Value, 1e-9);
        Assert.Null(new ReuseScores([At(0, 1)], [At(0.5, 2)]).RelativeDrop);
    }

    private static ReuseScores Scores(double pretrained, double random, uint seed) =>
        new(Few(pretrained, seed), Few(random, seed + 5));

    private static ImmutableArray<ScoreSample> Few(double accuracy, uint seed) =>
        [At(accuracy - 0.01, seed), At(accuracy, seed + 1), At(accuracy + 0.01, seed + 2)];

    private static ScoreSample At(double accuracy, uint seed) => MadeUpScores.Correct(accuracy, seed);

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

    [Fact]
    public void Every_permutation_is_learned_by_a_seed_of_its_own_as_long_as_there_are_enough()
    {
        Assert.Equal(["5 by 1", "6 by 2", "7 by 1"], Learned("seeds: [5, 6, 7]"));
        Assert.Equal(["5 by 1", "6 by 2"], Learned("seeds: [5, 6]"));

        IEnumerable<string> Learned(string seeds) =>
            study
                .Plan($"block_sizes: [2], {seeds}")
                .AnalysisTasks()
                .Where(task => task.Kind == StudyTasks.TrainKind)
                .Select(task => TaskSettings.Read<TrainTaskSettings>(task.Settings))
                .Where(settings => settings.Shuffle is not null)
                .Select(settings => $"{settings.Shuffle!.Seed} by {settings.Seed}")
                .Distinct();
    }

    [Theory]
    [InlineData("seeds: [5, 6]", "seeds, shuffles and test images")]
    // The first seed learns two of three permutations.
    [InlineData("seeds: [5, 6, 7]", "seeds, shuffles and test images")]
    [InlineData("seeds: [5, 6, 7], run_seeds: 1", "shuffles and test images")]
    [InlineData("seeds: [5, 6], run_seeds: [1, 2]", "seeds, shuffles and test images")]
    [InlineData("seeds: 5, run_seeds: [1, 2]", "seeds and test images")]
    public void An_interval_says_whether_it_covers_seeds_shuffles_or_both(string settings, string covered)
    {
        var section = Conclude($"block_sizes: [1], {settings}", (block, pretrained, shuffle, seed) =>
            (block == "1" ? 0.3 : 0.6) + (pretrained ? 0.1 : 0) + (0.01 * (shuffle ?? 0)) + (0.01 * seed * seed)
        );
        Assert.Equal(covered, (string?)section.Result[0]!["blocks"]![0]!["gain"]!["covers"]);
        Assert.Equal(
            settings.EndsWith("run_seeds: 1", StringComparison.Ordinal),
            section
                .Findings[0]
                .Detail!.Contains("covers test images only: one side has a single run", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Where_every_seed_learns_every_permutation_the_spreads_of_both_add_up()
    {
        // Gains of 10 points plus 2 for the second permutation, plus 4 for the second seed.
        var gain = Conclude("block_sizes: [1], seeds: [5, 6], run_seeds: [1, 2]", (block, pretrained, shuffle, seed) =>
            !pretrained || block != "1" ? 0.3 : 0.4 + (shuffle == 6 ? 0.02 : 0) + (seed == 2 ? 0.04 : 0)
        ).Result[0]!["blocks"]![0]!["gain"]!;
        Assert.Equal(0.13, (double)gain["value"]!, 1e-9);
        // t of one degree of freedom times the root of 0.01^2 for permutations plus 0.02^2 for seeds.
        Assert.Equal(12.7062 * Math.Sqrt(5e-4), (double)gain["high"]! - (double)gain["value"]!, 2e-3);
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
        Assert.Contains(plan.Tasks, task =>
            task.Title == "train drawn RI-T lr 0.3 s1, blocks of 1 shuffled with seed 7"
        );
        var section = study.Conclude(plan, task =>
            task.Kind == StudyTasks.TrainKind
                ? MadeUpStudy.Trained(0.5)
                : MadeUpStudy.Evaluated(
                    TaskSettings.Read<TrainTaskSettings>(task.Inputs["weights"].Settings) is { Checkpoint: { } } made
                        ? 5 * made.LearningRate
                        : 0
                )
        );
        // The shared rate is compared; on these test images P-T is best at 0.1, and RI-T is as good at either.
        Assert.Equal(
            ["best 0.1 0.02", "equal 0.02 0.02"],
            section
                .Result.AsArray()
                .Select(one => $"{one!["rates"]} {one["pretrained"]!["learningRate"]} {one["random"]!["learningRate"]}")
        );
        Assert.Equal(
            [0.5, 0.1],
            section.Result.AsArray().Select(one => Math.Round((double)one!["split"]!["gain"]!["value"]!, 12))
        );
        Assert.Equal([20, 10], section.Result.AsArray().Select(one => one!["runs"]!.AsArray().Count));
        Assert.All(section.Findings, finding => Assert.Equal("drawn", finding.Target));
        Assert.All(section.Findings.Take(2), finding => Assert.True(finding.Decision!.ChosenOnTestImages));
        Assert.Contains(
            "P-T was tried at learning rates 0.02 and 0.1, RI-T at learning rates 0.02 and 0.3.",
            section.Findings[0].Detail,
            StringComparison.Ordinal
        );
        Assert.Equal(
            [
                "feature_reuse-drawn",
                "feature_reuse-drop-drawn",
                "feature_reuse-drawn-lr0.02",
                "feature_reuse-drop-drawn-lr0.02",
            ],
            section.Figures.Select(figure => figure.Name)
        );
        Assert.Equal(20, section.Tables.Single(table => table.Name == "feature_reuse-runs").Rows.Length);
    }

    [Theory]
    [InlineData(
        "learning_rates: each",
        "study.yaml, line 9: analyses.feature_reuse.learning_rates has the unknown value 'each'",
        "all, first"
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
        Assert.InRange((double)split["lowLevelStatistics"]!["low"]!, 0.08, 0.0999);
        Assert.Equal(2, (int)split["lowLevelStatistics"]!["runs"]!);
        Assert.Equal(0.2, (double)split["featureReuse"]!["value"]!, 1e-12);
        Assert.InRange((double)split["featureReuse"]!["high"]!, 0.2001, 0.23);
        Assert.Equal(-0.1, (double)split["lowLevelLead"]!["value"]!, 1e-12);
        Assert.Equal(1 / 3.0, (double)split["lowLevelShare"]!, 1e-12);
        Assert.Equal(37.5, (double)section.Result[0]!["blocks"]![2]!["relativeDropPercent"]!["value"]!, 1e-9);
        Assert.Equal(
            "Pretraining adds 30.0 points on drawn: 10.0 from low-level statistics, 20.0 from feature reuse.",
            section.Findings[0].Sentence
        );
        Assert.Equal(Confidence.Medium, section.Findings[0].Confidence);
        Assert.Equal(100 / 3.0 - 37.5, (double)section.Result[0]!["relativeDropChange"]!["value"]!, 1e-9);
    }

    [Theory]
    [InlineData(
        0.8,
        0.5,
        0.3,
        0.3,
        "Feature reuse contributes 30.0 points on drawn",
        "The relative drop on drawn is 38 percentage points smaller on blocks of 1 (95 % CI "
    )]
    [InlineData(0.8, 0.799, 0.3, 0.1, "No gain from pretraining detected", "larger on blocks of 1")]
    [InlineData(0.5, 0.8, 0.3, 0.3, "Pretraining costs 30.0 points on whole images", "larger on blocks of 1")]
    [InlineData(0.8, 0.6, 0.6, 0.2, "adds more on drawn with all pixels shuffled", "larger on blocks of 1")]
    [InlineData(0.8, 0.6, 0.6, 0.4, "Low-level statistics contribute 20.0 points on drawn", "larger on blocks of 1")]
    [InlineData(
        0.8,
        0.6,
        0.8,
        0.6,
        "Low-level statistics contribute 20.0 points on drawn",
        "No change of relative drop"
    )]
    [InlineData(0.8, 0.6, 0.3, 0.4, "with all pixels shuffled, pretraining costs 10.0", "smaller on blocks of 1")]
    [InlineData(0.8, 0.785, 0.35, 0.3425, "neither part of it was detected", "No change of relative drop")]
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
        Assert.All(section.Findings, finding =>
            Assert.DoesNotMatch("undetected|depends on features|needs features", $"{finding.Sentence} {finding.Detail}")
        );
        Assert.All(section.Findings, finding =>
            Assert.True(finding.Sentence.Split(' ').Length <= 20, finding.Sentence)
        );
    }

    [Fact]
    public void A_part_that_was_not_detected_is_given_with_its_interval_and_is_no_absence()
    {
        var finding = Conclude(
            "block_sizes: [1], seeds: [5, 6, 7], run_seeds: [1, 2, 3]",
            (block, pretrained, shuffle, _) =>
                block == "1"
                    // The three shuffles gain 3, 0 and 0 points.
                    ? pretrained && shuffle == 5
                        ? 0.33
                        : 0.3
                    : pretrained
                        ? 0.8
                        : 0.7
        ).Findings[0];
        Assert.Matches(
            @"^Feature reuse contributes 9\.0 points on drawn \(95 % CI [3-6]\.\d to 1[2-4]\.\d\)\.$",
            finding.Sentence
        );
        Assert.Matches(
            @"^No gain from low-level statistics detected: 95 % CI -\d\.\d to \+\d\.\d points; ",
            finding.Detail
        );
        Assert.Equal(Confidence.High, finding.Confidence);
    }

    [Fact]
    public void Shuffle_seeds_that_draw_the_same_permutation_count_once()
    {
        // Of 2 x 2 blocks, the seeds 1235 and 1236 draw the same.
        var section = Conclude("block_sizes: [4]", (block, pretrained, shuffle, _) =>
            (pretrained ? 0.7 : 0.5) + (block == "4" && shuffle == 1234 ? 0.1 : 0)
        );
        var block = section.Result[0]!["blocks"]![0]!;
        Assert.Equal(2, (int)block["permutations"]!);
        Assert.Equal(2, (int)block["pretrained"]!["accuracy"]!["runs"]!);
        Assert.Equal(0.75, (double)block["pretrained"]!["accuracy"]!["mean"]!, 1e-12);
        Assert.Equal(2, (int)block["gain"]!["runs"]!);
        Assert.Equal((3 * 2) + 4, section.Result[0]!["runs"]!.AsArray().Count);
        Assert.Null(section.Result[0]!["blocks"]![1]!["permutations"]);
    }

    [Theory]
    [InlineData("0.02", "0.1", "", "learning rate (P-T 0.02, RI-T 0.1)", "learning rate")]
    [InlineData("0.1", "0.1", ", freeze: conv1", "freeze", "freeze")]
    [InlineData("0.02", "0.1", ", freeze: conv1", "learning rate, freeze (P-T 0.02, RI-T 0.1)", "training settings")]
    public void Shuffled_images_are_not_compared_between_sides_that_are_trained_differently(
        string first,
        string second,
        string more,
        string differ,
        string same
    )
    {
        var section = Conclude(
            "block_sizes: [1, 4]",
            (block, pretrained, _, _) =>
                (block, pretrained) switch
                {
                    ("8", true) => 0.8,
                    (_, true) => 0.4,
                    ("8", false) => 0.5,
                    _ => 0.3,
                },
            $"{{P-T: {{init: pretrained, learning_rate: {first}, seeds: [1, 2]{more}}}, "
                + $"RI-T: {{init: random, learning_rate: {second}, seeds: [1, 2]}}}}"
        );
        var finding = Assert.Single(section.Findings);
        var unequal = first != second;
        Assert.StartsWith(
            unequal
                ? "Unequal learning rates: pretraining adds 30.0 points on whole images of drawn"
                : "Pretraining adds 30.0 points on whole images of drawn",
            finding.Sentence,
            StringComparison.Ordinal
        );
        Assert.True(finding.Sentence.Split(' ').Length <= 20, finding.Sentence);
        Assert.Equal(unequal, finding.Decision!.UnequalRates);
        Assert.Equal(unequal ? Confidence.Low : Confidence.Medium, finding.Confidence);
        Assert.Contains($"differ in {differ}.", finding.Detail, StringComparison.Ordinal);
        Assert.Equal($"Give P-T and RI-T the same {same} to split the gain.", finding.Recommendation);
        Assert.DoesNotContain(finding.Evidence, evidence =>
            evidence.Name.Contains("low-level", StringComparison.Ordinal)
        );
        Assert.Equal(0.1, (double)section.Result[0]!["split"]!["lowLevelStatistics"]!["value"]!, 1e-12);
        Assert.Equal(
            differ.Split(" (")[0],
            string.Join(", ", section.Result[0]!["differentSettings"]!.AsArray().Select(name => (string?)name))
        );
    }

    [Fact]
    public void Most_of_the_gain_is_said_to_be_low_level_only_where_that_is_detected()
    {
        Assert.StartsWith("Try cheaper pretraining", Advice(0.6, 0.4), StringComparison.Ordinal);
        // 10.1 of 20 points.
        Assert.StartsWith("Choose a source", Advice(0.501, 0.4), StringComparison.Ordinal);

        string? Advice(double pixels, double random) =>
            Conclude("block_sizes: [1], seeds: 1234", (block, pretrained, _, _) => block == "1"
                    ? pretrained
                        ? pixels
                        : random
                    : pretrained
                        ? (pixels == 0.6 ? 0.85 : 0.8)
                        : 0.6)
                .Findings[0]
                .Recommendation;
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
    private AnalysisSection Conclude(
        string settings,
        Func<string, bool, int?, int, double?> accuracy,
        string runs = SameRates
    )
    {
        return study.Conclude(study.Plan(settings, runs: runs), task =>
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
