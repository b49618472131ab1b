using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Interpolation;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Tasks;
using TransferLens.Vision.Training;

namespace TransferLens.Analyses.PerformanceBarrier;

/// <summary>Settings of the task kind <c>curve</c>: a trained curve between two models of one network.</summary>
/// <param name="Network">Name of the network.</param>
/// <param name="Classes">Outputs of its head.</param>
/// <param name="Checkpoint">Epoch of both models: <c>last</c> or <c>best</c>.</param>
/// <param name="Epochs">Epochs that the middle is trained for.</param>
/// <param name="Training">How the runs were trained.</param>
/// <param name="LearningRate">The base learning rate.</param>
/// <param name="Seed">Seed of batch order, augmentation and positions on the curve.</param>
/// <param name="Positions">Where to measure.</param>
/// <param name="RecalibrationImages">The most training images to use for the recalibrated curve; null for all.</param>
/// <param name="Normalize">Normalization of the images.</param>
internal sealed record CurveTaskSettings(
    string Network,
    int Classes,
    string Checkpoint,
    int Epochs,
    TrainingSettings Training,
    double LearningRate,
    int Seed,
    ImmutableArray<double> Positions,
    int? RecalibrationImages,
    Normalization Normalize
)
{
    /// <summary>Key of the metric; null for the images' default, which no task names.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Metric { get; init; }
}

/// <summary>A trained curve between two models.</summary>
/// <param name="Epochs">Epochs that its middle was trained for.</param>
/// <param name="Diverged">Whether the loss became infinite or not a number; then nothing was measured.</param>
/// <param name="Raw">Performance by t, as lambda, running statistics combined like weights.</param>
/// <param name="Recalibrated">
/// The same with running statistics recomputed at each point; null for networks without batch normalization.
/// </param>
internal sealed record TrainedCurve(int Epochs, bool Diverged, BarrierCurve? Raw, BarrierCurve? Recalibrated)
{
    /// <summary>The curve to judge by; null when training diverged.</summary>
    [JsonIgnore]
    public BarrierCurve? Curve => Recalibrated ?? Raw;
}

/// <summary>The task kind <c>curve</c>.</summary>
internal sealed class CurveTask : ITaskRunner
{
    private const string Samples = "curve";

    // Share of training in the progress.
    private const double OfTraining = 0.8;

    /// <summary>The kind of these tasks.</summary>
    public static TaskKind Declared { get; } = new("curve", 1);

    /// <inheritdoc/>
    public TaskKind Kind => Declared;

    /// <summary>The resamples of the curve to judge by.</summary>
    /// <param name="scores">The task's <c>scores.json</c>.</param>
    public static LineSamples ReadSamples(JsonNode scores) => LineSamples.Read(scores, Samples);

    /// <inheritdoc/>
    public void Run(TaskContext context)
    {
        var settings = TaskSettings.Read<CurveTaskSettings>(context.Settings);
        using var loaded = new LoadedModels(context, settings.Network, settings.Classes, settings.Checkpoint);
        var (network, first, second) = (loaded.Network, loaded.Models[0], loaded.Models[1]);
        var images = loaded.Images;
        var metric = Metrics.Choose(settings.Metric, images.Labels, settings.Classes, context.Metrics());
        using var middle = BezierCurve.Train(
            network,
            first,
            second,
            loaded.TrainImages,
            new TrainingRecipe(settings.Training, settings.LearningRate, settings.Seed, settings.Normalize),
            settings.Epochs,
            context.Work,
            new PartialProgress(context.Progress, 0, OfTraining),
            context.CancellationToken
        );
        var raw = Measure(null, 0);
        var recalibrated = loaded.RecalibrateOn is { } train ? Measure(train, 1) : null;
        var result = new TrainedCurve(settings.Epochs, middle is null, raw?.Curve, recalibrated?.Curve);
        File.WriteAllText(Path.Combine(context.Output, "result.json"), JsonSerializer.Serialize(result, metric.Json));
        ScoreFile.Write(context.Output, [.. (recalibrated ?? raw)?.Samples.Write(Samples) ?? []]);

        (BarrierCurve Curve, LineSamples Samples)? Measure(ImageSet? recalibrateOn, int done) =>
            middle is null
                ? null
                : BezierCurve.MeasureWithSamples(
                    network,
                    [first, second, middle],
                    settings.Positions,
                    images,
                    new(settings.Normalize, EvaluationSettings.DefaultBatchSize, settings.Training.Precision)
                    {
                        Metric = metric,
                        PartialResults = context.PartialResults.Section($"curve {done}"),
                    },
                    recalibrateOn,
                    settings.RecalibrationImages,
                    new PartialProgress(
                        context.Progress,
                        OfTraining + ((1 - OfTraining) * done / 2),
                        (1 - OfTraining) / 2
                    ),
                    context.CancellationToken
                );
    }
}
