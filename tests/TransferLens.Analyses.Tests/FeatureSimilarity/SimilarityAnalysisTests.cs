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
        // Without a choice of tokens, settings and so keys are as they were before there was one.
        Assert.DoesNotContain("tokens", task.Settings.Select(setting => setting.Key));
        Assert.Equal(task.Key, Planned("examples: 200, pool: true, tokens: both").AnalysisTasks().Single().Key);
        var patches = Planned("examples: 200, pool: true, tokens: patches").AnalysisTasks().Single();
        Assert.Equal("patches", (string?)patches.Settings["tokens"]);
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
    public void All_models_are_compared_with_each_other_in_every_module()
    {
        // P is the fifth model. P-T resemble each other and P; each RI-T is on its own, with distances of 0.8 and 0.9.
        cka = (first, second, module) =>
            first == second ? 1
            : first is 2 or 3 || second is 2 or 3 ? (first + second == 5 ? 0.2 : 0.1)
            : 0.9 - (0.2 * module) - (first + second == 1 ? 0 : 0.1);
        var section = Conclude();
        var map = Assert.IsType<Heatmap>(section.Figures[2]);
        // Clusters are adjacent.
        Assert.Equal(["P", "P-T s1", "P-T s2", "RI-T s1", "RI-T s2"], map.Rows);
        Assert.Equal(map.Rows, map.Columns);
        Assert.Equal([1, 0.6, 0.6, 0.1, 0.1], map.Values[0]);
        Assert.Contains("layer1.0, drawn", map.Title, StringComparison.Ordinal);
        var tree = Assert.IsType<Dendrogram>(section.Figures[3]);
        Assert.Equal(map.Rows, tree.Leaves);
        Assert.Equal([(1, 2), (0, 5), (3, 4), (6, 7)], tree.Merges.Select(merge => (merge.First, merge.Second)));
        Assert.Equal([0.3, 0.4, 0.8, 0.9], tree.Merges.Select(merge => Math.Round(merge.Height, 9)));
        var entry = section.Result[0]!;
        Assert.Equal(
            ["P-T s1", "P-T s2", "RI-T s1", "RI-T s2", "P"],
            entry["models"]!.AsArray().Select(model => (string)model!)
        );
        Assert.Equal(Modules, entry["modules"]!.AsArray().Select(module => (string)module!["name"]!));
        Assert.Equal(0.7, (double)entry["modules"]![1]!["debiased"]![0]![1]!, 9);
        Assert.Equal(0.3, (double)entry["modules"]![1]!["tree"]!["merges"]![0]!["height"]!, 9);
        var models = section.Tables.Single(table => table.Name == "feature_similarity-models");
        Assert.Equal(["target", "module", "model", "P-T s1", "P-T s2", "RI-T s1", "RI-T s2", "P"], models.Columns);
        Assert.Equal(3 * 5, models.Rows.Length);
        Assert.Equal(0.7, (double)models.Rows[5][4]!, 9);
        var merges = section.Tables.Single(table => table.Name == "feature_similarity-trees").Rows;
        Assert.Equal(("P-T s1", "P-T s2"), ((string)merges[4][3]!, (string)merges[4][4]!));
        Assert.Equal(("P", "P-T s1 + P-T s2"), ((string)merges[5][3]!, (string)merges[5][4]!));
    }

    [Fact]
    public void Alike_fine_tuned_trainings_are_found_and_a_difference_only_where_there_is_one()
    {
        cka = (first, second, module) =>
            (first < 2 || first == 4) && (second < 2 || second == 4) ? 0.9 - (0.3 * module) : 0.1;
        var findings = Conclude().Findings;
        Assert.Contains(
            "P-T runs on drawn have more similar features than RI-T runs: CKA +0.65 (95 % CI 0.62 to 0.68).",
            findings[0].Sentence,
            StringComparison.Ordinal
        );
        // Two runs a side make a single pair, which leaves out the seeds.
        Assert.Equal((Confidence.Medium, false), (findings[0].Confidence, findings[0].Decision!.CoversSeeds));
        Assert.Contains(
            "P-T runs on drawn are most similar in conv1 (debiased CKA 0.90), least in layer1.0 (0.60).",
            findings[1].Sentence,
            StringComparison.Ordinal
        );
        Assert.EndsWith("Same direction as in Neyshabur et al. (2020).", findings[0].Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("layer1.0", findings[2].Detail, StringComparison.Ordinal);
        Assert.Contains(
            "P-T runs on drawn keep features of P: CKA +0.65 against RI-T runs (95 % CI 0.6",
            findings[2].Sentence,
            StringComparison.Ordinal
        );
        cka = (_, _, _) => 0.5;
        findings = Conclude().Findings;
        Assert.StartsWith(
            "No difference in feature similarity detected on drawn",
            findings[0].Sentence,
            StringComparison.Ordinal
        );
        Assert.Contains("equally similar", findings[1].Sentence, StringComparison.Ordinal);
        Assert.StartsWith(
            "No difference in similarity to P detected on drawn",
            findings[2].Sentence,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Results_have_the_mean_of_each_kind_and_what_findings_rest_on()
    {
        // P is the fifth model: the P-T differ from each other in their similarity to it, the RI-T do not.
        cka = (first, second, module) =>
            second == 4 && first < 2 ? 0.8 + (0.02 * first) - (0.2 * module)
            : second < 2 ? 0.9 - (0.3 * module)
            : 0.1;
        var section = Conclude();
        var entry = section.Result[0]!;
        var kinds = entry["kinds"]!
            .AsArray()
            .ToDictionary(kind => (string)kind!["kind"]!, kind => kind!["meanBeforeHead"]!);
        Assert.Equal(["P-T & P", "RI-T & P", "P-T & P-T", "P-T & RI-T", "RI-T & RI-T"], kinds.Keys);
        // Two runs with means 0.70 and 0.72; each has a standard error of 0.01 over images, their mean at most that.
        var kept = kinds["P-T & P"];
        Assert.Equal((0.71, 2), (Math.Round((double)kept["value"]!, 9), (int)kept["runs"]!));
        Assert.Equal(Math.Sqrt(0.0001 + (0.0002 / 2)), (double)kept["standardError"]!, 9);
        // A single pair keeps its numbers.
        var pair = kinds["P-T & P-T"];
        Assert.Equal((0.75, "test images"), (Math.Round((double)pair["value"]!, 9), (string)pair["covers"]!));
        Assert.Equal(0.01, (double)pair["standardError"]!, 9);
        Assert.Equal(0.65, (double)entry["betweenRuns"]!["difference"]!["value"]!, 9);
        Assert.Equal(0.61, (double)entry["withPretrained"]!["difference"]!["value"]!, 9);
        Assert.True((bool)entry["betweenRuns"]!["sameSettings"]!);
        Assert.Equal(["conv1"], entry["profile"]!["highest"]!.AsArray().Select(module => (string)module!));
        Assert.Equal(0.3, (double)entry["profile"]!["difference"]!["value"]!, 9);
        Assert.Equal(section.Findings[1].Decision!.P, (double)entry["profile"]!["difference"]!["p"]!);
    }

    [Fact]
    public void A_difference_that_other_images_could_undo_is_not_spoken_of()
    {
        cka = (first, second, module) =>
            (first < 2 || first == 4) && (second < 2 || second == 4) ? 0.6 - (0.1 * module) : 0.4;
        error = 0.1;
        var findings = Conclude().Findings;
        Assert.StartsWith(
            "No difference in feature similarity detected on drawn",
            findings[0].Sentence,
            StringComparison.Ordinal
        );
        Assert.Equal(
            "No difference between modules detected in the similarity of P-T runs on drawn: "
                + "debiased CKA 0.50 (layer1.0) to 0.60 (conv1).",
            findings[1].Sentence
        );
        Assert.StartsWith(
            "They differ by 0.10 (simultaneous 95 % CI -0.",
            findings[1].Detail,
            StringComparison.Ordinal
        );
        Assert.StartsWith(
            "No difference in similarity to P detected on drawn",
            findings[2].Sentence,
            StringComparison.Ordinal
        );
        Assert.Equal(
            [
                "debiased CKA between runs, P-T minus RI-T, 95 % interval over test images",
                "debiased CKA, P-T & P-T, 95 % interval over test images",
                "debiased CKA, RI-T & RI-T, 95 % interval over test images",
            ],
            findings[0].Evidence.Select(evidence => evidence.Name)
        );
        Assert.Equal(
            [
                "debiased CKA with P, P-T minus RI-T, 95 % interval over seeds and test images",
                "debiased CKA, P-T & P, 95 % interval over seeds and test images",
                "debiased CKA, RI-T & P, 95 % interval over seeds and test images",
            ],
            findings[2].Evidence.Select(evidence => evidence.Name)
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
        Assert.Equal(
            ["feature_similarity", "feature_similarity-pairs", "feature_similarity-models", "feature_similarity-trees"],
            section.Tables.Select(table => table.Name)
        );
        // The module before the head is undefined: the heat map is hatched, and there is no tree.
        Assert.All(((Heatmap)section.Figures[2]).Values.SelectMany(row => row), value =>
            Assert.Equal(double.NaN, value)
        );
        Assert.Equal(3, section.Figures.Length);
        Assert.Null(section.Result[0]!["modules"]![1]!["tree"]);
        Assert.Equal(2 * 4, section.Tables[3].Rows.Length);
        Assert.Null(section.Tables[0].Rows[1][2]);
        cka = (_, _, _) => null;
        Assert.Empty(Conclude().Findings);
    }

    public void Dispose() => folder.Dispose();

    ImagesDescription IPlannedData.Describe(DataSource source) =>
        new(StudyJson.Write(source).ToJsonString(), ["a", "b"], 100);

    WeightsDescription IPlannedData.DescribeWeights(string path, string? key, string network) => new("digest");

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
            runs: {P-T: {init: pretrained, learning_rate: 0.1, seeds: [1, 2]}, RI-T: {init: random, learning_rate: 0.1, seeds: [1, 2]}}
            analyses:
              feature_similarity: { {{{settings}}} }
            """
        );
        return new Planner(this, catalog, skipBadImages: false).Plan(StudyFile.Read(file, catalog));
    }
}
