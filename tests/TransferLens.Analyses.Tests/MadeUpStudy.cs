using System.Text.Json.Nodes;
using TransferLens.Studies.Files;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Tests;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Formats;
using TransferLens.Vision.Models.Architectures;

namespace TransferLens.Analyses.Tests;

/// <summary>A study planned on data that nobody looks at, and concluded from results that nobody trained.</summary>
internal sealed class MadeUpStudy : IPlannedData, IDisposable
{
    /// <summary>A target that has validation images.</summary>
    public const string Divided = "{drawn: {format: image_folder, data: images, split: {test: 0.2, validation: 0.2}}}";

    private const string Pretrained =
        "pretrained: {data: {format: synthetic, style: photo, train: 4, test: 2}, training: {epochs: 6}, keep: [0, 1, 3]}";

    private const string Runs =
        "{P-T: {init: pretrained, learning_rate: 0.02, seeds: [1, 2]}, RI-T: {init: random, learning_rate: 0.1, seeds: [1, 2]}}";

    private readonly TemporaryFolder folder = new();
    private readonly IAnalysis analysis;

    public MadeUpStudy(IAnalysis analysis) => this.analysis = analysis;

    /// <summary>What the study may name: the shipped formats and networks, and the one analysis.</summary>
    public Catalog Catalog => new([.. ImageFormats.All], [.. Networks.All], [.. Metrics.All], [analysis], [], []);

    public void Dispose() => folder.Dispose();

    public ImagesDescription Describe(DataSource source) =>
        new(StudyJson.Write(source).ToJsonString(), ["a", "b"], 100);

    public WeightsDescription DescribeWeights(string path, string? key, string network) => new("digest");

    public Plan Plan(
        string settings,
        string pretrained = Pretrained,
        string training = "{epochs: 2, keep: [1]}",
        string? runs = null,
        string? targets = null
    )
    {
        var file = folder["study.yaml"];
        Directory.CreateDirectory(folder["images"]);
        File.WriteAllText(folder["p.safetensors"], "");
        File.WriteAllText(
            file,
            $$$"""
            study: made-up
            network: cifar_resnet8
            images: {size: 8}
            {{{pretrained}}}
            targets: {{{targets ?? "{drawn: {format: synthetic, style: clipart, train: 4, test: 2}}"}}}
            training: {{{training}}}
            runs: {{{runs ?? Runs}}}
            analyses:
              {{{analysis.Name}}}: { {{{settings}}} }
            """
        );
        return new Planner(this, Catalog, skipBadImages: false).Plan(StudyFile.Read(file, Catalog));
    }

    /// <summary>The error of settings, without the folder before the file's name; the settings are in line 9.</summary>
    public string Wrong(string settings, string pretrained = Pretrained, string? runs = null) =>
        Assert
            .Throws<InputException>(() => Plan(settings, pretrained, runs: runs))
            .Message.Replace(folder.Path + Path.DirectorySeparatorChar, "", StringComparison.Ordinal);

    /// <summary>The section that comes of a plan when each task leaves what is made up for its title.</summary>
    public AnalysisSection Conclude(Plan plan, Func<TaskSpec, JsonObject> result) =>
        Conclude(plan, (task, _) => result(task));

    /// <summary>The same, where a task leaves several files.</summary>
    public AnalysisSection Conclude(Plan plan, Func<TaskSpec, string, JsonObject> result)
    {
        // Through its file, as a report is rebuilt. Results are found by role: neither order nor a further task matters.
        var read = PlanFile.Read(PlanFile.Write(plan).ToJsonString());
        var planned = read.Analyses.Single();
        var tasks = planned with { Tasks = [new("further", SomeTasks.Named("further")), .. planned.Tasks.Reverse()] };
        return analysis.Conclude(
            new(read.Study, read.Pretraining, read.Runs) { Catalog = Catalog },
            read.Study.Analyses.Single().Value,
            tasks,
            new Results(result)
        );
    }

    public static JsonObject Trained(double trainAccuracy, bool diverged = false) =>
        new()
        {
            ["status"] = diverged ? "diverged" : "finished",
            ["last"] = 6,
            ["epochs"] = new JsonArray(Epoch(0, null), Epoch(1, trainAccuracy - 0.1), Epoch(2, trainAccuracy + 0.1)),
        };

    public static JsonObject Evaluated(double accuracy) =>
        new()
        {
            ["accuracy"] = accuracy,
            ["low"] = accuracy - 0.02,
            ["high"] = accuracy + 0.02,
        };

    private static JsonObject Epoch(int epoch, double? accuracy) =>
        new()
        {
            ["epoch"] = epoch,
            ["learningRate"] = null,
            ["trainLoss"] = null,
            ["trainAccuracy"] = accuracy,
            ["testLoss"] = null,
            ["testAccuracy"] = null,
        };

    private sealed class Results(Func<TaskSpec, string, JsonObject> result) : ITaskResults
    {
        public JsonNode Read(TaskSpec task, string file = "result.json") =>
            file == ScoreFile.Name && result(task, file) is var scores && !AreScores(scores)
                ? MadeUpScores.Create(task, result(task, "result.json"))
                : result(task, file);

        // A test may make up the scores too, image by image.
        private static bool AreScores(JsonObject document) =>
            document.Count > 0 && document.All(score => score.Value is JsonObject one && one.ContainsKey("images"));
    }
}
