using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Analyses.ModuleCriticality;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;

namespace TransferLens.Analyses.Tests.ModuleCriticality;

public sealed class FrozenCheckTests : IDisposable
{
    private static readonly ImmutableArray<string> Modules = ["conv1", "layer1.0", "layer2.0", "layer3.0", "linear"];

    private const string Runs =
        "{P-T: {init: pretrained, learning_rate: 0.02, seeds: [1, 2, 3]}, "
        + "RI-T: {init: random, learning_rate: 0.1, seeds: [1, 2]}}";

    private readonly MadeUpStudy study = new(new CriticalityAnalysis());

    public void Dispose() => study.Dispose();

    [Fact]
    public void Each_seed_of_a_run_from_P_is_trained_once_more_after_all_seeds_were_rewound()
    {
        var plan = study.Plan("paths: none");
        var resettable = Assert.Single(plan.Tasks, task => task.Kind == ResettableTask.Declared);
        Assert.Equal(
            [
                "criticality 1",
                "criticality 2",
                "evaluation 1",
                "evaluation 2",
                "images",
                "recalibrate_on",
                "training 1",
                "training 2",
            ],
            resettable.Inputs.Keys
        );
        var frozen = plan.Tasks.Where(task => task.Kind == TrainFrozenTask.Declared).ToList();
        Assert.Equal([1, 2], frozen.Select(task => (int)task.Settings["seed"]!));
        Assert.All(frozen, task =>
            Assert.Equal(["pretrained", "resettable", "test", "train", "training"], task.Inputs.Keys)
        );
        Assert.All(frozen, task => Assert.Equal(resettable.Key, task.Inputs["resettable"].Key));
        Assert.All(frozen, task =>
            Assert.Contains(plan.Tasks, other =>
                other.Kind == StudyTasks.EvaluateKind && other.Inputs["weights"].Key == task.Key
            )
        );
    }

    [Theory]
    [InlineData("paths: none, check_frozen: false", null)]
    [InlineData("paths: none", "{RI-T: {init: random, learning_rate: 0.1}}")]
    [InlineData("paths: none", "{P-T: {init: pretrained, learning_rate: 0.1, freeze: conv1}}")]
    public void Nothing_is_trained_where_there_is_nothing_to_check(string settings, string? runs) =>
        Assert.DoesNotContain(study.Plan(settings, runs: runs).Tasks, task =>
            task.Kind == ResettableTask.Declared || task.Kind == TrainFrozenTask.Declared
        );

    [Fact]
    public void A_loss_that_training_shows_is_not_hidden_behind_what_rewinding_promised()
    {
        var section = Conclude(["conv1", "layer1.0"], [0.75, 0.755, 0.76]);
        var finding = Answer(section);
        Assert.StartsWith(
            "Freezing conv1, layer1.0 in P-T on drawn loses 4.5 points (95 % CI ",
            finding.Sentence,
            StringComparison.Ordinal
        );
        Assert.Equal(
            "Accuracy is 75.5 % with conv1, layer1.0 frozen and 80.0 % without. "
                + "It is not shown to cost at most 1 point. Training costs 40 % less. "
                + "The modules were chosen by rewinding on the same test images.",
            finding.Detail
        );
        Assert.StartsWith("Do not freeze those 2 modules", finding.Recommendation, StringComparison.Ordinal);
        Assert.True(finding.Decision!.IsDetected && finding.Decision.ChosenOnTestImages);
        Assert.Equal(Confidence.Low, finding.Confidence);
        Assert.Contains(finding.Evidence, evidence =>
            evidence.Name.StartsWith("accuracy lost by rewinding all of them together", StringComparison.Ordinal)
            && Math.Abs(evidence.Value - 0.04) < 1e-9
        );
        // What rewinding showed explains the answer, and recommends nothing of its own.
        var rewinding = Assert.Single(section.Findings, other =>
            other.Sentence.Contains("ewinding conv1, layer1.0 of P-T", StringComparison.Ordinal)
        );
        Assert.Null(rewinding.Question);
        Assert.Null(rewinding.Recommendation);
    }

