using System.Text.Json.Nodes;
using TransferLens.Analyses.FeatureReuse;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Plans;

namespace TransferLens.Analyses.Tests.FeatureReuse;

/// <summary>Runs at several learning rates, and how fast they learn.</summary>
public sealed class ReuseRatesTests : IDisposable
{
    private const string BothRates =
        "{P-T: {init: pretrained, learning_rate: [0.02, 0.1], seeds: [1, 2, 3]}, "
        + "RI-T: {init: random, learning_rate: [0.02, 0.1], seeds: [1, 2, 3]}}";

    private const string OneRate =
        "{P-T: {init: pretrained, learning_rate: 0.1, seeds: [1, 2, 3]}, "
        + "RI-T: {init: random, learning_rate: 0.1, seeds: [1, 2, 3]}}";

    private readonly MadeUpStudy study = new(new FeatureReuseAnalysis());

    public void Dispose() => study.Dispose();

    [Fact]
    public void Shuffled_runs_are_validated_on_images_shuffled_alike_where_a_rate_is_chosen()
    {
        const string Settings = "block_sizes: [1], seeds: [5, 6, 7]";
        var plan = study.Plan(Settings, runs: BothRates, targets: MadeUpStudy.Divided);
        var images = plan.Runs[0].ValidationImages!.Key;
        var validated = plan.AnalysisTasks()
            .Where(task => task.Kind == StudyTasks.EvaluateKind && task.Inputs["images"].Key == images)
            .ToList();
        // Two runs at two rates: three permutations, and three seeds on whole images.
        Assert.Equal(4 * (3 + 3), validated.Count);
        Assert.All(validated, task =>
            Assert.Equal($"{task.Inputs["weights"].Settings["shuffle"]}", $"{task.Settings["shuffle"]}")
        );
        // On whole images they are those by which other analyses choose.
        Assert.Equal(
            plan.Runs.Select(run => run.Validate!.Key).Order(),
            validated.Where(task => !task.Settings.ContainsKey("shuffle")).Select(task => task.Key).Order()
        );
        Assert.Equal(plan.Tasks.Length, plan.Tasks.Select(task => task.Title).Distinct().Count());
        // Without a choice nothing more is evaluated.
        Assert.DoesNotContain(study.Plan(Settings, runs: OneRate, targets: MadeUpStudy.Divided).AnalysisTasks(), task =>
            task.Kind == StudyTasks.EvaluateKind && task.Inputs["images"].Key == images
        );
    }

    [Fact]
    public void Each_start_at_each_block_size_has_the_rate_that_validation_images_choose_and_test_images_never_do()
    {
        // On validation images P-T is best at 0.1 where pixels are shuffled and at 0.02 on whole images, RI-T always at
        // 0.1; the test images say the opposite.
        var section = Conclude(BothRates, (block, pretrained, rate, validation) =>
        {
            var chosen = (pretrained && block == "8" ? 0.02 : 0.1) == rate;
            return (block == "8" ? 0.6 : 0.3) + (pretrained ? 0.1 : 0) + (chosen == validation ? 0.05 : 0);
        });
        var best = section.Result[0]!;
        Assert.Equal("best", (string?)best["rates"]);
        Assert.Equal(
            ["1: 0.1 0.1 false", "8: 0.02 0.1 false"],
            best["blocks"]!
                .AsArray()
                .Select(block => (Block: block!["block"], Rates: block["learningRates"]!))
                .Select(one =>
                    $"{one.Block}: {one.Rates["pretrained"]} {one.Rates["random"]} {one.Rates["chosenOnTestImages"]}"
                )
        );
        // Chosen scores lack the 5 points that the other rates have on test images.
        Assert.Equal(0.7, (double)best["blocks"]![1]!["pretrained"]!["accuracy"]!["mean"]!, 1e-9);
        Assert.Equal(0.1, (double)best["split"]!["gain"]!["value"]!, 1e-9);
        Assert.Equal(["equal 0.02", "equal 0.1"], section.Result.AsArray().Skip(1).Select(Rates));
        // On whole images P-T has them at 0.1, RI-T at 0.02; at b = 1 both at 0.02.
        Assert.Equal([0.05, 0.15], section.Result.AsArray().Skip(1).Select(one => Gain(one, "gain")));
        Assert.Equal([0.1, 0.1], section.Result.AsArray().Skip(1).Select(one => Gain(one, "lowLevelStatistics")));

        var finding = section.Findings[0];
        Assert.Contains(
            "Low-level statistics contribute 10.0 points on drawn",
            finding.Sentence,
            StringComparison.Ordinal
        );
        Assert.Matches(
            @"At equal learning rates, the gain on whole images is \+5\.0 points at 0\.02 \(95 % CI .+\), \+15\.0 points "
                + @"at 0\.1 .+ the gain at b = 1 is \+10\.0 points at 0\.02 ",
            finding.Detail
        );
        Assert.Contains(
            "Each start has its best learning rate at each block size (P-T 0.02 and RI-T 0.1 on whole images, P-T 0.1 and "
                + "RI-T 0.1 at b = 1), chosen on validation images shuffled alike.",
            finding.Detail,
            StringComparison.Ordinal
        );
        Assert.False(finding.Decision!.ChosenOnTestImages);
        Assert.False(finding.Decision.UnequalRates);
        Assert.Equal(Confidence.High, finding.Confidence);
        Assert.Equal(
            3,
            finding.Evidence.Count(evidence =>
                evidence.Name.Contains("both at learning rate 0.1", StringComparison.Ordinal)
            )
        );
        Assert.Equal(0.35, (double)best["runs"]![0]!["validationAccuracy"]! - 0.05, 1e-9);
        var table = section.Tables[0];
        Assert.Equal(
            ["best of each", "best of each", "equal", "equal", "equal", "equal"],
            table.Rows.Select(row => (string)row[table.Columns.IndexOf("rates")]!)
        );
    }

