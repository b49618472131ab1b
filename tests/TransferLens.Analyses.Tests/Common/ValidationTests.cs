using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Analyses.CheckpointSweep;
using TransferLens.Analyses.FineTuningDepth;
using TransferLens.Analyses.LearningCurves;
using TransferLens.Analyses.ModelSoup;
using TransferLens.Analyses.ModuleCriticality;
using TransferLens.Analyses.Tests.CheckpointSweep;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;

namespace TransferLens.Analyses.Tests.Common;

/// <summary>What is chosen on validation images where a target has some, and judged on its test images.</summary>
public sealed class ValidationTests
{
    private const string Rates =
        "{P-T: {init: pretrained, learning_rate: [0.02, 0.1], seeds: [1, 2, 3]}, "
        + "RI-T: {init: random, learning_rate: 0.1, seeds: [1, 2, 3]}}";

    [Fact]
    public void Training_runs_get_the_validation_images_and_targets_without_keep_their_keys()
    {
        using var study = new MadeUpStudy(new LearningCurvesAnalysis());
        var plan = study.Plan("", targets: MadeUpStudy.Divided);
        Assert.All(plan.Runs, run => Assert.Equal(run.ValidationImages!.Key, run.Train.Inputs["validation"].Key));
        Assert.Equal(
            3,
            new[] { plan.Runs[0].TrainImages, plan.Runs[0].TestImages, plan.Runs[0].ValidationImages }
                .Select(images => images!.Key)
                .Distinct()
                .Count()
        );
        var read = PlanFile.Read(PlanFile.Write(plan).ToJsonString());
        Assert.Equal(plan.Runs[0].ValidationImages!.Key, read.Runs[0].ValidationImages!.Key);
        Assert.Equal(plan.Runs[0].Validate!.Key, read.Runs[0].Validate!.Key);

        var without = study.Plan("");
        Assert.All(without.Runs, run => Assert.Null(run.Validate));
        Assert.All(without.Tasks, task => Assert.DoesNotContain("validation", task.Inputs.Keys));
    }

    [Fact]
    public void The_best_of_several_rates_is_chosen_on_validation_images()
    {
        using var study = new MadeUpStudy(new LearningCurvesAnalysis());
        var plan = study.Plan("", runs: Rates, targets: MadeUpStudy.Divided);
        // Only where there is a choice.
        Assert.Equal(6, plan.AnalysisTasks().Length);
        // On the test images the larger rate is better; on the validation images the smaller one.
        var section = study.Conclude(plan, task => task.Kind == StudyTasks.TrainKind ? MadeUpStudy.Trained(0.8)
            : Is(task, "validation") ? MadeUpStudy.Evaluated(Is(task, "lr 0.02") ? 0.75 : 0.7)
            : MadeUpStudy.Evaluated(
                Is(task, "lr 0.1") ? 0.85
                : Is(task, "P-T") ? 0.8
                : 0.6
            ));
        var finding = section.Findings.Single();
        Assert.Contains(
            "P-T, learning rate 0.02 ends 20.0 points above RI-T",
            finding.Sentence,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "P-T, learning rate 0.02 is the best of 2 on the validation images.",
            finding.Detail,
            StringComparison.Ordinal
        );
        Assert.False(finding.Decision!.ChosenOnTestImages);
        // RI-T has a single rate, another one: it was not tuned as P-T was.
        Assert.StartsWith("Unequal learning rates: ", finding.Sentence, StringComparison.Ordinal);
        Assert.Equal(Confidence.Low, finding.Confidence);
        var over = Assert.Single(section.Result.AsArray(), group => group!["gainOver"] is not null)!;
        Assert.False((bool)over["gainOver"]!["chosenOnTestImages"]!);
        Assert.Equal(0.75, (double)over["seeds"]![0]!["validationAccuracy"]!);
        // A study without a choice evaluates nothing more.
        Assert.Empty(study.Plan("", targets: MadeUpStudy.Divided).AnalysisTasks());
    }

