using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Interpolation;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Tasks;
using TransferLens.Vision.Weights;

namespace TransferLens.Analyses.ModelSoup;

/// <summary>
/// Settings of the task kind <c>model_soup</c>: the average of models whose runs differ only in their seed.
/// </summary>
/// <param name="Network">Name of the network.</param>
/// <param name="Classes">Outputs of its head.</param>
/// <param name="RecalibrationImages">
/// Maximum number of training images for recomputing running statistics; null for all.
/// </param>
/// <param name="Normalize">Normalization of the images.</param>
/// <param name="Precision">Number type that the network computes in.</param>
internal sealed record SoupTaskSettings(
    string Network,
    int Classes,
    int? RecalibrationImages,
    Normalization Normalize,
    Precision Precision
)
{
    /// <summary>Key of the metric; null for the images' default, which no task names.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Metric { get; init; }

    /// <summary>How the models are evaluated.</summary>
    /// <param name="metric">The metric that <see cref="Metric"/> names.</param>
    public EvaluationSettings Evaluation(ImageMetric metric) =>
        new(Normalize, EvaluationSettings.DefaultBatchSize, Precision) { Metric = metric };
}

/// <summary>The result of a task of the kind <c>model_soup</c>.</summary>
/// <param name="Members">Indices of the runs that did not diverge, the members.</param>
/// <param name="Soup">What was measured; null with fewer than two members.</param>
internal sealed record SoupTaskResult(ImmutableArray<int> Members, SoupResult? Soup);

/// <summary>
/// The task kind <c>model_soup</c>. Runs that diverged are left out. With two or more left the artifact contains the
/// soup's weights in <see cref="SoupFile"/>, and the scores of all models in <c>scores.json</c>.
/// </summary>
internal sealed class SoupTask : ITaskRunner
{
    /// <summary>The file of the soup's weights in the artifact.</summary>
    public const string SoupFile = "soup.safetensors";

    /// <summary>The images that a study recomputes running statistics from.</summary>
    private const string TrainingImages = "training images";

    /// <summary>The kind of these tasks.</summary>
    public static TaskKind Declared { get; } = new("model_soup", 3);

    /// <inheritdoc/>
    public TaskKind Kind => Declared;

    /// <inheritdoc/>
    public void Run(TaskContext context)
    {
        var settings = TaskSettings.Read<SoupTaskSettings>(context.Settings);
        using var loaded = new LoadedModels(context, settings.Network, settings.Classes, "last");
        var members = ModelSet.Sound(context);
        context.Progress.Report(new(0.1, $"{members.Length} models to average"));
        var metric = Metrics.Choose(settings.Metric, loaded.Images.Labels, settings.Classes, context.Metrics());
        var evaluation = settings.Evaluation(metric) with { PartialResults = context.PartialResults };
        var soup = members.Length < 2 ? null : Measure(context, settings, evaluation, loaded, members);
        File.WriteAllText(
            Path.Combine(context.Output, "result.json"),
            JsonSerializer.Serialize(new SoupTaskResult(members, soup), metric.Json)
        );
    }

    private static SoupResult Measure(
        TaskContext context,
        SoupTaskSettings settings,
        EvaluationSettings evaluation,
        LoadedModels loaded,
        ImmutableArray<int> members
    )
    {
        using var average = SoupMeasurement.Average([.. members.Select(i => loaded.Models[i])]);
        var evaluations = members
            .Select(i => EvaluationFile.Read(context.Inputs[EvaluationRole(i)], context.Metrics()))
            .ToList();
        var (result, scores, weights) = SoupMeasurement.Measure(
            loaded.Network,
            average,
            evaluations,
            loaded.Images,
            evaluation,
            loaded.RecalibrateOn,
            settings.RecalibrationImages,
            Recalibration.DefaultBatch,
            SoupMeasurement.DefaultSeed,
            context.CancellationToken,
            Validation(context, members)
        );
        ScoreFile.Write(context.Output, scores.Named);
        using (weights)
        {
            Safetensors.Write(Path.Combine(context.Output, SoupFile), weights, Metadata(members.Length, result));
        }

        return result;
    }

    // The members' scores on validation images, which choose the best of them; null for a target without.
    private static ImmutableArray<double>? Validation(TaskContext context, ImmutableArray<int> members) =>
        context.Inputs.ContainsKey(ValidationRole(members[0]))
            ? [.. members.Select(i => Score(context.Inputs[ValidationRole(i)]))]
            : null;

    private static double Score(string evaluation) =>
        MeasuredScore.Of(JsonNode.Parse(File.ReadAllText(Path.Combine(evaluation, "result.json")))!).Value;

    /// <summary>The metadata of the file with the soup's weights.</summary>
    /// <param name="members">Number of members.</param>
    /// <param name="result">What was measured of it.</param>
    /// <param name="isGreedy">Whether its members were chosen greedily.</param>
    /// <param name="statisticsFrom">The images that running statistics were recomputed from, where they were.</param>
    public static IReadOnlyDictionary<string, string> Metadata(
        int members,
        SoupResult result,
        bool isGreedy = false,
        string statisticsFrom = TrainingImages
    ) =>
        new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["made_by"] = $"transferlens: {(isGreedy ? "greedy soup" : "uniform average of weights")}",
            ["members"] = members.ToString(CultureInfo.InvariantCulture),
            ["running_statistics"] = result.Recalibrated is null ? "averaged" : $"recomputed on {statisticsFrom}",
        };

    /// <summary>The role of a member's evaluation.</summary>
    public static string EvaluationRole(int i) => $"evaluation {i}";

    /// <summary>The role of a member's evaluation on validation images.</summary>
    public static string ValidationRole(int i) => $"validation {i}";
}