    [Fact]
    public void No_worse_than_the_margin_is_an_answer_with_its_one_sided_end()
    {
        var section = Conclude(["conv1"], [0.799, 0.8, 0.801]);
        var finding = Answer(section);
        Assert.StartsWith(
            "Freezing conv1 in P-T on drawn costs at most 1 point: loss at most 0.",
            finding.Sentence,
            StringComparison.Ordinal
        );
        Assert.EndsWith(" points (one-sided 95 %).", finding.Sentence, StringComparison.Ordinal);
        Assert.True(finding.Sentence.Split(' ').Length <= 20);
        Assert.StartsWith(
            "Accuracy is 80.0 % with conv1 frozen and 80.0 % without. Training costs 40 % less.",
            finding.Detail,
            StringComparison.Ordinal
        );
        // The bound is rounded up, and stands in the results.
        var largest = Assert.Single(finding.Evidence, evidence => evidence.Name == FrozenWords.LargestLoss).Value;
        var said = double.Parse(finding.Sentence.Split(' ')[^5], CultureInfo.InvariantCulture) / 100;
        Assert.InRange(said - largest, 0, 0.001);
        Assert.Equal(largest, (double)section.Result[0]!["frozenCheck"]!["smallestMargin"]!, 1e-12);
        Assert.Equal("Freeze that module (freeze: [conv1]) to save 40 % of training cost.", finding.Recommendation);
        Assert.True(finding.Decision!.IsDetected);
    }

    [Theory]
    [InlineData("freeze_margin: 0.1", 0.799, 0.8, 0.801, "0.1 points")]
    [InlineData("freeze_margin: 1", 0.77, 0.79, 0.8, "1 point")]
    public void What_the_interval_leaves_open_is_no_answer(
        string margin,
        double first,
        double second,
        double third,
        string stated
    )
    {
        var finding = Answer(Conclude(["conv1"], [first, second, third], settings: margin));
        Assert.StartsWith(
            $"Whether freezing conv1 in P-T on drawn costs over {stated} is open (95 % CI -",
            finding.Sentence,
            StringComparison.Ordinal
        );
        Assert.Contains("The smallest margin that would pass is ", finding.Detail, StringComparison.Ordinal);
        Assert.False(finding.Decision!.IsDetected);
        Assert.DoesNotContain("Freeze", finding.Recommendation, StringComparison.Ordinal);
    }

    [Fact]
    public void A_gain_is_told_as_a_gain()
    {
        var gain = Answer(Conclude(["conv1"], [0.83, 0.835, 0.84]));
        Assert.Contains("gains 3.5 points (95 % CI ", gain.Sentence, StringComparison.Ordinal);
        Assert.StartsWith("Freeze that module", gain.Recommendation, StringComparison.Ordinal);
    }

    [Fact]
    public void A_saving_that_rounds_to_nothing_is_left_out()
    {
        var passed = Answer(Conclude(["conv1"], [0.799, 0.8, 0.801], costShare: 0.998));
        Assert.StartsWith("Leave that module trainable", passed.Recommendation, StringComparison.Ordinal);
        var lost = Answer(Conclude(["conv1"], [0.75, 0.755, 0.76], costShare: 0.998));
        Assert.Equal("Do not freeze that module; it would lose 4.5 points.", lost.Recommendation);
        Assert.All([passed, lost], finding =>
        {
            Assert.DoesNotContain("less", finding.Detail, StringComparison.Ordinal);
            Assert.DoesNotContain(finding.Evidence, evidence =>
                evidence.Name.Contains("cost saved", StringComparison.Ordinal)
            );
        });
    }