    [Theory]
    // Both sets of images show that the head is enough.
    [InlineData(0.8, 0.8, "Training the head alone is enough on drawn: ", true)]
    // The validation images show it, and the test images show the opposite.
    [InlineData(0.8, 0.6, "Whole-network training beats cheaper choices tried on drawn: ", true)]
    // The validation images show it, and the test images leave it open.
    [InlineData(0.8, 0.78, "Training the head alone is not confirmed to be enough on drawn: 78.0 % against 80.0 %", true)]
    // The test images alone would show it.
    [InlineData(0.6, 0.8, "No cheaper choice is shown to be within 2 points of all others on drawn", false)]
    public void A_rung_is_chosen_on_validation_images_and_confirmed_on_test_images(
        double validation,
        double test,
        string sentence,
        bool chosen
    )
    {
        using var study = new MadeUpStudy(new FineTuningDepthAnalysis());
        var plan = study.Plan(
            "rungs: [head, whole], margin: 2",
            runs: "{P-T: {init: pretrained, learning_rate: 0.02, seeds: [1, 2, 3]}}",
            targets: MadeUpStudy.Divided
        );
        Assert.Equal(
            ["evaluate", "train", "validate"],
            plan.Analyses[0]
                .Tasks.Select(task => task.Role.Split(' ')[0])
                .Where(role => role != "measure")
                .Distinct()
                .Order()
        );
        var section = study.Conclude(plan, task => task.Kind.Name switch
            {
                "train" => MadeUpStudy.Trained(0.5),
                "evaluate" => MadeUpStudy.Evaluated(
                    !IsFrozen(task.Inputs["weights"]) ? 0.8
                    : Is(task, "validation") ? validation
                    : test
                ),
                _ => Costs(),
            });
        var finding = section.Findings.Single();
        Assert.StartsWith(sentence, finding.Sentence, StringComparison.Ordinal);
        Assert.Contains(
            $"The choice was made on {MadeUpScores.Images:N0} validation images; scores are those of the test images.",
            finding.Detail,
            StringComparison.Ordinal
        );
        var result = section.Result[0]!;
        Assert.False((bool)result["chosenOnTestImages"]!);
        Assert.Equal(chosen ? "head" : "whole", (string?)result["cheapestNoWorse"]);
        Assert.Equal(validation, (double)result["rungs"]![0]!["validationAccuracy"]!, 1e-9);
        Assert.Equal(test - 0.8, (double)result["rungs"]![0]!["againstWhole"]!["value"]!, 1e-9);
        if (sentence.StartsWith("Open", StringComparison.Ordinal))
        {
            Assert.Equal(Confidence.Low, finding.Confidence);
        }
    }

    [Theory]
    [InlineData(2, 0.8, 0.8, "Epoch 0 of 6 is enough for drawn: ")]
    [InlineData(0.1, 0.83, 0.798, "The choice of epoch 0 is not confirmed for drawn: 79.8 % against 80.0 % from the last.")]
    [InlineData(2, 0.6, 0.8, "No earlier epoch is shown at most 2 points worse than the last on drawn")]
    public void A_checkpoint_is_chosen_on_validation_images_and_confirmed_on_test_images(
        double margin,
        double validation,
        double test,
        string sentence
    )
    {
        using var study = new MadeUpStudy(new CheckpointSweepAnalysis());
        var plan = study.Plan(
            string.Create(CultureInfo.InvariantCulture, $"checkpoints: [0, last], margin: {margin}"),
            runs: "{P-T: {init: pretrained, learning_rate: 0.02, seeds: [1, 2, 3]}}",
            targets: MadeUpStudy.Divided
        );
        var section = study.Conclude(plan, task => task.Kind.Name switch
            {
                "train" => MadeUpStudy.Trained(0.5),
                "evaluate" => MadeUpStudy.Evaluated(
                    (string?)task.Inputs["weights"].Settings["checkpoint"] != "0" ? 0.8
                    : Is(task, "validation") ? validation
                    : test
                ),
                "images" => new() { ["images"] = 1200 },
                _ => CheckpointSweepTests.Line(new(0.01, 0, 0.03)),
            });
        var finding = section.Findings.First(one => one.Question == Question.Checkpoint);
        Assert.StartsWith(sentence, finding.Sentence, StringComparison.Ordinal);
        Assert.Contains("The choice was made on 2,000 validation images", finding.Detail, StringComparison.Ordinal);
        Assert.False((bool)section.Result["targets"]![0]!["chosenOnTestImages"]!);
        Assert.Equal(validation, (double)section.Result["targets"]![0]!["runs"]![0]!["validationAccuracy"]!);
    }

