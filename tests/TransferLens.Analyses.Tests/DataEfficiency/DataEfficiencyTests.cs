using System.Text.Json.Nodes;
using TransferLens.Analyses.DataEfficiency;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Plans;

namespace TransferLens.Analyses.Tests.DataEfficiency;

public sealed class DataEfficiencyTests : IDisposable
{
    private const string Equal =
        "{P-T: {init: pretrained, learning_rate: 0.1, seeds: [1, 2, 3]}, RI-T: {init: random, learning_rate: 0.1, seeds: [1, 2, 3]}}";

    private readonly MadeUpStudy study = new(new DataEfficiencyAnalysis());

    public void Dispose() => study.Dispose();

    [Fact]
    public void Runs_on_all_images_are_the_studys_own_and_the_others_differ_in_their_images_alone()
    {
        var plan = study.Plan("shares: [0.25, 0.5]", runs: Equal);
        // P, three seeds of two runs, and each of these on two parts.
        Assert.Equal(1 + 6 + 12, plan.Tasks.Count(task => task.Kind == StudyTasks.TrainKind));
        Assert.Single(plan.Tasks, task => task.Kind == SubsetProbeTask.Declared);
        var parts = plan.AnalysisTasks().Where(task => task.Settings["subset"] is not null).ToList();
        Assert.Equal(12, parts.Count);
        Assert.All(parts, task => Assert.Equal((int)task.Settings["seed"]!, (int)task.Settings["subset"]!["seed"]!));
        Assert.All(parts, task => Assert.True((bool)task.Settings["subset"]!["repeat"]!));
        Assert.DoesNotContain("subset", plan.Runs[0].Train.Settings.Select(setting => setting.Key));
    }

    [Fact]
    public void Equal_epochs_repeat_no_image_and_cost_less()
    {
        var steps = study.Plan("shares: [0.25]", runs: Equal);
        var epochs = study.Plan("{shares: [0.25], equal: epochs}"[1..^1], runs: Equal);
        var part = epochs.AnalysisTasks().First(task => task.Settings["subset"] is not null);
        Assert.False((bool)part.Settings["subset"]!["repeat"]!);
        Assert.True(epochs.Tasks.Sum(task => task.Cost) < steps.Tasks.Sum(task => task.Cost));
    }

    [Theory]
    [InlineData("shares: [0]", "study.yaml, line 9: analyses.data_efficiency.shares")]
    [InlineData("shares: [2]", "shares")]
    [InlineData("run: RI-T", "analyses.data_efficiency.run is RI-T, but no run of that name starts from P")]
    [InlineData("scratch: P-T", "scratch is P-T, but no run of that name starts from random weights")]
    [InlineData("equal: images", "study.yaml, line 9: analyses.data_efficiency.equal")]
    public void Wrong_settings_are_told_by_name(string settings, string said) =>
        Assert.Contains(said, study.Wrong(settings), StringComparison.Ordinal);

    [Fact]
    public void A_study_without_runs_from_random_weights_is_refused() =>
        Assert.Contains(
            "no run starts from random weights; add one to runs, or remove the analysis",
            study.Wrong("", runs: "{P-T: {init: pretrained, learning_rate: 0.1}}"),
            StringComparison.Ordinal
        );

    [Fact]
    public void What_pretraining_is_worth_is_said_in_images_with_an_interval()
    {
        var section = Conclude(Equal, (start, share) => 0.5 + (0.1 * Math.Log2(share * 4)) + (start == "P" ? 0.1 : 0));
        var finding = section.Findings[0];
        Assert.Matches(
            @"^Pretraining is worth [12]\.\d times the images on drawn at (25|50) images \(95 % CI [12]\.\d to .+\)\.$",
            finding.Sentence
        );
        Assert.Equal(Question.Images, finding.Question);
        Assert.Equal(Confidence.High, finding.Confidence);
        Assert.Equal("Start from P on drawn: it saves labelling images.", finding.Recommendation);
        var points = section.Result[0]!["points"]!.AsArray();
        Assert.Equal([25, 50, 100], points.Select(point => (int)point!["images"]!));
        Assert.Equal(2, (double)points[1]!["worth"]!["times"]!, 0.2);
        Assert.Equal(3, Assert.IsType<LineChart>(Assert.Single(section.Figures)).Panels[0].Lines.Length);
        Assert.Equal(9, Assert.Single(section.Tables).Rows.Length);
    }

    [Fact]
    public void More_than_all_images_is_said_where_scratch_never_gets_there()
    {
        var section = Conclude(Equal, (start, _) => start == "P" ? 0.8 : 0.4);
        Assert.Equal(
            "Pretraining is worth more than 4.0 times the images on drawn: P-T on 25 beats RI-T on 100.",
            section.Findings[0].Sentence
        );
    }

