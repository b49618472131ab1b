using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Tasks;
using TransferLens.Vision.Weights;

namespace TransferLens.Analyses.Interpolation;

/// <summary>Settings of the task kind <c>performance_barrier</c>: the line between two models of one network.</summary>
/// <param name="Network">Name of the network.</param>
/// <param name="Classes">Outputs of its head.</param>
/// <param name="Checkpoint">Epoch of both models, or of the first: <c>last</c>, <c>best</c> or a number.</param>
/// <param name="Lambdas">Where to measure.</param>
/// <param name="RecalibrationImages">The most training images to use for the recalibrated curve; null for all.</param>
/// <param name="Normalize">Normalization of the images.</param>
/// <param name="Precision">Number type that the network computes in.</param>
/// <param name="SecondCheckpoint">Epoch of the second model; null for that of the first.</param>
internal sealed record BarrierTaskSettings(
    string Network,
    int Classes,
    string Checkpoint,
    ImmutableArray<double> Lambdas,
    int? RecalibrationImages,
    Normalization Normalize,
    Precision Precision,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? SecondCheckpoint = null
)
{
    /// <summary>Key of the metric; null for the images' default, which no task names.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Metric { get; init; }
}

/// <summary>The result of a task of the kind <c>performance_barrier</c>.</summary>
/// <param name="Raw">Running statistics interpolated like weights.</param>
/// <param name="Recalibrated">
/// Running statistics recomputed at each point; null for networks without batch normalization.
/// </param>
internal sealed record BarrierTaskResult(BarrierCurve Raw, BarrierCurve? Recalibrated)
{
    /// <summary>The curve to judge the weights by: recalibrated where the network has batch normalization.</summary>
    [JsonIgnore]
    public BarrierCurve Curve => Recalibrated ?? Raw;
}

/// <summary>The task kind <c>performance_barrier</c>.</summary>
internal sealed class BarrierTask : ITaskRunner
{
    /// <summary>The kind of these tasks.</summary>
    public static TaskKind Declared { get; } = new("performance_barrier", 5);

    /// <inheritdoc/>
    public TaskKind Kind => Declared;

    // Names of the curves in scores.json.
    private const string Raw = "raw";
    private const string Recalibrated = "recalibrated";

    /// <summary>The resamples of the curve to judge the weights by.</summary>
    /// <param name="scores">The task's <c>scores.json</c>.</param>
    /// <param name="result">Its result.</param>
    public static LineSamples ReadSamples(JsonNode scores, BarrierTaskResult result) =>
        LineSamples.Read(scores, result.Recalibrated is null ? Raw : Recalibrated);

    /// <inheritdoc/>
    public void Run(TaskContext context)
    {
        var settings = TaskSettings.Read<BarrierTaskSettings>(context.Settings);
        using var images = ImageCache.Open(context.Inputs["images"]);
        using var trainImages = ImageCache.Open(context.Inputs["recalibrate_on"]);
        using var network = ModelFile.Load(
            context.Network(settings.Network),
            settings.Classes,
            context.Inputs["first"],
            settings.Checkpoint
        );
        using var first = StateDict.Of(network);
        using var second = LoadSecond(context, settings, context.Inputs["second"]);
        var recalibrates = Recalibration.Applies(network);
        var metric = Metrics.Choose(settings.Metric, images.Labels, settings.Classes, context.Metrics());
        var (normalize, precision) = (settings.Normalize, settings.Precision);
        var evaluation = new EvaluationSettings(normalize, EvaluationSettings.DefaultBatchSize, precision)
        {
            Metric = metric,
            PartialResults = context.PartialResults,
        };
        var raw = Measure(null, 0);
        (BarrierCurve Curve, LineSamples Samples)? recalibrated = recalibrates ? Measure(trainImages, 0.5) : null;
        var result = new BarrierTaskResult(raw.Curve, recalibrated?.Curve);
        File.WriteAllText(Path.Combine(context.Output, "result.json"), JsonSerializer.Serialize(result, metric.Json));
        ScoreFile.Write(
            context.Output,
            [.. raw.Samples.Write(Raw), .. recalibrated?.Samples.Write(Recalibrated) ?? []]
        );

        (BarrierCurve Curve, LineSamples Samples) Measure(ImageSet? recalibrateOn, double done) =>
            BarrierMeasurement.MeasureWithSamples(
                network,
                first,
                second,
                settings.Lambdas,
                images,
                evaluation.Section(recalibrateOn is null ? Raw : Recalibrated),
                recalibrateOn,
                settings.RecalibrationImages,
                Recalibration.DefaultBatch,
                new PartialProgress(context.Progress, done, recalibrates ? 0.5 : 1),
                context.CancellationToken
            );
    }

    private static StateDict LoadSecond(TaskContext context, BarrierTaskSettings settings, string artifact)
    {
        var checkpoint = settings.SecondCheckpoint ?? settings.Checkpoint;
        using var network = ModelFile.Load(context.Network(settings.Network), settings.Classes, artifact, checkpoint);
        return StateDict.Of(network);
    }
}