    [Fact]
    public void The_best_member_of_a_soup_is_chosen_on_validation_images()
    {
        using var study = new MadeUpStudy(new SoupAnalysis());
        var task = study.Plan("", targets: MadeUpStudy.Divided).AnalysisTasks()[0];
        Assert.Equal(
            ["validation 0", "validation 1"],
            task.Inputs.Keys.Where(role => role.StartsWith("validation", StringComparison.Ordinal))
        );
        int[] labels = [.. Enumerable.Range(0, 100).Select(i => i % 2)];
        EvaluationResult[] members = [Right(80), Right(90)];
        var test = SoupComparison.Compare(members, Right(85), null, Labels(), 0);
        Assert.Equal((1, -0.05), (test.Best, Math.Round(test.Raw.GainOverBest.Value, 9)));
        Assert.Null(test.Validation);
        var (chosen, _) = SoupComparison.Measure(members, Right(85), null, Labels(), 0, [0.7, 0.6]);
        Assert.Equal((0, 0.05), (chosen.Best, Math.Round(chosen.Raw.GainOverBest.Value, 9)));
        Assert.Equal([0.7, 0.6], chosen.Validation!.Value);
        var json = JsonSerializer.SerializeToNode(test, ResultJson.Options)!.AsObject();
        Assert.False(json.ContainsKey("validation"));

        ImageLabels Labels() => ImageLabels.SingleLabel([.. labels]);

        EvaluationResult Right(int count) =>
            new(
                0,
                0.5,
                100,
                [.. labels.SelectMany((label, i) => (float[])((label == 0) == (i < count) ? [1, 0] : [0, 1]))],
                2
            );
    }

    [Fact]
    public void Modules_to_freeze_are_chosen_by_rewinding_on_validation_images()
    {
        using var study = new MadeUpStudy(new CriticalityAnalysis());
        var plan = study.Plan("", targets: MadeUpStudy.Divided);
        var resettable = Assert.Single(plan.Tasks, task => task.Kind == ResettableTask.Declared);
        var (run, chooses) = (plan.Runs[0], resettable.Inputs["criticality 1"]);
        Assert.Equal(run.ValidationImages!.Key, chooses.Inputs["images"].Key);
        Assert.Equal("none", (string?)chooses.Settings["paths"]);
        // What is reported is measured on the test images.
        Assert.Equal(run.TestImages.Key, resettable.Inputs["images"].Key);
        Assert.Equal(
            run.TestImages.Key,
            plan.Analyses[0]
                .Tasks.First(task => task.Role.StartsWith("rewind", StringComparison.Ordinal))
                .Task.Inputs["images"]
                .Key
        );
        Assert.Contains(plan.Tasks, task => task.Key == chooses.Key);
    }

    [Fact]
    public void A_rung_that_is_worse_is_stated_in_at_most_5_percent_though_another_set_of_images_chose_it()
    {
        // 2 points worse, at a margin of 2: the boundary.
        var simulated = new SimulatedScores(seed: 4, images: 600, spread: 0.005);
        var stated = Enumerable.Range(0, 300).Count(_ => Answer().IsConfirmed);
        Assert.InRange(stated, 0, 15);

        DepthAnswer Answer() => DepthChoice.Choose(Rungs(), 0.02, Rungs())!;

        RungScores[] Rungs()
        {
            var scores = simulated.Draw(3, 0.8, 0.78);
            return [Scores(DepthChoice.Whole, 2, scores[0]), Scores(DepthChoice.Head, 1, scores[1])];
        }

        static RungScores Scores(string name, double cost, ImmutableArray<ScoreSample> runs) =>
            new(name, cost, [.. runs.Select((score, seed) => (seed, score))]);
    }

    private static bool Is(TaskSpec task, string words) => task.Title.Contains(words, StringComparison.Ordinal);

    private static bool IsFrozen(TaskSpec train) => train.Settings["training"]?["freeze"] is not null;

    private static JsonObject Costs() =>
        new()
        {
            ["rungs"] = JsonSerializer.SerializeToNode(
                new[] { new DepthMeasure("head", 100, 1200, 7), new DepthMeasure("whole", 500, 1200, 70) },
                ResultJson.Options
            ),
        };
}
