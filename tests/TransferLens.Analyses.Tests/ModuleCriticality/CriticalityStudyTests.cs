using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Analyses.ModuleCriticality;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Files;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Tests;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Formats;
using TransferLens.Vision.Models.Architectures;

namespace TransferLens.Analyses.Tests.ModuleCriticality;

public class CriticalityStudyTests
{
    private static readonly Catalog Catalog = new(
        [.. ImageFormats.All],
        [.. Networks.All],
        [.. Metrics.All],
        [new CriticalityAnalysis()],
        [],
        []
    );

    private const string Recalibrated = "accuracy, recalibrated";

    private static readonly ImmutableArray<string> Modules = ["conv1", "layer1.0", "layer2.0", "layer3.0", "linear"];

    [Fact]
    public void One_task_a_training_reads_the_training_and_its_images()
    {
        var tasks = Tasks("{paths: direct, examples: 10}");
        Assert.Equal(4, tasks.Length);
        Assert.All(tasks, task =>
            Assert.Equal(["images", "recalibrate_on", "train_images", "training"], task.Inputs.Keys)
        );
        Assert.All(Tasks("{paths: none}"), task =>
            Assert.Equal(["images", "recalibrate_on", "training"], task.Inputs.Keys)
        );
    }

    [Fact]
    public void Settings_that_decide_nothing_decide_no_key()
    {
        string[] Keys(string settings) => [.. Tasks(settings).Select(task => task.Key)];
        Assert.Equal(Keys("{paths: none}"), Keys("{paths: none, sigmas: [0.5], alphas: [0.5], draws: 9}"));
        Assert.Equal(Keys("{paths: optimization}"), Keys("{paths: optimization, alphas: [0.5]}"));
        Assert.Equal(
            Keys("{paths: direct, alphas: [0.5]}"),
            Keys(
                "{paths: direct, alphas: [1, 0.5, 0], "
                    + "sigmas: [0, 0.316, 0.178, 0.1, 0.0562, 0.0316, 0.0178, 0.01, 0.00562, 0.00316, 0.00178, 0.001]}"
            )
        );
        Assert.NotEqual(Keys("{paths: direct, draws: 2}"), Keys("{paths: direct, draws: 3}"));
        Assert.Equal(Keys("{paths: none}"), Keys("{}"));
        Assert.NotEqual(Keys("{paths: none}"), Keys("{paths: none, recalibration_images: 100}"));
    }