    [Fact]
    public void Nothing_is_saved_where_both_curves_are_one()
    {
        var section = Conclude(Equal, (_, _) => 0.6);
        Assert.StartsWith(
            "No saving in images detected on drawn",
            section.Findings[0].Sentence,
            StringComparison.Ordinal
        );
        Assert.NotEqual(Confidence.High, section.Findings[0].Confidence);
    }

    [Fact]
    public void The_number_of_images_from_which_fine_tuning_beats_the_probe_is_said()
    {
        var section = Conclude(Equal, (start, share) => start == "P" ? 0.2 + (0.6 * share) : 0.2, probe: _ => 0.5);
        Assert.StartsWith(
            "Fine-tuning beats the probe on drawn on all 100 images: by",
            section.Findings[1].Sentence,
            StringComparison.Ordinal
        );
        Assert.Equal(
            "Fine-tune from 100 images on; with fewer, try the probe first.",
            section.Findings[1].Recommendation
        );
    }

    [Fact]
    public void Unequal_rates_are_said_first_and_lower_the_confidence()
    {
        var unequal = Equal.Replace("random, learning_rate: 0.1", "random, learning_rate: 0.05", StringComparison.Ordinal);
        var section = Conclude(unequal, (start, _) => start == "P" ? 0.8 : 0.4);
        Assert.StartsWith("Unequal learning rates: pretraining is", section.Findings[0].Sentence, StringComparison.Ordinal);
        Assert.Equal(Confidence.Low, section.Findings[0].Confidence);
    }

    [Fact]
    public void Each_start_is_represented_by_its_best_rate_on_validation_images()
    {
        const string rates =
            "{P-T: {init: pretrained, learning_rate: [0.1, 0.2], seeds: [1, 2]}, RI-T: {init: random, learning_rate: [0.1, 0.2], seeds: [1, 2]}}";
        var plan = study.Plan("{shares: [0.5], probe: false}"[1..^1], runs: rates, targets: MadeUpStudy.Divided);
        // Test images prefer the other rate, and are not asked.
        var section = study.Conclude(plan, (task, file) =>
            Made(task, file, (trained, isValidation) =>
                (double)trained.Settings["learning_rate"]! == 0.2 == isValidation ? 0.7 : 0.6
            )
        );
        var points = section.Result[0]!["points"]!.AsArray();
        Assert.All(points, point => Assert.Equal(0.2, (double)point!["pretrained"]!["learningRate"]!));
        Assert.All(points, point => Assert.Equal(0.6, (double)point!["random"]!["score"]!["value"]!, 1e-9));
        Assert.Contains("chosen on validation images", section.Method.Settings, StringComparison.Ordinal);
    }

    private AnalysisSection Conclude(
        string runs,
        Func<string, double, double> accuracy,
        Func<double, double>? probe = null
    )
    {
        var plan = study.Plan("shares: [0.25, 0.5]", runs: runs);
        return study.Conclude(plan, (task, file) =>
            Made(
                task,
                file,
                (trained, _) => accuracy(trained.Settings["checkpoint"] is null ? "RI" : "P", ShareOf(trained)),
                probe ?? (_ => 0.4)
            )
        );
    }

    private static double ShareOf(TaskSpec trained) => (double?)trained.Settings["subset"]?["share"] ?? 1;

    private static JsonObject Made(
        TaskSpec task,
        string file,
        Func<TaskSpec, bool, double> accuracy,
        Func<double, double>? probe = null
    )
    {
        var isScores = file != "result.json";
        switch (task.Kind.Name)
        {
            case "images":
                return new() { ["images"] = 100 };
            case "train":
                var trained = MadeUpStudy.Trained(0.9);
                if (task.Settings["subset"] is not null)
                {
                    trained["trainImages"] = (int)(100 * ShareOf(task));
                }

                return trained;
            case "subset_probes":
                SubsetProbe[] probes =
                [
                    .. from share in new[] { 0.25, 0.5, 1 }
                    from seed in share == 1 ? [1] : new[] { 1, 2, 3 }
                    select new SubsetProbe(share, seed, (int)(100 * share), 1, true),
                ];
                return isScores
                    ? new(
                        probes.Select(one =>
                            KeyValuePair.Create(
                                one.ScoreName,
                                (JsonNode?)
                                    Vision.Evaluation.ScoreFile.Encode(
                                        MadeUpScores.Correct(probe!(one.Share), (uint)one.Seed)
                                    )
                            )
                        )
                    )
                    : new()
                    {
                        ["probes"] = System.Text.Json.JsonSerializer.SerializeToNode(
                            probes,
                            Studies.Metrics.ResultJson.Options
                        ),
                    };
            default:
                var isValidation = task.Title.Contains("validation", StringComparison.Ordinal);
                return MadeUpStudy.Evaluated(accuracy(task.Inputs["weights"], isValidation));
        }
    }
}
