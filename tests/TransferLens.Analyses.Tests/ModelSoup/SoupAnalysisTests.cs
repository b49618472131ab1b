using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Analyses.ModelSoup;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;

namespace TransferLens.Analyses.Tests.ModelSoup;

public sealed class SoupAnalysisTests : IDisposable
{
    private const string TwoRates =
        "{P-T: {init: pretrained, learning_rate: [0.01, 0.02], seeds: [1, 2]}, RI-T: {init: random, learning_rate: 0.1}}";

    private readonly MadeUpStudy study = new(new SoupAnalysis());

    public void Dispose() => study.Dispose();

    [Fact]
    public void Trainings_that_differ_in_their_seed_only_are_averaged_and_a_single_seed_is_not()
    {
        Assert.Equal(["soup drawn P-T", "soup drawn RI-T"], Titles(study.Plan("")));
        Assert.Equal(
            ["soup drawn P-T, learning rate 0.01", "soup drawn P-T, learning rate 0.02"],
            Titles(study.Plan("", runs: TwoRates))
        );
        Assert.Contains(
            "no run has two seeds",
            study.Wrong("", runs: "{P-T: {init: pretrained, learning_rate: 0.01}}"),
            StringComparison.Ordinal
        );
        Assert.Equal(
            "study.yaml, line 9: analyses.model_soup.recalibration_images must be at least 2, but is 1.",
            study.Wrong("recalibration_images: 1")
        );
        var task = study.Plan("").AnalysisTasks()[0];
        Assert.Equal(
            ["evaluation 0", "evaluation 1", "images", "model 0", "model 1", "recalibrate_on"],
            task.Inputs.Keys
        );
        Assert.NotEqual(task.Key, study.Plan("recalibration_images: 50").AnalysisTasks()[0].Key);
    }

    [Fact]
    public void A_gain_is_said_with_its_interval_and_the_file_to_use()
    {
        // Members right on 80 and 78 of 100 images, on different ones; the average on 92.
        var section = Conclude(_ => Made(i => i >= 20, i => i < 78, i => i >= 4 && i < 96));
        var finding = section.Findings[0];
        Assert.Equal(Question.Averaging, finding.Question);
        Assert.StartsWith(
            "Averaging 2 P-T runs on drawn gains 13.0 points over their mean (95 % CI ",
            finding.Sentence,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "The averaged model reaches 92.0 %; its members have a mean accuracy of 79.0 %, and their ensemble reaches ",
            finding.Detail,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "It also gains 12.0 points over the best member, which was chosen on these images.",
            finding.Detail,
            StringComparison.Ordinal
        );
        Assert.EndsWith(
            "The interval covers test images only: these runs make a single average.",
            finding.Detail,
            StringComparison.Ordinal
        );
        // However many members it has, there is one average.
        Assert.Equal((1, false), (finding.Decision!.Runs, finding.Decision.CoversSeeds));
        var gain = section.Result[0]!["gains"]!["soupOverMean"]!;
        Assert.Equal(0.13, (double)gain["value"]!, 1e-9);
        Assert.Equal("test images", (string?)gain["covers"]);
        Assert.StartsWith("Confirm drawn-P-T-soup.safetensors", finding.Recommendation, StringComparison.Ordinal);
        Assert.Equal(Confidence.Low, finding.Confidence);
        Assert.Equal(0.13, finding.Evidence[0].Value, 1e-9);
        Assert.Equal(0.92, finding.Evidence[1].Value, 1e-9);
        Assert.Equal(["drawn-P-T-soup", "drawn-RI-T-soup"], section.Checkpoints.Select(checkpoint => checkpoint.Name));
        Assert.Equal("drawn-P-T-soup.safetensors", (string?)section.Result[0]!["checkpoint"]);
        // Of the runs from P alone, and not one of several.
        var offer = Assert.Single(section.Models);
        Assert.Equal(("average of 2 runs of P-T", "soup.safetensors"), (offer.Model!.Name, offer.Model.File));
        Assert.Equal("gains 13.0 points over the mean of its members", offer.Reason);
        Assert.Equal(0.92, offer.Model.Score.Value, 1e-9);
        Assert.False(offer.ChosenOnTestImages);
    }