    [Theory]
    [InlineData("{paths: winding}", "paths")]
    [InlineData("{alphas: [0, 2]}", "alphas")]
    [InlineData("{sigmas: [0]}", "sigmas")]
    [InlineData("{sigmas: [-1]}", "sigmas")]
    [InlineData("{draws: 0}", "draws")]
    [InlineData("{examples: 0}", "examples")]
    [InlineData("{eps: 1.5}", "eps")]
    [InlineData("{recalibration_images: 1}", "recalibration_images")]
    public void A_wrong_setting_is_named(string settings, string name) =>
        Assert.Contains(
            $"study.yaml, line 8: analyses.module_criticality.{name}",
            Assert.Throws<InputException>(() => Plan(settings)).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void Findings_name_the_critical_and_the_resettable_modules()
    {
        var section = Conclude(task =>
            Lost(task, pretrained: [0, 0.05, 0.1, 0.15, 0.3], random: [0.2, 0.3, 0.4, 0.5, 0.5])
        );
        Assert.StartsWith(
            "On drawn, fine-tuned models depend less on any single module",
            section.Findings[0].Sentence,
            StringComparison.Ordinal
        );
        Assert.Contains("found the same", section.Findings[0].Detail, StringComparison.Ordinal);
        Assert.Contains(section.Findings, finding =>
            finding.Sentence.StartsWith("linear is the most critical module of P-T on drawn", StringComparison.Ordinal)
            && finding.Detail!.StartsWith("It is the head, whose initial weights are random", StringComparison.Ordinal)
        );
        Assert.Contains(section.Findings, finding =>
            finding.Sentence.StartsWith("conv1 of P-T on drawn can be rewound", StringComparison.Ordinal)
            && finding.Recommendation!.StartsWith("Freeze", StringComparison.Ordinal)
        );
        Assert.Contains(section.Findings, finding =>
            finding.Sentence.StartsWith("No module of RI-T on drawn", StringComparison.Ordinal)
        );
        Assert.Contains(section.Findings.SelectMany(finding => finding.Evidence), evidence =>
            evidence.Name.StartsWith("rank correlation", StringComparison.Ordinal) && evidence.Value == 1
        );

        // Four modules before the head: chance gives a perfect order one time in twelve, so none may be claimed.
        Assert.All(section.Findings, finding =>
            Assert.DoesNotContain("deeper modules costs more", finding.Detail ?? "", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Trainings_that_learned_nothing_support_no_sentence_about_their_modules()
    {
        var section = Conclude(task => Lost(task, [0, 0, 0, 0, 0], [0, 0, 0, 0, 0]), initialAccuracy: 0.79);
        Assert.Equal(2, section.Findings.Length);
        Assert.All(section.Findings, finding =>
            Assert.Contains("are unknown", finding.Sentence, StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Diverged_trainings_are_shown_and_support_nothing()
    {
        var section = Conclude(task => Lost(task, [0, 0, 0, 0, 0], [0, 0, 0, 0, 0]), diverged: true);
        Assert.Empty(section.Findings);
        Assert.Empty(section.Figures);
        Assert.Equal(20, section.Tables[0].Rows.Length);
    }

    [Fact]
    public void Tables_hold_both_forms_and_the_figure_shows_the_recalibrated_one()
    {
        var section = Conclude(task => Lost(task, [0, 0, 0, 0, 0], [0, 0, 0, 0, 0], recalibrated: 0.5));
        var table = section.Tables.Single(one => one.Name == "module_criticality");
        Assert.All(table.Rows, row => Assert.Equal((0.8, 0.5), (Cell(row, "accuracy"), Cell(row, Recalibrated))));
        var bars = section.Figures.OfType<BarChart>().First().Panels.Single();
        Assert.All(bars.Series, series => Assert.Equal([70.0, 50, 50, 50, 50, 50], series.Values));
        Assert.Equal(0.7, (double)section.Result[0]!["rewinding"]!["trainedRecalibrated"]!["accuracy"]!);

        double Cell(ImmutableArray<object?> row, string column) => (double)row[table.Columns.IndexOf(column)]!;
    }

    [Fact]
    public void Undefined_scores_are_null_with_a_reason_and_leave_gaps_in_the_figure()
    {
        var section = Conclude(task => Lost(task, [0, 0.05, 0.1, 0.15, 0.3], [0.2, 0.3, 0.4, 0.5, 0.5]));
        var scores = section.Tables.Single(table => table.Name == "module_criticality-scores");
        Assert.Contains(scores.Rows, row =>
            row[3] is null && (string)row[^1]! == "no sigma on the grid keeps the error at or below eps"
        );
        var path = section.Result[0]!["path"]!;
        Assert.Equal((null, 1), ((double?)path["score"], (int)path["undefinedModules"]!));
        Assert.DoesNotContain("NaN", section.Result.ToJsonString(), StringComparison.Ordinal);
        var bars = section
            .Figures.OfType<BarChart>()
            .Single(figure => figure.Name.Contains("score", StringComparison.Ordinal))
            .Panels.Single();
        Assert.True(double.IsNaN(bars.Series[0].Values[4]));
        Assert.Equal(["P-T", "RI-T"], bars.Series.Select(series => series.Label));
        var maps = section.Figures.OfType<Heatmap>().ToList();
        Assert.Equal(2, maps.Count);
        Assert.All(maps, map => Assert.Equal((2, 2), (map.Rows.Length, map.Columns.Length)));
    }

    // What a task would leave: losses per module, a map whose error is the loss, and a head without a score.
    private static JsonObject Lost(TaskSpec task, double[] pretrained, double[] random, double? recalibrated = null)
    {
        var lost = task.Title.Contains("RI-T", StringComparison.Ordinal) ? random : pretrained;
        var rewinding = new RewindingResult(
            new(0.8, 0.5),
            [
                .. Modules.Zip(lost, (name, x) => new RewoundModule(name, 0.8 - x, 1, x, x - 0.01, x + 0.01, 2)
                {
                    Recalibrated = recalibrated is { } score ? new(score, 1, 0.2, 0.1, 0.3) : null,
                }),
            ],
            false,
            100
        )
        {
            TrainedRecalibrated = recalibrated is null ? null : new(0.7, 0.6),
        };
        var paths = Modules.Zip(lost, (name, x) =>
        {
            ImmutableArray<PathPoint> map =
            [
                new(0, 0, 0, x, 0, 1),
                new(0, 0, 0.1, x, 0.01, 1),
                new(1, 2, 0, 0, 0, 1),
                new(1, 2, 0.1, name == "linear" ? 1 : 0.1, 0.01, 1),
            ];
            return new ModulePath(name, 2, CriticalityScore.FromMap(map, 0.2), map);
        });
        return new()
        {
            ["rewinding"] = JsonSerializer.SerializeToNode(rewinding, ResultJson.Options),
            ["path"] = JsonSerializer.SerializeToNode(
                new PathResult("direct", new(1, 0), 0.2, 50, 2, [.. paths], false, null),
                ResultJson.Options
            ),
        };
    }

    private static AnalysisSection Conclude(
        Func<TaskSpec, JsonObject> result,
        double initialAccuracy = 0.1,
        bool diverged = false
    )
    {
        var plan = Plan("{paths: direct}");
        return Catalog
            .Analyses[0]
            .Conclude(
                new(plan.Study, plan.Pretraining, plan.Runs) { Catalog = Catalog },
                plan.Study.Analyses.Single().Value,
                plan.Analyses.Single(),
                new Results(task =>
                    task.Kind.Name switch
                    {
                        "train" => new()
                        {
                            ["status"] = diverged ? "diverged" : "finished",
                            ["epochs"] = new JsonArray(new JsonObject { ["testAccuracy"] = initialAccuracy }),
                        },
                        "evaluate" => new() { ["low"] = 0.78 },
                        _ => result(task),
                    }
                )
            );
    }

    private static ImmutableArray<TaskSpec> Tasks(string settings) => Plan(settings).AnalysisTasks();

    private static Plan Plan(string settings)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(
            folder["study.yaml"],
            $$$"""
            study: made-up
            network: cifar_resnet8
            images: {size: 8}
            pretrained: {data: {format: synthetic, style: photo, train: 4, test: 2}, training: {epochs: 1}}
            targets: {drawn: {format: synthetic, style: clipart, train: 4, test: 2}}
            training: {epochs: 2}
            runs: {P-T: {init: pretrained, learning_rate: 0.02, seeds: [1, 2]}, RI-T: {init: random, learning_rate: 0.1, seeds: [1, 2]}}
            analyses: { module_criticality: {{{settings.Replace(
                "{",
                "{check_frozen: false, ",
                StringComparison.Ordinal
            )}}} }
            """
        );
        var study = StudyFile.Read(folder["study.yaml"], Catalog);
        return new Planner(new NoData(), Catalog, skipBadImages: false).Plan(study);
    }

    private sealed class NoData : IPlannedData
    {
        public ImagesDescription Describe(DataSource source) =>
            new(StudyJson.Write(source).ToJsonString(), ["a", "b"], 100);

        public string WeightsDigest(string path, string network) => "digest";
    }

    private sealed class Results(Func<TaskSpec, JsonObject> result) : ITaskResults
    {
        public JsonNode Read(TaskSpec task, string file = "result.json") => result(task);
    }
}