    [Fact]
    public void Many_frozen_modules_are_counted_in_the_headline_and_named_in_the_detail()
    {
        var finding = Answer(Conclude(["conv1", "layer1.0", "layer2.0"], [0.75, 0.755, 0.76]));
        Assert.StartsWith("Freezing 3 modules in P-T on drawn loses ", finding.Sentence, StringComparison.Ordinal);
        Assert.Contains("with conv1, layer1.0, layer2.0 frozen", finding.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_no_module_qualifies_it_says_that_nothing_was_trained()
    {
        var section = Conclude([], [0.8, 0.8, 0.8]);
        var finding = Answer(section);
        Assert.StartsWith(
            "No candidate for freezing in P-T on drawn: rewinding ",
            finding.Sentence,
            StringComparison.Ordinal
        );
        Assert.EndsWith(
            "Only modules whose rewinding costs at most 1 point are tried frozen; none qualified.",
            finding.Detail,
            StringComparison.Ordinal
        );
        Assert.Empty(section.Result[0]!["frozenCheck"]!["modules"]!.AsArray());
        Assert.Null(section.Result[0]!["frozenCheck"]!["accuracy"]);
    }

    [Fact]
    public void Frozen_trainings_that_diverged_recommend_nothing()
    {
        var finding = Answer(Conclude(["conv1"], [0.1, 0.1, 0.1], diverged: true));
        Assert.Contains("is unknown: every run with them frozen diverged", finding.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void The_check_stands_in_the_results_beside_each_training()
    {
        var result = Conclude(["conv1"], [0.79, 0.795, 0.785]).Result;
        var check = result[1]!["frozenCheck"]!;
        Assert.Equal(["conv1"], check["modules"]!.AsArray().Select(name => (string)name!));
        Assert.Equal(0.795, (double)check["accuracy"]!, 1e-9);
        Assert.Equal(-0.005, (double)check["aboveUnfrozen"]!["value"]!, 1e-9);
        Assert.Equal("test images", (string)check["aboveUnfrozen"]!["covers"]!);
        Assert.Equal(-0.01, (double)check["aboveUnfrozenOverSeeds"]!["value"]!, 1e-9);
        Assert.Equal("seeds and test images", (string)check["aboveUnfrozenOverSeeds"]!["covers"]!);
        Assert.Equal(0.6, (double)check["costShare"]!);
        var together = check["rewoundTogether"]!;
        Assert.Equal(0.07, (double)together["accuracyLost"]!["value"]!);
        Assert.Equal(0.75, (double)together["recalibrated"]!["accuracy"]!);
        Assert.Equal(0.04, (double)together["recalibrated"]!["accuracyLost"]!["value"]!);
        Assert.Null(result[3]!["frozenCheck"]);
    }

    private static Finding Answer(AnalysisSection section) =>
        Assert.Single(section.Findings, finding => finding.Question == Question.Freezing);

    // Trainings from P end at 80 %; frozen ones as given, by seed.
    private AnalysisSection Conclude(
        ImmutableArray<string> frozen,
        double[] accuracies,
        bool diverged = false,
        string settings = "freeze_margin: 1",
        double costShare = 0.6
    ) =>
        study.Conclude(
            study.Plan($"paths: none, {settings}", runs: Runs),
            task => task.Kind.Name switch
            {
                "train" => MadeUpStudy
                    .Trained(0.5)
                    .With(
                        "epochs",
                        new JsonArray(
                            new JsonObject
                            {
                                ["epoch"] = 0,
                                ["learningRate"] = null,
                                ["trainLoss"] = null,
                                ["trainAccuracy"] = null,
                                ["testLoss"] = null,
                                ["testAccuracy"] = 0.1,
                            }
                        )
                    ),
                "train_frozen" => MadeUpStudy.Trained(0.5, diverged).With("costShare", costShare),
                "evaluate" => MadeUpStudy.Evaluated(
                    task.Inputs["weights"].Kind == StudyTasks.TrainKind
                        ? 0.8
                        : accuracies[(int)task.Inputs["weights"].Settings["seed"]! - 1]
                ),
                "resettable_modules" => new()
                {
                    ["modules"] = JsonSerializer.SerializeToNode(frozen),
                    ["together"] = new JsonArray([.. new[] { 1, 2, 3 }.Select(Together)]),
                },
                _ => new()
                {
                    ["rewinding"] = JsonSerializer.SerializeToNode(
                        new RewindingResult(
                            new(0.8, 0.5),
                            [.. Modules.Select(name => Rewound(name, frozen.Contains(name) ? 0 : 0.05))],
                            false,
                            100
                        ),
                        ResultJson.Options
                    ),
                    ["path"] = null,
                },
            }
        );

    private static RewoundModule Rewound(string name, double lost) =>
        new(name, 0.8 - lost, 1, lost, lost - 0.01, lost + 0.01, 2);

    private static JsonNode Together(int seed) =>
        new JsonObject
        {
            ["seed"] = seed,
            ["accuracy"] = 0.73,
            ["accuracyLost"] = new Estimate(0.07, 0.05, 0.09).ToJson(),
            ["recalibrated"] = new JsonObject
            {
                ["accuracy"] = 0.75,
                ["accuracyLost"] = new Estimate(0.04, 0.02, 0.06).ToJson(),
            },
        };
}

internal static class JsonMembers
{
    public static JsonObject With(this JsonObject json, string name, JsonNode? value)
    {
        json[name] = value;
        return json;
    }
}