    [Fact]
    public void Of_several_soups_the_one_with_the_best_members_is_offered_whatever_their_scores()
    {
        var offer = Assert.Single(
            Conclude(
                task =>
                    task.Title.EndsWith("0.02", StringComparison.Ordinal)
                        ? Made(i => i >= 10, i => i < 90, i => i is >= 5 and < 95)
                        : Made(i => i >= 20, i => i < 78, i => i >= 4 && i < 98),
                runs: TwoRates
            ).Models
        );
        Assert.Equal("average of 2 runs of P-T, learning rate 0.02", offer.Model!.Name);
        Assert.True(offer.ChosenOnTestImages);
        Assert.EndsWith(
            "best accuracy of 2 soups' members on the test images, so its score is optimistic",
            offer.Reason,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_loss_is_said_with_what_to_do_instead()
    {
        var section = Conclude(_ => Made(i => i >= 20, i => i < 80, i => i < 30));
        var finding = section.Findings[0];
        Assert.StartsWith(
            "Averaging 2 P-T runs on drawn loses 50.0 points against their mean (95 % CI ",
            finding.Sentence,
            StringComparison.Ordinal
        );
        Assert.Equal("Do not use this average.", finding.Recommendation);
        var refused = Assert.Throws<InputException>(Assert.Single(section.Models).Require);
        Assert.Equal($"{finding.Sentence} Export the best run instead.", refused.Message);
    }

    [Fact]
    public void Without_a_difference_it_is_said_how_large_a_loss_is_still_open()
    {
        var finding = Conclude(_ => Made(i => i >= 20, i => i < 80, i => i is >= 10 and < 90)).Findings[0];
        Assert.StartsWith(
            "No gain or loss detected from averaging 2 P-T runs on drawn (0.0 points, 95 % CI -",
            finding.Sentence,
            StringComparison.Ordinal
        );
        var gain = finding.Evidence.Single(evidence =>
            evidence.Name.StartsWith("gain of the average", StringComparison.Ordinal)
        );
        Assert.Equal(
            $"No gain or loss detected from averaging 2 P-T runs on drawn (0.0 points, "
                + $"95 % CI {100 * gain.Low:0.0} to +{100 * gain.High:0.0}).",
            finding.Sentence
        );
        Assert.DoesNotContain("gone undetected", finding.Detail, StringComparison.Ordinal);
        // A difference of exactly 0 is decided by nothing.
        Assert.StartsWith("The averaged model reaches ", finding.Detail, StringComparison.Ordinal);
        Assert.Equal(Confidence.Low, finding.Confidence);
        Assert.Equal(
            "Do not rely on drawn-P-T-soup.safetensors; more test images would decide.",
            finding.Recommendation
        );
    }

    [Fact]
    public void Trainings_from_random_weights_explain_and_recommend_nothing()
    {
        var section = Conclude(_ => Made(i => i >= 20, i => i < 80, i => i < 30));
        Assert.Null(section.Findings[1].Question);
        Assert.Null(section.Findings[1].Recommendation);
        Assert.Contains("RI-T", section.Findings[1].Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_said_of_members_that_learned_nothing_or_of_a_single_one_that_did_not_diverge()
    {
        var learned = Conclude(_ => Made(i => i >= 50, i => i < 50, i => i < 50), accuracy: 0.5);
        Assert.All(learned.Findings, finding =>
            Assert.StartsWith("No verdict on averaging", finding.Sentence, StringComparison.Ordinal)
        );
        Assert.All(learned.Findings, finding => Assert.Null(finding.Recommendation));
        Assert.StartsWith("No verdict on averaging", Assert.Single(learned.Models).Reason, StringComparison.Ordinal);
        var single = Conclude(_ => (new() { ["members"] = new JsonArray(1), ["soup"] = null }, []));
        Assert.Empty(single.Findings);
        Assert.Empty(single.Figures);
        Assert.Empty(single.Checkpoints);
        Assert.Equal(
            "There is no soup on drawn: fewer than two P-T runs did not diverge. Export the best run instead.",
            Assert.Single(single.Models).Reason
        );
        Assert.Equal(1, (int)single.Result[0]!["diverged"]!);
    }

    [Fact]
    public void The_figure_and_the_table_have_every_model()
    {
        var section = Conclude(_ => Made(i => i >= 20, i => i < 78, i => i >= 4 && i < 96, recalibrated: true));
        var bars = Assert.Single(Assert.IsType<BarChart>(Assert.Single(section.Figures)).Panels);
        Assert.Equal(["P-T", "RI-T"], bars.Categories);
        Assert.Equal(
            ["mean of the members", "best member", "soup", "ensemble"],
            bars.Series.Select(series => series.Label)
        );
        Assert.Equal([79.0, 80.0, 92.0], bars.Series.Take(3).Select(series => Math.Round(series.Values[0], 6)));
        var rows = section.Tables.Single().Rows;
        Assert.Equal(
            ["P-T s1", "P-T s2", "mean of the members", "soup, raw", "soup, recalibrated", "ensemble"],
            rows.Take(6).Select(row => (string?)row[2])
        );
        Assert.All(rows.SelectMany(row => row), cell => Assert.True(cell is null or string or double));
        Assert.DoesNotContain("NaN", section.Result.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_target_with_validation_images_has_a_greedy_soup_over_all_runs_from_P()
    {
        var plan = study.Plan("", runs: TwoRates, targets: MadeUpStudy.Divided);
        var task = plan.AnalysisTasks().Single(one => one.Kind.Name == "greedy_soup");
        Assert.Equal(4, task.Inputs.Keys.Count(role => role.StartsWith("model ", StringComparison.Ordinal)));
        Assert.Contains(GreedySoupTask.Validation, task.Inputs.Keys);
        Assert.DoesNotContain(study.Plan("", runs: TwoRates).AnalysisTasks(), one => one.Kind.Name == "greedy_soup");
        Assert.Contains(
            "names 'RI-T', which is not a run that starts from P. Runs from P: P-T.",
            study.Wrong("members: [RI-T]"),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Members_of_a_greedy_soup_that_cannot_be_made_are_an_error()
    {
        var plan = study.Plan("members: [P-T]", targets: MadeUpStudy.Divided);
        Assert.Contains(plan.AnalysisTasks(), one => one.Kind.Name == "greedy_soup");
        Assert.Equal(
            "analyses.model_soup.members names runs for a greedy soup, which needs validation images, but no target "
                + "has any. Add them (split: {validation: 0.1}, or validation: next to train: and test:), or remove "
                + "members.",
            study.Wrong("members: [P-T]")
        );
        const string Single =
            "{P-T: {init: pretrained, learning_rate: 0.01}, RI-T: {init: random, learning_rate: 0.1, seeds: [1, 2]}}";
        Assert.Equal(
            "analyses.model_soup.members names P-T, but a greedy soup needs two training runs of them on a target with "
                + "validation images. Write seeds: [1, 2] in a run, or remove members.",
            Assert
                .Throws<InputException>(() => study.Plan("members: [P-T]", runs: Single, targets: MadeUpStudy.Divided))
                .Message
        );
    }

    [Theory]
    [InlineData(
        95,
        "Greedily averaging 2 of 4 runs on drawn gains 5.0 points over the best (95 % CI ",
        "Use drawn-greedy-soup.safetensors; inference costs the same.",
        true
    )]
    [InlineData(
        90,
        "No gain detected from greedily averaging 2 of 4 runs on drawn (95 % CI ",
        "Keep the best run; more test images would decide.",
        true
    )]
    [InlineData(
        60,
        "Greedily averaging 2 of 4 runs on drawn loses 30.0 points to the best (95 % CI ",
        "Do not use this soup.",
        false
    )]
    public void A_greedy_soup_is_judged_over_its_best_member_and_its_barriers_are_compared(
        int soup,
        string headline,
        string action,
        bool offered
    )
    {
        var section = ConcludeGreedy(i => i < 90, i => i < soup);
        var finding = section.Findings.Single(one => one.Sentence.Contains("reedily", StringComparison.Ordinal));
        Assert.StartsWith(headline, finding.Sentence, StringComparison.Ordinal);
        Assert.InRange(finding.Sentence.Split(' ').Length, 5, 20);
        Assert.Equal(action, finding.Recommendation);
        Assert.Equal(Question.Averaging, finding.Question);
        Assert.Contains(
            "Barriers to the soup foretold the refusals: 1.0 points for runs that were added, 5.0 to 20.0 points for "
                + "refused ones.",
            finding.Detail,
            StringComparison.Ordinal
        );
        Assert.Equal(1, finding.Decision!.Runs);
        Assert.Contains(section.Checkpoints, one => one.Name == "drawn-greedy-soup");
        Assert.Equal(
            offered ? "greedy average of 2 of 4 runs" : null,
            section.Models.SingleOrDefault()?.Model?.Name is { } name
            && name.StartsWith("greedy", StringComparison.Ordinal)
                ? name
                : null
        );
        var entry = section.Result.AsArray().Single(one => (string?)one!["kind"] == "greedy")!;
        Assert.Equal(2, entry["added"]!.AsArray().Count);
        Assert.True((bool)entry["barrierForetold"]!);
        Assert.Equal(4, section.Tables.Single(table => table.Name == "model_soup-greedy").Rows.Length);
        Assert.DoesNotContain(section.Method.Caveats, caveat =>
            caveat.StartsWith("There is no greedy soup", StringComparison.Ordinal)
        );
    }

    // Four runs, of which the first two were added; 100 images.
    private AnalysisSection ConcludeGreedy(Func<int, bool> best, Func<int, bool> soup)
    {
        var (made, scores) = Made(best, i => i < 80, soup);
        var greedy = new GreedySoup(
            [
                new(0, 0.9, 0.9, true, null, double.NaN),
                new(1, 0.85, 0.92, true, 0.01, 0),
                new(2, 0.84, 0.9, false, 0.05, 0.1),
                new(3, 0.5, 0.6, false, 0.2, 1),
            ],
            0.92
        );
        return study.Conclude(study.Plan("", runs: TwoRates, targets: MadeUpStudy.Divided), (task, file) =>
            (task.Kind.Name, file) switch
            {
                ("greedy_soup" or "model_soup", ScoreFile.Name) => scores,
                ("greedy_soup", _) => new()
                {
                    ["members"] = new JsonArray(0, 1, 2, 3),
                    ["greedy"] = JsonSerializer.SerializeToNode(greedy, ResultJson.Options),
                    ["soup"] = made["soup"]!.DeepClone(),
                },
                ("model_soup", _) => made.DeepClone().AsObject(),
                ("evaluate", _) => new()
                {
                    ["accuracy"] = 0.8,
                    ["low"] = 0.75,
                    ["high"] = 0.85,
                    ["largestClass"] = 0.5,
                },
                _ => MadeUpStudy.Trained(0.9),
            }
        );
    }

    private static IEnumerable<string> Titles(Plan plan) => plan.AnalysisTasks().Select(task => task.Title);

    private AnalysisSection Conclude(
        Func<TaskSpec, (JsonObject Result, JsonObject Scores)> soup,
        double accuracy = 0.8,
        string? runs = null
    ) =>
        study.Conclude(runs is null ? study.Plan("") : study.Plan("", runs: runs), (task, file) => task.Kind.Name switch
            {
                "model_soup" => file == ScoreFile.Name ? soup(task).Scores : soup(task).Result,
                "evaluate" => new()
                {
                    ["accuracy"] = accuracy,
                    ["low"] = accuracy - 0.05,
                    ["high"] = accuracy + 0.05,
                    ["largestClass"] = 0.5,
                },
                _ => MadeUpStudy.Trained(0.9),
            });

    // 100 images of two classes; each model is right where its function says so.
    private static (JsonObject Result, JsonObject Scores) Made(
        Func<int, bool> first,
        Func<int, bool> second,
        Func<int, bool> soup,
        bool recalibrated = false
    )
    {
        int[] labels = [.. Enumerable.Range(0, 100).Select(i => i % 2)];
        var (result, scores) = SoupComparison.Measure(
            [Of(first), Of(second)],
            Of(recalibrated ? first : soup),
            recalibrated ? Of(soup) : null,
            ImageLabels.SingleLabel([.. labels]),
            0
        );
        return (
            new()
            {
                ["members"] = new JsonArray(0, 1),
                ["soup"] = JsonSerializer.SerializeToNode(result, ResultJson.Options),
            },
            new(scores.Named.Select(one => KeyValuePair.Create(one.Name, (JsonNode?)ScoreFile.Encode(one.Score))))
        );

        EvaluationResult Of(Func<int, bool> right) =>
            new(
                0,
                0.5,
                labels.Length,
                [.. labels.SelectMany((label, i) => (float[])((label == 0) == right(i) ? [1, 0] : [0, 1]))],
                2
            );
    }
}
