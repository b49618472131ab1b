using System.Text.Json;
using System.Text.Json.Serialization;
using TransferLens.Analyses.Interpolation;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Tasks;

namespace TransferLens.Analyses.PerformanceBarrier;

/// <summary>Settings of the task kind <c>plane</c>: the plane through three models of one network.</summary>
/// <param name="Network">Name of the network.</param>
/// <param name="Classes">Outputs of its head.</param>
/// <param name="Checkpoint">Epoch of all three: <c>last</c> or <c>best</c>.</param>
/// <param name="Side">Grid points on each side.</param>
/// <param name="RecalibrationImages">The most training images to recompute statistics from; null for all.</param>
/// <param name="Normalize">Normalization of the images.</param>
/// <param name="Precision">Number type that the network computes in.</param>
internal sealed record PlaneTaskSettings(
    string Network,
    int Classes,
    string Checkpoint,
    int Side,
    int? RecalibrationImages,
    Normalization Normalize,
    Precision Precision
)
{
    /// <summary>Key of the metric; null for the images' default, which no task names.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Metric { get; init; }
}

/// <summary>The task kind <c>plane</c>.</summary>
internal sealed class PlaneTask : ITaskRunner
{
    /// <summary>The kind of these tasks.</summary>
    public static TaskKind Declared { get; } = new("plane", 2);

    /// <inheritdoc/>
    public TaskKind Kind => Declared;

    /// <inheritdoc/>
    public void Run(TaskContext context)
    {
        var settings = TaskSettings.Read<PlaneTaskSettings>(context.Settings);
        using var loaded = new LoadedModels(context, settings.Network, settings.Classes, settings.Checkpoint);
        var metric = Metrics.Choose(settings.Metric, loaded.Images.Labels, settings.Classes, context.Metrics());
        var plane = ModelPlane.Measure(
            loaded.Network,
            loaded.Models,
            settings.Side,
            loaded.Images,
            new(settings.Normalize, EvaluationSettings.DefaultBatchSize, settings.Precision)
            {
                Metric = metric,
                PartialResults = context.PartialResults,
            },
            loaded.RecalibrateOn,
            settings.RecalibrationImages,
            context.Progress,
            context.CancellationToken
        );
        File.WriteAllText(Path.Combine(context.Output, "result.json"), JsonSerializer.Serialize(plane, metric.Json));
    }
}
