using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Mistakes;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;

namespace TransferLens.Analyses.Tests.Mistakes;

public sealed class MistakesAnalysisTests : IDisposable
{
    private readonly MadeUpStudy study = new(new MistakesAnalysis());

    public void Dispose() => study.Dispose();

    [Fact]
    public void One_task_a_target_reads_the_evaluations_that_are_there_anyway()
    {
        var plan = study.Plan("");
        var task = Assert.Single(plan.AnalysisTasks());
        Assert.Equal(["images", "run P-T s1", "run P-T s2", "run RI-T s1", "run RI-T s2"], task.Inputs.Keys);
        Assert.Equal(
            plan.Runs.Select(run => run.Evaluate.Key),
            task.Inputs.Where(input => input.Key != "images").Select(input => input.Value.Key)
        );
        var settings = TaskSettings.Read<MistakesTaskSettings>(task.Settings);
        Assert.Equal(6, settings.Pairs.Length);
        Assert.Equal(["run P-T s1", "run RI-T s1"], settings.Pairs[settings.Shown]);
        Assert.NotEqual(task.Key, study.Plan("examples: 3").AnalysisTasks()[0].Key);
        Assert.Equal(
            "study.yaml, line 9: analyses.mistakes.examples must be at least 0, but is -1.",
            study.Wrong("examples: -1")
        );
    }

    [Fact]
    public void Findings_say_who_errs_alike_who_errs_less_and_whether_two_are_better_than_one()
    {
        // The two P-T err on the same 20 images; the two RI-T on 50 each, of which 25 are common, as by chance.
        var section = Conclude(name =>
            name switch
            {
                "P-T s1" or "P-T s2" => i => i >= 20,
                "RI-T s1" => i => i >= 50,
                _ => i => i % 2 == 0,
            }
        );
        var (alike, better, ensemble) = (section.Findings[0], section.Findings[1], section.Findings[2]);
        Assert.Equal(
            "Fine-tuned models share more mistakes on drawn than models trained from scratch "
                + "(error consistency 1.00 against 0.00).",
            alike.Sentence
        );
        Assert.StartsWith("Fine-tuned models make fewer mistakes on drawn", better.Sentence, StringComparison.Ordinal);
        Assert.Contains("all 4 pairs", better.Sentence, StringComparison.Ordinal);
        Assert.StartsWith("No gain detected for the best ensemble on drawn", ensemble.Sentence, StringComparison.Ordinal);
        Assert.Contains(alike.Evidence, evidence =>
            evidence.Name == "mistakes made by both of two P-T runs, as a share of the mistakes made by either"
            && evidence.Value == 100
        );
    }

    [Fact]
    public void Trainings_that_do_not_differ_are_not_said_to_be_equal()
    {
        var section = Conclude(name => name.EndsWith("s1", StringComparison.Ordinal) ? i => i >= 50 : i => i % 2 == 0);
        Assert.StartsWith(
            "No difference in shared mistakes detected on drawn",
            section.Findings[0].Sentence,
            StringComparison.Ordinal
        );
        Assert.StartsWith(
            "No difference in mistakes detected on drawn between fine-tuned models",
            section.Findings[1].Sentence,
            StringComparison.Ordinal
        );
        Assert.All(section.Findings.Take(2), finding => Assert.Equal(Confidence.Low, finding.Confidence));
    }

    [Fact]
    public void Pairs_from_one_random_start_are_not_counted_where_P_T_and_RI_T_are_compared()
    {
        const string Runs =
            "{P-T: {init: pretrained, learning_rate: 0.02, seeds: [1, 2, 3]}, "
            + "RI-T: {init: random, init_seed: 1, learning_rate: 0.1, seeds: [1, 2, 3]}}";
        var section = Conclude(
            name => name.StartsWith("P-T", StringComparison.Ordinal) ? i => i >= 20 : i => i >= 50,
            runs: Runs
        );
        Assert.Contains(section.Findings, finding =>
            finding.Sentence.Contains("all 9 pairs", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Diverged_trainings_are_shown_and_support_nothing()
    {
        var section = Conclude(_ => i => i >= 50, diverged: true);
        Assert.Empty(section.Findings);
        Assert.Equal(6, section.Tables[0].Rows.Length);
    }

    [Fact]
    public void The_images_come_with_what_they_are_and_were_taken_for_and_stay_out_of_the_results()
    {
        var section = Conclude(_ => i => i >= 50);
        var grid = Assert.Single(section.Figures.OfType<ImageGrid>());
        Assert.Equal(["a", "predicted as b", "confidence 90 %"], grid.Cells.Single().Caption);
        Assert.Equal([1, 2, 3], grid.Cells.Single().Png);
        var text = section.Result.ToJsonString();
        Assert.DoesNotContain("NaN", text, StringComparison.Ordinal);
        Assert.DoesNotContain("png", text, StringComparison.Ordinal);
        Assert.Equal("b", (string?)section.Result[0]!["classes"]![1]!["label"]);
        Assert.Equal(
            ["P-T & P-T", "P-T & RI-T", "RI-T & RI-T"],
            section.Figures.OfType<BarChart>().Single().Panels.Single().Categories
        );
    }

    // 100 images of two classes, the first alternating; each training is right where the function says so.
    private AnalysisSection Conclude(
        Func<string, Func<int, bool>> right,
        bool diverged = false,
        string? runs = null
    )
    {
        int[] labels = [.. Enumerable.Range(0, 100).Select(i => i / 2 % 2)];
        return study.Conclude(study.Plan("", runs: runs), (task, file) => (task.Kind.Name, file) switch
            {
                ("train", _) => MadeUpStudy.Trained(0.5, diverged),
                ("mistakes", "images.json") => new()
                {
                    ["onlyFirst"] = new JsonArray(),
                    ["onlySecond"] = new JsonArray(
                        new JsonObject
                        {
                            ["name"] = "a/1.png",
                            ["class"] = "a",
                            ["answer"] = "b",
                            ["confidence"] = 0.9,
                            ["png"] = Convert.ToBase64String([1, 2, 3]),
                        }
                    ),
                },
                _ => new()
                {
                    ["classes"] = new JsonArray("a", "b"),
                    ["pairs"] = JsonSerializer.SerializeToNode(
                        TaskSettings.Read<MistakesTaskSettings>(task.Settings).Pairs.Select(Compared),
                        ResultJson.Options
                    ),
                },
            });

        MistakesResult Compared(ImmutableArray<string> pair) =>
            MistakeComparison.Compare(Evaluated(pair[0]), Evaluated(pair[1]), ImageLabels.SingleLabel([.. labels])) with
            {
                OnlyFirstImages = [],
                OnlySecondImages = [],
            };

        EvaluationResult Evaluated(string role) =>
            new(
                0,
                0,
                labels.Length,
                [
                    .. labels.SelectMany(
                        (label, i) => (float[])((label == 0) == right(role["run ".Length..])(i) ? [1, 0] : [0, 1])
                    ),
                ],
                2
            );
    }
}