    [Fact]
    public void Without_validation_images_the_choice_says_that_it_was_made_on_test_images_and_is_low()
    {
        var section = Conclude(
            BothRates,
            (block, pretrained, rate, _) => (block == "8" ? 0.6 : 0.3) + (pretrained ? 0.1 : 0) + rate,
            targets: null
        );
        Assert.All(section.Findings.Take(2), finding =>
        {
            Assert.Contains(
                "chosen on these test images, so its score is optimistic.",
                finding.Detail,
                StringComparison.Ordinal
            );
            Assert.Equal((Confidence.Low, true), (finding.Confidence, finding.Decision!.ChosenOnTestImages));
        });
        Assert.True((bool)section.Result[0]!["blocks"]![0]!["learningRates"]!["chosenOnTestImages"]!);
    }

    [Fact]
    public void Equal_single_rates_give_one_comparison_without_a_choice()
    {
        var result = Assert.Single(
            Conclude(OneRate, (_, pretrained, _, _) => pretrained ? 0.8 : 0.6).Result.AsArray()
        )!;
        Assert.Null(result["rates"]);
        Assert.Null(result["blocks"]![0]!["learningRates"]);
        Assert.Null(result["runs"]![0]!["learningRate"]);
    }

    [Fact]
    public void Numbers_of_rates_may_differ_and_starts_without_a_common_rate_say_so()
    {
        var some = BothRates.Replace(
            "random, learning_rate: [0.02, 0.1]",
            "random, learning_rate: 0.1",
            StringComparison.Ordinal
        );
        Assert.Equal(["best 0.02", "equal 0.1"], Conclude(some, Better).Result.AsArray().Select(Rates));
        var none = Conclude(
            some.Replace("random, learning_rate: 0.1", "random, learning_rate: 0.3", StringComparison.Ordinal),
            Better
        );
        Assert.Equal(["best 0.02"], none.Result.AsArray().Select(Rates));
        Assert.StartsWith("Unequal learning rates: ", none.Findings[0].Sentence, StringComparison.Ordinal);
        Assert.Contains("share no learning rate", none.Findings[0].Detail, StringComparison.Ordinal);
        Assert.Equal(Confidence.Low, none.Findings[0].Confidence);
        Assert.Single(none.Findings);

        static double Better(string block, bool pretrained, double rate, bool validation) =>
            (pretrained ? 0.7 : 0.5) + (rate < 0.05 ? 0.05 : 0) - (block == "1" ? 0.3 : 0);
    }

