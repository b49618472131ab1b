using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Tasks;
using TransferLens.Vision.Weights;

namespace TransferLens.Analyses.Interpolation;

/// <summary>Settings of the task kind <c>performance_barrier</c>: the line between two trainings of one network.</summary>
/// <param name="Network">Name of the network.</param>
/// <param name="Classes">Outputs of its head.</param>
/// <param name="Checkpoint">Which epoch of both, or of the first: <c>last</c>, <c>best</c> or a number.</param>
/// <param name="Lambdas">Where to measure.</param>
/// <param name="RecalibrationImages">At most so many training images for the recalibrated curve.</param>
/// <param name="Normalize">Normalization of the images.</param>
/// <param name="Precision">What the network computes in.</param>
/// <param name="SecondCheckpoint">Which epoch of the second; null for that of the first.</param>
public sealed record BarrierTaskSettings(
    string Network,
    int Classes,
    string Checkpoint,
    ImmutableArray<double> Lambdas,
    int RecalibrationImages,
    Normalization Normalize,
    Precision Precision,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? SecondCheckpoint = null
)
{
    /// <summary>Key of the metric; null for the images' default, which no task names.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Metric { get; init; }
}

/// <summary>The task kind <c>performance_barrier</c>.</summary>
/// <param name="metrics">The metrics that settings may name; null for those that ship.</param>
public sealed class BarrierTask(IReadOnlyList<ImageMetric>? metrics = null) : ITaskRunner
{
    /// <summary>The kind of these tasks.</summary>
    public static TaskKind Declared { get; } = new("performance_barrier", 2);

    /// <inheritdoc/>
    public TaskKind Kind => Declared;

    /// <inheritdoc/>
    public void Run(TaskContext context)
    {
        var settings = TaskSettings.Read<BarrierTaskSettings>(context.Settings);
        using var images = ImageCache.Open(context.Inputs["images"]);
        using var others = ImageCache.Open(context.Inputs["recalibrate_on"]);
        using var network = ModelFile.Load(
            Networks.Find(settings.Network),
            settings.Classes,
            context.Inputs["first"],
            settings.Checkpoint
        );
        using var first = StateDict.Of(network);
        using var second = Second(settings, context.Inputs["second"]);
        var recalibrates = Recalibration.Applies(network);
        var metric = Metrics.Choose(settings.Metric, images.Labels, settings.Classes, metrics);
        var evaluation = new EvaluationSettings(settings.Normalize, 256, settings.Precision) { Metric = metric };
        var raw = Measure(null, 0);
        var recalibrated = recalibrates ? Measure(others, 0.5) : null;
        File.WriteAllText(
            Path.Combine(context.Output, "result.json"),
            new JsonObject
            {
                ["raw"] = JsonSerializer.SerializeToNode(raw, metric.Json),
                ["recalibrated"] = JsonSerializer.SerializeToNode(recalibrated, metric.Json),
            }.ToJsonString()
        );

        BarrierCurve Measure(ImageSet? recalibrateOn, double done) =>
            BarrierMeasurement.Measure(
                network,
                first,
                second,
                settings.Lambdas,
                images,
                evaluation,
                recalibrateOn,
                settings.RecalibrationImages,
                Recalibration.DefaultBatch,
                new Part(context.Progress, done, recalibrates ? 0.5 : 1),
                context.CancellationToken
            );
    }

    private static StateDict Second(BarrierTaskSettings settings, string artifact)
    {
        using var network = ModelFile.Load(
            Networks.Find(settings.Network),
            settings.Classes,
            artifact,
            settings.SecondCheckpoint ?? settings.Checkpoint
        );
        return StateDict.Of(network);
    }

    private sealed class Part(IProgress<TaskProgress> whole, double from, double share) : IProgress<TaskProgress>
    {
        public void Report(TaskProgress value) =>
            whole.Report(value with { Fraction = from + (share * value.Fraction) });
    }
}
