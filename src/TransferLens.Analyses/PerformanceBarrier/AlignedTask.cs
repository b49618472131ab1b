using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Alignment;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Interpolation;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Tasks;
using TransferLens.Vision.Weights;

namespace TransferLens.Analyses.PerformanceBarrier;

/// <summary>
/// Settings of the task kind <c>aligned_barrier</c>: the line between a model and another one whose hidden channels are
/// permuted to fit it.
/// </summary>
/// <param name="Line">The line, as without permuting.</param>
/// <param name="Align">How channels are matched.</param>
internal sealed record AlignedTaskSettings(BarrierTaskSettings Line, AlignmentMethod Align);

/// <summary>What permuting the second of two models did.</summary>
/// <param name="Method">How channels were matched.</param>
/// <param name="DistanceBefore">Distance between the models in parameter space before.</param>
/// <param name="DistanceAfter">The same afterwards.</param>
/// <param name="LogitChange">The largest absolute difference that permuting made to a logit.</param>
/// <param name="MovedChannels">Number of channels that moved.</param>
/// <param name="Channels">Number of channels that may move.</param>
/// <param name="Raw">The line to the permuted model, statistics interpolated like weights.</param>
/// <param name="Recalibrated">The same, statistics recomputed at each point. For networks without batch normalization,
/// activations are rescaled instead (REPAIR).</param>
/// <param name="Repaired">For networks without batch normalization: the line between the models as they are, with
/// rescaled activations; null for others.</param>
internal sealed record AlignedLine(
    AlignmentMethod Method,
    double DistanceBefore,
    double DistanceAfter,
    double LogitChange,
    int MovedChannels,
    int Channels,
    BarrierCurve Raw,
    BarrierCurve Recalibrated,
    BarrierCurve? Repaired
);

/// <summary>The task kind <c>aligned_barrier</c>.</summary>
internal sealed class AlignedTask : ITaskRunner
{
    // The line between permuted models, among the scores.
    private const string Aligned = "aligned";
    private const string Repaired = "repaired";

    // Shares of the work: finding the permutation, then one to three lines.
    private const double OfAligning = 0.2;

    /// <summary>The kind of these tasks.</summary>
    public static TaskKind Declared { get; } = new("aligned_barrier", 1);

    /// <inheritdoc/>
    public TaskKind Kind => Declared;

    /// <summary>The resamples of the recalibrated line to the permuted model.</summary>
    /// <param name="scores">The task's <c>scores.json</c>.</param>
    public static LineSamples ReadSamples(JsonNode scores) => LineSamples.Read(scores, Aligned);

    /// <summary>The resamples of the repaired line between the models as they are.</summary>
    /// <param name="scores">The task's <c>scores.json</c>.</param>
    public static LineSamples ReadRepaired(JsonNode scores) => LineSamples.Read(scores, Repaired);

    /// <inheritdoc/>
    public void Run(TaskContext context)
    {
        var (line, method) = TaskSettings.Read<AlignedTaskSettings>(context.Settings);
        using var loaded = new LoadedModels(context, line.Network, line.Classes, line.Checkpoint);
        var (network, first, second) = (loaded.Network, loaded.Models[0], loaded.Models[1]);
        var (images, trainImages) = (loaded.Images, loaded.TrainImages);
        var metric = Metrics.Choose(line.Metric, images.Labels, line.Classes, context.Metrics());
        var evaluation = new EvaluationSettings(line.Normalize, EvaluationSettings.DefaultBatchSize, line.Precision)
        {
            Metric = metric,
            PartialResults = context.PartialResults,
        };
        var aligned = ModelAlignment.Align(
            network,
            first,
            second,
            images.Height,
            method,
            trainImages,
            evaluation.Section("align"),
            progress: new PartialProgress(context.Progress, 0, OfAligning),
            cancellationToken: context.CancellationToken
        );
        using var permuted = aligned.Weights;
        var lines = Recalibration.Applies(network) ? 2 : 3;
        var raw = Measure(permuted, null, 0);
        var recalibrated = Measure(permuted, trainImages, 1);
        (BarrierCurve Curve, LineSamples Samples)? repaired = lines == 3 ? Measure(second, trainImages, 2) : null;
        var result = new AlignedLine(
            method,
            aligned.DistanceBefore,
            aligned.DistanceAfter,
            aligned.LogitChange,
            aligned.Moved,
            aligned.Channels,
            raw.Curve,
            recalibrated.Curve,
            repaired?.Curve
        );
        File.WriteAllText(Path.Combine(context.Output, "result.json"), JsonSerializer.Serialize(result, metric.Json));
        ScoreFile.Write(
            context.Output,
            [.. recalibrated.Samples.Write(Aligned), .. repaired?.Samples.Write(Repaired) ?? []]
        );

        (BarrierCurve Curve, LineSamples Samples) Measure(StateDict end, ImageSet? recalibrateOn, int done) =>
            BarrierMeasurement.MeasureWithSamples(
                network,
                first,
                end,
                line.Lambdas,
                images,
                evaluation.Section($"line {done}"),
                recalibrateOn,
                line.RecalibrationImages,
                Recalibration.DefaultBatch,
                new PartialProgress(
                    context.Progress,
                    OfAligning + ((1 - OfAligning) * done / lines),
                    (1 - OfAligning) / lines
                ),
                context.CancellationToken
            );
    }
}
