using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Analyses.FeatureSimilarity;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Files;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Tests;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Formats;
using TransferLens.Vision.Models.Architectures;

namespace TransferLens.Analyses.Tests.FeatureSimilarity;

public sealed class SimilarityAnalysisTests : IPlannedData, ITaskResults, IDisposable
{
    private static readonly string[] Modules = ["conv1", "layer1.0", "linear"];

    private readonly TemporaryFolder folder = new();
    private readonly Catalog catalog = new(
        [.. ImageFormats.All],
        [.. Networks.All],
        [.. Metrics.All],
        [new SimilarityAnalysis()],
        [],
        []
    );
    private Func<int, int, int, double?> cka = (_, _, _) => 0.5;
    private double error = 0.01;
    private SimilarityForm form = SimilarityForm.Exact;

    [Fact]
    public void One_task_a_target_measures_every_training_and_P()
    {
        var task = Assert.Single(Planned("examples: 200, pool: true").AnalysisTasks());
        var settings = TaskSettings.Read<SimilarityTaskSettings>(task.Settings);
        Assert.Equal(["run P-T s1", "run P-T s2", "run RI-T s1", "run RI-T s2", "P"], settings.Models);
        Assert.Equal((200, true), (settings.Examples, settings.Pool));
        Assert.Equal(["P", "images", "run P-T s1", "run P-T s2", "run RI-T s1", "run RI-T s2"], task.Inputs.Keys);
        var other = Planned("examples: 201, pool: true").AnalysisTasks().Single();
        Assert.NotEqual(task.Key, other.Key);
        Assert.Throws<InputException>(() => Planned("examples: 3"));
        Assert.Throws<InputException>(() => Planned("pool: 2"));
    }

    [Fact]
    public void Each_pair_has_its_line_and_each_kind_its_column()
    {
        cka = (first, second, module) => Math.Round(0.9 - (0.1 * Math.Abs(first - second)) - (0.05 * module), 3);
        var section = Conclude();
        var lines = Assert.IsType<LineChart>(section.Figures[0]);
        Assert.Equal(["Debiased", "Biased"], lines.Panels.Select(panel => panel.Heading));
        Assert.All(lines.Panels, panel => Assert.Equal(Modules, panel.Positions));
        Assert.Equal(10, lines.Panels[0].Lines.Length);
        var heat = Assert.IsType<Heatmap>(section.Figures[1]);
        Assert.Equal(("P-T s1", "P-T s2"), (heat.Vertical, heat.Horizontal));
        var table = section.Tables[0];
        Assert.Equal(
            ["target", "module", "P-T & P", "RI-T & P", "P-T & P-T", "P-T & RI-T", "RI-T & RI-T"],
            table.Columns
        );
        // P is the fifth of five: the P-T lie 4 and 3 from it.
        Assert.Equal(0.55, (double)table.Rows[0][2]!, 1e-9);
        Assert.Equal(0.45, (double)table.Rows[2][2]!, 1e-9);
    }

