using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using TransferLens.Analyses.Interpolation;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Weights;

namespace TransferLens.Analyses.ModelSoup;

/// <summary>Settings of the task kind <c>model_soup</c>: the average of trainings that differ in their seed only.</summary>
/// <param name="Network">Name of the network.</param>
/// <param name="Classes">Outputs of its head.</param>
/// <param name="RecalibrationImages">At most so many training images to recompute running statistics from.</param>
/// <param name="Normalize">Normalization of the images.</param>
/// <param name="Precision">What the network computes in.</param>
public sealed record SoupTaskSettings(
    string Network,
    int Classes,
    int RecalibrationImages,
    Normalization Normalize,
    Precision Precision
)
{
    /// <summary>Key of the metric; null for the images' default, which no task names.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Metric { get; init; }
}

/// <summary>
/// The task kind <c>model_soup</c>. Trainings that diverged are left out; with two left its artifact has the soup in
/// <see cref="SoupFile"/> and the numbers in <c>result.json</c>, which else has none.
/// </summary>
/// <param name="metrics">The metrics that settings may name; null for those that ship.</param>
public sealed class SoupTask(IReadOnlyList<ImageMetric>? metrics = null) : ITaskRunner
{
    /// <summary>The kind of these tasks.</summary>
    public static TaskKind Declared { get; } = new("model_soup", 1);

    /// <summary>The soup, in the artifact.</summary>
    public const string SoupFile = "soup.safetensors";

    /// <inheritdoc/>
    public TaskKind Kind => Declared;

    /// <inheritdoc/>
    public void Run(TaskContext context)
    {
        var settings = TaskSettings.Read<SoupTaskSettings>(context.Settings);
        using var loaded = new LoadedSolutions(context, settings.Network, settings.Classes, "last");
        ImmutableArray<int> sound =
        [
            .. Enumerable.Range(0, loaded.Solutions.Length).Where(i => Sound(context.Inputs[SolutionSet.Role(i)])),
        ];
        context.Progress.Report(new(0.1, $"{sound.Length} trainings to average"));
        File.WriteAllText(
            Path.Combine(context.Output, "result.json"),
            new JsonObject
            {
                ["members"] = JsonSerializer.SerializeToNode(sound, StudyJson.Options),
                ["soup"] =
                    sound.Length < 2
                        ? null
                        : JsonSerializer.SerializeToNode(
                            Measure(context, settings, loaded, sound),
                            MetricOf(settings, loaded).Json
                        ),
            }.ToJsonString()
        );
    }

    private ImageMetric MetricOf(SoupTaskSettings settings, LoadedSolutions loaded) =>
        Metrics.Choose(settings.Metric, loaded.Images.Labels, settings.Classes, metrics);

    private SoupResult Measure(
        TaskContext context,
        SoupTaskSettings settings,
        LoadedSolutions loaded,
        ImmutableArray<int> sound
    )
    {
        using var average = SoupMeasurement.Average([.. sound.Select(i => loaded.Solutions[i])]);
        var members = sound.Select(i => EvaluationFile.Read(context.Inputs[EvaluationRole(i)], metrics)).ToList();
        var (result, weights) = SoupMeasurement.Measure(
            loaded.Network,
            average,
            members,
            loaded.Images,
            new(settings.Normalize, 256, settings.Precision) { Metric = MetricOf(settings, loaded) },
            loaded.RecalibrateOn,
            settings.RecalibrationImages,
            Recalibration.DefaultBatch,
            0,
            context.CancellationToken
        );
        using (weights)
        {
            Safetensors.Write(Path.Combine(context.Output, SoupFile), weights, Metadata(sound.Length, result));
        }

        return result;
    }

    /// <summary>What the file says of itself.</summary>
    public static IReadOnlyDictionary<string, string> Metadata(int members, SoupResult result) =>
        new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["made_by"] = "transferlens: uniform average of weights",
            ["members"] = members.ToString(CultureInfo.InvariantCulture),
            ["running_statistics"] = result.Recalibrated is null ? "averaged" : "recomputed on training images",
        };

    /// <summary>The role of a member's evaluation.</summary>
    internal static string EvaluationRole(int i) => $"evaluation {i}";

    private static bool Sound(string artifact) =>
        (string?)JsonNode.Parse(File.ReadAllText(Path.Combine(artifact, "result.json")))!["status"] != "diverged";
}
