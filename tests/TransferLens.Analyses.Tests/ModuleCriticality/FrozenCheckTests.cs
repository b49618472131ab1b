using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.ModuleCriticality;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;

namespace TransferLens.Analyses.Tests.ModuleCriticality;

public sealed class FrozenCheckTests : IDisposable
{
    private static readonly ImmutableArray<string> Modules = ["conv1", "layer1.0", "layer2.0", "layer3.0", "linear"];

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
            Assert.Equal(["evaluation", "pretrained", "resettable", "test", "train", "training"], task.Inputs.Keys)
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
        var section = Conclude(["conv1", "layer1.0"], new(-0.05, -0.07, -0.03), 0.75);
        var finding = Assert.Single(section.Findings, finding => finding.Question == Question.Freezing);
        Assert.Equal(
            "Freezing conv1, layer1.0 in P-T on drawn loses 5.0 points (3.0 to 7.0), checked by training.",
            finding.Sentence
        );
        Assert.Equal(
            "The runs end at 75.5 %; training costs 40 % less. Rewinding each alone after training showed no loss.",
            finding.Detail
        );
        Assert.StartsWith("Do not freeze those 2 modules", finding.Recommendation, StringComparison.Ordinal);
        Assert.Contains(finding.Evidence, evidence =>
            evidence.Name.StartsWith("accuracy lost by rewinding all of them together", StringComparison.Ordinal)
            && evidence.Value == 0.04
        );
        // What rewinding showed explains the answer, and recommends nothing of its own.
        var rewinding = Assert.Single(section.Findings, other =>
            other.Sentence.StartsWith("conv1, layer1.0 of P-T", StringComparison.Ordinal)
        );
        Assert.Null(rewinding.Question);
        Assert.Null(rewinding.Recommendation);
    }

    [Fact]
    public void No_difference_seen_is_told_with_what_may_be_hidden_and_a_gain_as_a_gain()
    {
        var none = Conclude(["conv1"], new(-0.01, -0.03, 0.02), 0.79)
            .Findings.Single(finding => finding.Question == Question.Freezing);
        Assert.Contains(
            "makes no detected difference (-1.0 points, -3.0 to +2.0)",
            none.Sentence,
            StringComparison.Ordinal
        );
        Assert.EndsWith(
            "A loss of up to 3.0 points would have gone undetected.",
            none.Detail,
            StringComparison.Ordinal
        );
        Assert.Equal("Freeze that module (freeze: [conv1]) to save 40 % of training cost.", none.Recommendation);
        Assert.Equal(Confidence.Medium, none.Confidence);
        var gain = Conclude(["conv1"], new(0.03, 0.01, 0.05), 0.83)
            .Findings.Single(finding => finding.Question == Question.Freezing);
        Assert.Contains("gains 3.0 points", gain.Sentence, StringComparison.Ordinal);
        Assert.StartsWith("Freeze that module", gain.Recommendation, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_no_module_qualifies_it_says_that_nothing_was_trained()
    {
        var section = Conclude([], null, 0.8);
        Assert.Contains(
            "So no run with frozen modules was trained.",
            section.Findings.Single(finding => finding.Question == Question.Freezing).Detail,
            StringComparison.Ordinal
        );
        Assert.Empty(section.Result[0]!["frozenCheck"]!["modules"]!.AsArray());
        Assert.Null(section.Result[0]!["frozenCheck"]!["accuracy"]);
    }

    [Fact]
    public void Frozen_trainings_that_diverged_recommend_nothing()
    {
        var finding = Conclude(["conv1"], new(-0.5, -0.6, -0.4), 0.1, diverged: true)
            .Findings.Single(finding => finding.Question == Question.Freezing);
        Assert.Contains("is unknown: every run with them frozen diverged", finding.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void The_check_stands_in_the_results_beside_each_training()
    {
        var check = Conclude(["conv1"], new(-0.01, -0.03, 0.02), 0.79).Result[1]!["frozenCheck"]!;
        Assert.Equal(["conv1"], check["modules"]!.AsArray().Select(name => (string)name!));
        Assert.Equal(0.8, (double)check["accuracy"]!, 1e-9);
        Assert.Equal(-0.03, (double)check["aboveUnfrozen"]!["low"]!);
        Assert.Equal(0.6, (double)check["costShare"]!);
        var together = check["rewoundTogether"]!;
        Assert.Equal(0.07, (double)together["accuracyLost"]!["value"]!);
        Assert.Equal(0.75, (double)together["recalibrated"]!["accuracy"]!);
        Assert.Equal(0.04, (double)together["recalibrated"]!["accuracyLost"]!["value"]!);
        Assert.Null(Conclude(["conv1"], new(-0.01, -0.03, 0.02), 0.79).Result[2]!["frozenCheck"]);
    }

    // Trainings from P end at 80 %; frozen ones as given, seed 2 a point higher.
    private AnalysisSection Conclude(
        ImmutableArray<string> frozen,
        Estimate? above,
        double accuracy,
        bool diverged = false
    ) => study.Conclude(study.Plan("paths: none"), task => task.Kind.Name switch
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
                "train_frozen" => MadeUpStudy
                    .Trained(0.5, diverged)
                    .With("aboveUnfrozen", above?.ToJson())
                    .With("costShare", 0.6),
                "evaluate" => MadeUpStudy.Evaluated(
                    task.Inputs["weights"].Kind == StudyTasks.TrainKind
                        ? 0.8
                        : accuracy + (0.01 * ((int)task.Inputs["weights"].Settings["seed"]! - 1))
                ),
                "resettable_modules" => new()
                {
                    ["modules"] = JsonSerializer.SerializeToNode(frozen),
                    ["together"] = new JsonArray([
                        .. new[] { 1, 2 }.Select(seed => new JsonObject
                        {
                            ["seed"] = seed,
                            ["accuracy"] = 0.73,
                            ["accuracyLost"] = new Estimate(0.07, 0.05, 0.09).ToJson(),
                            ["recalibrated"] = new JsonObject
                            {
                                ["accuracy"] = 0.75,
                                ["accuracyLost"] = new Estimate(0.04, 0.02, 0.06).ToJson(),
                            },
                        }),
                    ]),
                },
                _ => new()
                {
                    ["rewinding"] = JsonSerializer.SerializeToNode(
                        new RewindingResult(
                            new(0.8, 0.5),
                            [
                                .. Modules.Select(name => new RewoundModule(
                                    name,
                                    0.8,
                                    1,
                                    0.01,
                                    frozen.Contains(name) ? -0.01 : 0.005,
                                    0.02,
                                    2
                                )),
                            ],
                            false,
                            100
                        ),
                        ResultJson.Options
                    ),
                    ["path"] = null,
                },
            });
}

internal static class JsonMembers
{
    public static JsonObject With(this JsonObject json, string name, JsonNode? value)
    {
        json[name] = value;
        return json;
    }
}
