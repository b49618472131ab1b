using System.Text.Json;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.FineTuningDepth;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Models.Architectures;

namespace TransferLens.Analyses.Tests.FineTuningDepth;

public sealed class FineTuningDepthTests : IDisposable
{
    private readonly MadeUpStudy study = new(new FineTuningDepthAnalysis());

    public void Dispose() => study.Dispose();

    [Fact]
    public void A_rung_freezes_all_before_what_it_trains()
    {
        string[] modules = ["conv1", "layer1.0", "layer1.1", "layer2.0", "layer2.1", "fc"];
        Assert.Equal(modules[..5], DepthChoice.Frozen(modules, "head"));
        Assert.Equal(modules[..3], DepthChoice.Frozen(modules, "last_stage"));
        Assert.Equal(modules[..1], DepthChoice.Frozen(modules, "layer1"));
        Assert.Equal(modules[..4], DepthChoice.Frozen(modules, "layer2.1"));
        Assert.Empty(DepthChoice.Frozen(modules, "whole"));
        Assert.Empty(DepthChoice.Frozen(modules, "scratch"));
        Assert.Equal(["stem"], DepthChoice.Frozen(["stem", "trunk", "head"], "last_stage"));
        Assert.Contains(
            "'layer3' is an unknown rung",
            Assert.Throws<InputException>(() => DepthChoice.Frozen(modules, "layer3")).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void The_last_stage_of_every_network_is_its_last_one_with_the_head() => Assert.All(Networks.Names, name =>
        {
            var trained = Networks
                .Find(name)
                .Modules.Except(DepthChoice.Frozen(Networks.Find(name), "last_stage"))
                .ToList();
            var expected = name switch
            {
                "vgg16_bn" => ["classifier.0", "classifier.3"],
                "mobilenet_v2" => ["features.14", "features.15", "features.16", "features.17", "features.18"],
                "densenet121" =>
                [
                    .. Enumerable.Range(1, 16).Select(layer => $"features.denseblock4.denselayer{layer}"),
                    "features.norm5",
                ],
                "convnext_tiny" => ["features.7.0", "features.7.1", "features.7.2", "classifier.0"],
                _ when name.Contains("patch16", StringComparison.Ordinal) => ["blocks.11", "norm"],
                _ => Networks
                    .Find(name)
                    .Modules.Where(module =>
                        module.StartsWith(
                            name.StartsWith("cifar", StringComparison.Ordinal) ? "layer3." : "layer4.",
                            StringComparison.Ordinal
                        )
                    )
                    .ToArray(),
            };
            Assert.Equal([.. expected, Networks.Find(name).Head], trained);
        });

    [Fact]
    public void The_cheapest_is_the_first_whose_difference_to_the_best_reaches_zero()
    {
        var (worse, meets, best) = (
            new Estimate(-0.1, -0.2, -0.01),
            new Estimate(-0.1, -0.2, 0),
            new Estimate(0, 0, 0)
        );
        Assert.Equal(1, DepthChoice.CheapestNoWorse([(1, worse), (2, meets), (3, best)]));
        Assert.Equal(2, DepthChoice.CheapestNoWorse([(1, worse), (2, null), (3, best)]));
        Assert.Equal(0, DepthChoice.CheapestNoWorse([(3, best), (3, meets)]));
        Assert.Equal(1, DepthChoice.CheapestNoWorse([(3, best), (2, meets)]));
        Assert.Null(DepthChoice.CheapestNoWorse([(1, null)]));
    }

    [Fact]
    public void A_difference_reaches_as_far_as_images_or_seeds_leave_it_uncertain()
    {
        ImageMean good = new([1, 1, 1, 1, 0, 1, 1, 1]),
            bad = new([1, 0, 1, 0, 0, 1, 0, 1]);
        var same = ScoreDifference.Of([good, bad], [good, bad], paired: true);
        Assert.Equal(new Estimate(0, 0, 0), same);
        // Every training against every other: the seeds' range is as wide as the seeds are apart.
        Assert.Equal(new Estimate(0, -0.375, 0.375), ScoreDifference.Of([good, bad], [good, bad], paired: false));
        var apart = ScoreDifference.Of([good], [bad], paired: true);
        Assert.Equal(0.375, apart.Value);
        Assert.InRange(apart.Low, 0, 0.2);
        Assert.InRange(apart.High, 0.5, 0.8);
        var turned = ScoreDifference.Of([bad], [good], paired: true);
        Assert.Equal(-apart.Value, turned.Value);
        Assert.Equal(-apart.High, turned.Low, 1e-9);
        Assert.Equal(-apart.Low, turned.High, 1e-9);
        var over = ScoreDifference.Over([new(0.1, 0.05, 0.15), new(0.4, 0.05, 0.75)])!;
        Assert.Equal(0.25, over.Value, 1e-9);
        Assert.Equal(0.05, over.Low, 1e-9);
        Assert.Equal(0.45, over.High, 1e-9);
        Assert.Null(ScoreDifference.Over([]));
    }

    [Fact]
    public void Only_partly_frozen_rungs_are_trained_anew_once_a_seed()
    {
        var plan = study.Plan("");
        // P, P-T and RI-T twice each, head and last stage twice each.
        Assert.Equal(1 + 4 + 4, plan.Tasks.Count(task => task.Kind == StudyTasks.TrainKind));
        var frozen = plan.Tasks.Where(task => task.Settings["training"]?["freeze"] is not null).ToList();
        Assert.Equal(
            ["conv1,layer1.0,layer2.0,layer3.0", "conv1,layer1.0,layer2.0"],
            frozen.Select(task => string.Join(",", task.Settings["training"]!["freeze"]!.AsArray())).Distinct()
        );
        Assert.All(frozen, task => Assert.Equal(0.02, (double)task.Settings["learning_rate"]!));
        Assert.All(
            study.Plan("learning_rate: 0.5").Tasks.Where(task => task.Settings["training"]?["freeze"] is not null),
            task => Assert.Equal(0.5, (double)task.Settings["learning_rate"]!)
        );
        var measure = Assert.Single(plan.Tasks, task => task.Kind == DepthTask.Declared);
        Assert.Equal(2 + (4 * 2 * 2), measure.Inputs.Count);
        Assert.Equal(plan.Runs[2].Train.Key, measure.Inputs["training scratch 1"].Key);
        // The whole network is always among the rungs: costs are told in shares of it.
        Assert.Contains(
            "training whole 1",
            study.Plan("rungs: layer2").Tasks.Single(task => task.Kind == DepthTask.Declared).Inputs.Keys
        );
        Assert.DoesNotContain(
            study
                .Plan("", runs: "{P-T: {init: pretrained, learning_rate: 0.02}}")
                .Tasks.Single(task => task.Kind == DepthTask.Declared)
                .Inputs.Keys,
            role => role.Contains("scratch", StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData("rungs: [head, tail]", "analyses.fine_tuning_depth.rungs: 'tail' is an unknown rung")]
    [InlineData("run: RI-T", "no run of that name starts from P; write P-T")]
    [InlineData("learning_rate: 0", "must be above 0")]
    [InlineData("run: [P-T, RI-T]", "study.yaml, line 9: analyses.fine_tuning_depth.run must be text, but is a list.")]
    public void Wrong_settings_are_told_by_name(string settings, string said) =>
        Assert.Contains(said, study.Wrong(settings), StringComparison.Ordinal);

    [Fact]
    public void A_run_that_freezes_something_is_no_whole_network()
    {
        Assert.Contains(
            "but P-T freezes conv1",
            study.Wrong("", runs: "{P-T: {init: pretrained, learning_rate: 0.02, freeze: conv1}}"),
            StringComparison.Ordinal
        );
        var plan = study.Plan(
            "",
            runs: "{part: {init: pretrained, learning_rate: 0.02, freeze: conv1}, all: {init: pretrained, learning_rate: 0.02}}"
        );
        Assert.Equal(
            plan.Runs.Single(run => run.Run == "all").Train.Key,
            plan.Tasks.Single(task => task.Kind == DepthTask.Declared).Inputs["training whole 1"].Key
        );
    }

    [Fact]
    public void A_cheap_rung_that_was_not_seen_to_be_worse_is_recommended_with_what_may_be_hidden()
    {
        var section = Conclude(
            ("head", 0.60, new(-0.2, -0.25, -0.15)),
            ("last_stage", 0.79, new(-0.01, -0.03, 0.01)),
            ("whole", 0.80, new(0, 0, 0)),
            ("scratch", 0.5, new(-0.3, -0.4, -0.2))
        );
        var finding = Assert.Single(section.Findings);
        Assert.Equal(Question.Depth, finding.Question);
        Assert.Equal(Confidence.Medium, finding.Confidence);
        Assert.Equal(
            "Training layer3 and the head is enough on drawn: 79.5 % against 80.5 % for the whole network "
                + "(difference within noise).",
            finding.Sentence
        );
        Assert.Equal(
            "It takes 40 % of the whole network's training cost. A loss of up to 3.0 points would have gone undetected.",
            finding.Detail
        );
        Assert.Contains("freeze: [conv1, layer1.0, layer2.0]", finding.Recommendation, StringComparison.Ordinal);
        Assert.Equal("last_stage", (string?)section.Result[0]!["cheapestNoWorse"]);
        Assert.Equal("whole", (string?)section.Result[0]!["best"]);
        Assert.Equal(0.4, (double)section.Result[0]!["rungs"]![1]!["costShare"]!, 1e-9);
        Assert.Equal(200m * 1200, (decimal)section.Result[0]!["rungs"]![1]!["multiplyAccumulates"]!);
        var points = Assert.Single(Assert.IsType<LineChart>(Assert.Single(section.Figures)).Panels).Lines;
        Assert.Equal([20, 40, 100, 100], points.Select(point => Math.Round(point.X.Single(), 6)));
        Assert.All(points, point => Assert.True(point.Low[0] < point.Y[0] && point.Y[0] < point.High[0]));
        Assert.Equal([4, 8], section.Tables.Select(table => table.Rows.Length));
    }

    [Fact]
    public void Where_less_training_loses_it_says_how_much_and_what_it_would_save()
    {
        var finding = Conclude(
            ("head", 0.60, new(-0.2, -0.25, -0.15)),
            ("last_stage", 0.70, new(-0.1, -0.13, -0.05)),
            ("whole", 0.80, new(0, 0, 0)),
            ("scratch", 0.5, new(-0.3, -0.4, -0.2))
        ).Findings[0];
        Assert.StartsWith(
            "Training the whole network is needed on drawn: 10.0 points more than only layer3 and the head (5.0 to 13.0).",
            finding.Sentence,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "cheaper choices lose on average at least 10.0 points",
            finding.Recommendation,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_probe_that_ends_highest_and_a_start_from_scratch_that_does_as_well_are_said_plainly()
    {
        var probe = Conclude(
            ("head", 0.85, new(0, 0, 0)),
            ("last_stage", 0.8, new(-0.05, -0.06, -0.04)),
            ("whole", 0.8, new(-0.05, -0.06, -0.04)),
            ("scratch", 0.5, new(-0.3, -0.4, -0.2))
        ).Findings[0];
        Assert.StartsWith(
            "Training the head alone is the cheapest choice on drawn and none is better",
            probe.Sentence,
            StringComparison.Ordinal
        );
        Assert.Equal(
            "It takes 20 % of the whole network's training cost. Training the whole network ends 5.0 points lower.",
            probe.Detail
        );
        var scratch = Conclude(
            ("head", 0.5, new(-0.3, -0.4, -0.2)),
            ("last_stage", 0.5, new(-0.3, -0.4, -0.2)),
            ("whole", 0.7, new(-0.1, -0.2, -0.05)),
            ("scratch", 0.8, new(0, 0, 0))
        ).Findings[0];
        Assert.StartsWith(
            "Training the whole network from scratch is needed on drawn",
            scratch.Sentence,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Trainings_that_diverged_count_in_no_mean_and_are_named()
    {
        var section = Conclude(
            ("head", null, null),
            ("last_stage", null, null),
            ("whole", 0.80, new(0, 0, 0)),
            ("scratch", 0.5, new(-0.3, -0.4, -0.2))
        );
        Assert.Contains(section.Findings, finding =>
            finding.Sentence == "2 of 2 runs that train the head alone on drawn diverged."
        );
        Assert.Contains(
            "Training the whole network is the cheapest choice on drawn",
            section.Findings[0].Sentence,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain(section.Tables.SelectMany(table => table.Rows).SelectMany(row => row), cell =>
            cell is double.NaN
        );
        Assert.Equal(2, ((LineChart)section.Figures[0]).Panels[0].Lines.Length);
    }

    // Seed 1 and 2 end 0 and 1 points above the accuracy given; null: both diverged. An image costs 100, 200, 500 and 500.
    private AnalysisSection Conclude(params (string Rung, double? Score, Estimate? Above)[] rungs)
    {
        var plan = study.Plan("");
        var measure = plan.Tasks.Single(task => task.Kind == DepthTask.Declared);
        return study.Conclude(plan, task => task.Kind.Name switch
            {
                "train" => MadeUpStudy.Trained(0.5, Of(task).Score is null),
                "evaluate" => MadeUpStudy.Evaluated(
                    (Of(task.Inputs["weights"]).Score ?? 0.1)
                        + ((int)task.Inputs["weights"].Settings["seed"]! == 2 ? 0.01 : 0)
                ),
                _ => new()
                {
                    ["best"] = rungs.Where(rung => rung.Score is not null).MaxBy(rung => rung.Score).Rung,
                    ["rungs"] = JsonSerializer.SerializeToNode(
                        rungs.Select(
                            (rung, i) =>
                                new DepthMeasure(
                                    rung.Rung,
                                    i switch
                                    {
                                        0 => 100,
                                        1 => 200,
                                        _ => 500,
                                    },
                                    1200,
                                    7,
                                    rung.Above
                                )
                        ),
                        ResultJson.Options
                    ),
                },
            });

        (string Rung, double? Score, Estimate? Above) Of(TaskSpec train) =>
            rungs.FirstOrDefault(rung =>
                measure.Inputs.Any(input =>
                    input.Value.Key == train.Key
                    && input.Key.StartsWith($"training {rung.Rung} ", StringComparison.Ordinal)
                )
            );
    }
}