    [Fact]
    public void Training_that_low_level_statistics_speed_up_is_found_though_no_final_score_gains()
    {
        var section = Conclude(
            OneRate,
            (block, pretrained, _, _) =>
                block == "1" ? 0.4
                : pretrained ? 0.8
                : 0.6,
            trained: (pretrained, _, seed) => (pretrained ? 0.9 : 0.59) + (0.01 * seed)
        );
        var finding = Speed(section);
        // Seeds 1, 2 and 3 lie 1 point apart: t of 4 degrees of freedom times the root of 2/3 of a point squared.
        var half = 2.7764 * Math.Sqrt(2 / 3.0);
        Assert.Equal(
            FormattableString.Invariant(
                $"Low-level statistics speed up training on drawn: 31.0 points (95 % CI {31 - half:0.0} to {31 + half:0.0})."
            ),
            finding.Sentence
        );
        Assert.StartsWith(
            "Mean training accuracy over all epochs, b = 1, learning rate 0.1 for both: P-T 92.0 %, RI-T 61.0 %. "
                + "No gain in final test accuracy detected: 0.0 points (95 % CI ",
            finding.Detail,
            StringComparison.Ordinal
        );
        Assert.Equal((3, true), (finding.Decision!.Runs, finding.Decision.CoversSeeds));
        Assert.Equal(Confidence.High, finding.Confidence);
        Assert.Equal(0.31, (double)section.Result[0]!["blocks"]![0]!["meanTrainDifference"]!["value"]!, 1e-9);
    }

    [Theory]
    [InlineData(0.6, 0.9, "Pretraining slows down training on drawn at b = 1: 30.0 points (95 % CI ")]
    [InlineData(0.6, 0.6, "No change in training speed detected on drawn (95 % CI -")]
    public void Training_that_is_slower_or_no_faster_is_said_with_its_interval(
        double pretrained,
        double random,
        string start
    )
    {
        var finding = Speed(
            Conclude(
                OneRate,
                (_, p, _, _) => p ? 0.8 : 0.6,
                trained: (p, _, seed) => (p ? pretrained : random) + (0.01 * seed)
            )
        );
        Assert.StartsWith(start, finding.Sentence, StringComparison.Ordinal);
        Assert.True(finding.Sentence.Split(' ').Length <= 20, finding.Sentence);
        Assert.Contains(
            "Final test accuracy gains too: 20.0 points (95 % CI ",
            finding.Detail,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Speed_is_compared_at_equal_rates_only_and_first_at_that_at_which_random_weights_end_best()
    {
        var section = Conclude(
            BothRates,
            (_, pretrained, rate, _) => (pretrained ? 0.8 : 0.5) + (rate == 0.02 ? -0.1 : 0),
            trained: (pretrained, rate, seed) =>
                (
                    pretrained ? 0.9
                    : rate == 0.02 ? 0.3
                    : 0.59
                ) + (0.01 * seed)
        );
        var finding = Speed(section);
        Assert.StartsWith(
            "Low-level statistics speed up training on drawn: 31.0 points",
            finding.Sentence,
            StringComparison.Ordinal
        );
        Assert.Contains("At other rates: +60.0 points at 0.02 (95 % CI +", finding.Detail, StringComparison.Ordinal);
        var unequal = OneRate.Replace(
            "pretrained, learning_rate: 0.1",
            "pretrained, learning_rate: 0.02",
            StringComparison.Ordinal
        );
        Assert.DoesNotContain(Conclude(unequal, (_, pretrained, _, _) => pretrained ? 0.8 : 0.5).Findings, found =>
            found.Sentence.Contains("speed", StringComparison.Ordinal)
        );
    }

    private static Finding Speed(AnalysisSection section) =>
        section.Findings.Single(finding =>
            finding.Detail?.StartsWith("Mean training", StringComparison.Ordinal) == true
        );

    private static string Rates(JsonNode? result) => $"{result!["rates"]} {result["pretrained"]!["learningRate"]}";

    private static double Gain(JsonNode? result, string part) =>
        Math.Round((double)result!["split"]![part]!["value"]!, 9);

    // Accuracy by block, from P or not, learning rate, and whether on validation images; training accuracy, averaged
    // over epochs, by start, rate and seed.
    private AnalysisSection Conclude(
        string runs,
        Func<string, bool, double, bool, double> accuracy,
        Func<bool, double, int, double>? trained = null,
        string? targets = MadeUpStudy.Divided
    )
    {
        var plan = study.Plan("block_sizes: [1], seeds: [5, 6, 7]", runs: runs, targets: targets);
        return study.Conclude(plan, task =>
        {
            var made = TaskSettings.Read<TrainTaskSettings>(
                (task.Kind == StudyTasks.TrainKind ? task : task.Inputs["weights"]).Settings
            );
            var pretrained = made.Checkpoint is not null;
            return task.Kind == StudyTasks.TrainKind
                ? MadeUpStudy.Trained(trained?.Invoke(pretrained, made.LearningRate, made.Seed) ?? 0.5)
                : MadeUpStudy.Evaluated(
                    accuracy(
                        made.Shuffle?.Block ?? "8",
                        pretrained,
                        made.LearningRate,
                        task.Title.EndsWith("validation images", StringComparison.Ordinal)
                    )
                );
        });
    }
}