    [Fact]
    public void Alike_fine_tuned_trainings_are_found_and_a_difference_only_where_there_is_one()
    {
        cka = (first, second, module) =>
            (first < 2 || first == 4) && (second < 2 || second == 4) ? 0.9 - (0.3 * module) : 0.1;
        var findings = Conclude().Findings;
        Assert.Contains(
            "more similar features on drawn (debiased CKA 0.75) than models trained from scratch (0.10)",
            findings[0].Sentence,
            StringComparison.Ordinal
        );
        Assert.Equal(Confidence.Low, findings[0].Confidence);
        Assert.Contains(
            "most similar in conv1 on drawn (debiased CKA 0.90), least in layer1.0 (0.60)",
            findings[1].Sentence,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "keeps features of P: debiased CKA with P is 0.75, against 0.10 for models trained from scratch",
            findings[2].Sentence,
            StringComparison.Ordinal
        );
        cka = (_, _, _) => 0.5;
        findings = Conclude().Findings;
        Assert.StartsWith("No difference in feature similarity detected on drawn", findings[0].Sentence, StringComparison.Ordinal);
        Assert.Contains("equally similar", findings[1].Sentence, StringComparison.Ordinal);
        Assert.StartsWith("No difference in similarity to P detected on drawn", findings[2].Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_difference_that_other_images_could_undo_is_not_spoken_of()
    {
        cka = (first, second, module) =>
            (first < 2 || first == 4) && (second < 2 || second == 4) ? 0.6 - (0.1 * module) : 0.4;
        error = 0.1;
        var findings = Conclude().Findings;
        Assert.StartsWith("No difference in feature similarity detected on drawn", findings[0].Sentence, StringComparison.Ordinal);
        Assert.StartsWith("No difference between modules", findings[1].Sentence, StringComparison.Ordinal);
        Assert.Contains("would have gone undetected", findings[1].Detail, StringComparison.Ordinal);
        Assert.StartsWith("No difference in similarity to P detected on drawn", findings[2].Sentence, StringComparison.Ordinal);
        // One pair of P-T, two of a P-T with P: of several the range over pairs is said beside the interval over images.
        Assert.Equal(
            [
                "debiased CKA between P-T runs, 95 % jackknife interval over test images",
                "debiased CKA between RI-T runs, 95 % jackknife interval over test images",
            ],
            findings[0].Evidence.Select(evidence => evidence.Name)
        );
        Assert.Equal("debiased CKA between P-T and P, mean and range of 2 pairs", findings[2].Evidence[0].Name);
        Assert.Contains(
            "(the pair with the widest 95 % jackknife interval over test images)",
            findings[2].Evidence[1].Name,
            StringComparison.Ordinal
        );
        Assert.All(findings.SelectMany(finding => finding.Evidence), evidence =>
            Assert.True(evidence.Low <= evidence.Value && evidence.Value <= evidence.High)
        );
        var module = Conclude().Result[0]!["pairs"]![0]!["modules"]![0]!;
        Assert.Equal(0.6, (double)module["debiased"]!);
        Assert.InRange((double)module["debiasedLow"]!, 0.36, 0.39);
        Assert.InRange((double)module["debiasedHigh"]!, 0.75, 0.78);
    }

    [Fact]
    public void What_is_undefined_is_null_in_results_and_a_gap_in_figures()
    {
        form = SimilarityForm.Minibatch;
        cka = (_, _, module) => module == 1 ? null : 0.5;
        var section = Conclude();
        var written = section.Result.ToJsonString(ResultJson.Options);
        Assert.DoesNotContain("NaN", written, StringComparison.Ordinal);
        Assert.Null(section.Result[0]!["pairs"]![0]!["modules"]![1]!["debiased"]);
        Assert.Equal("minibatch", (string?)section.Result[0]!["form"]);
        Assert.Equal(["Debiased"], ((LineChart)section.Figures[0]).Panels.Select(panel => panel.Heading));
        Assert.All(((LineChart)section.Figures[0]).Panels[0].Lines, line => Assert.True(double.IsNaN(line.Y[1])));
        Assert.Equal(["feature_similarity", "feature_similarity-pairs"], section.Tables.Select(table => table.Name));
        Assert.Null(section.Tables[0].Rows[1][2]);
        cka = (_, _, _) => null;
        Assert.Empty(Conclude().Findings);
    }

    public void Dispose() => folder.Dispose();

    ImagesDescription IPlannedData.Describe(DataSource source) =>
        new(StudyJson.Write(source).ToJsonString(), ["a", "b"], 100);

    string IPlannedData.WeightsDigest(string path, string network) => "digest";

    // Five models of three modules each, as similar as the test says.
    JsonNode ITaskResults.Read(TaskSpec task, string file)
    {
        if (task.Kind != SimilarityTask.Declared)
        {
            return new JsonObject { ["status"] = "finished" };
        }

        var rows = Enumerable
            .Range(0, 15)
            .Select(row =>
                Enumerable.Range(0, 15).Select(column => cka(row / 3, column / 3, Math.Max(row % 3, column % 3)))
            );
        ImmutableArray<ImmutableArray<double?>> matrix = [.. rows.Select(row => (ImmutableArray<double?>)[.. row])];
        ImmutableArray<ImmutableArray<double?>> errors =
        [
            .. matrix.Select(row =>
                (ImmutableArray<double?>)[.. row.Select(value => value is null ? null : (double?)error)]
            ),
        ];
        var exact = form == SimilarityForm.Exact;
        var measured = new SimilarityResult(
            [.. Enumerable.Repeat(0, 5).Select(_ => (ImmutableArray<string>)[.. Modules])],
            20,
            form,
            false,
            matrix,
            exact ? matrix : null,
            errors,
            exact ? errors : null
        );
        return new JsonObject { ["similarity"] = JsonSerializer.SerializeToNode(measured, ResultJson.Options) };
    }

    private AnalysisSection Conclude()
    {
        var plan = Planned("");
        // Through its file, as a report is rebuilt.
        var read = PlanFile.Read(PlanFile.Write(plan).ToJsonString());
        return catalog
            .Analyses[0]
            .Conclude(
                new(read.Study, read.Pretraining, read.Runs) { Catalog = catalog },
                read.Study.Analyses.Single().Value,
                read.Analyses.Single(),
                this
            );
    }

    private Plan Planned(string settings)
    {
        var file = folder["study.yaml"];
        File.WriteAllText(folder["p.safetensors"], "");
        File.WriteAllText(
            file,
            $$$"""
            study: made-up
            network: cifar_resnet8
            images: {size: 8}
            pretrained: {weights: p.safetensors}
            targets: {drawn: {format: synthetic, style: clipart, train: 4, test: 2}}
            training: {epochs: 1}
            runs: {P-T: {init: pretrained, learning_rate: 0.02, seeds: [1, 2]}, RI-T: {init: random, learning_rate: 0.1, seeds: [1, 2]}}
            analyses:
              feature_similarity: { {{{settings}}} }
            """
        );
        return new Planner(this, catalog, skipBadImages: false).Plan(StudyFile.Read(file, catalog));
    }
}
