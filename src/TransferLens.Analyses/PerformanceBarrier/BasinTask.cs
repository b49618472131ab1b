using System.Text.Json;
using TransferLens.Analyses.Interpolation;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Evaluation;

namespace TransferLens.Analyses.PerformanceBarrier;

/// <summary>
/// Settings of the task kind <c>basin_test</c>: whether two or three models of one network span a basin.
/// </summary>
/// <param name="Network">Name of the network.</param>
/// <param name="Classes">Outputs of its head.</param>
/// <param name="Checkpoint">Epoch of all models: <c>last</c> or <c>best</c>.</param>
/// <param name="Draws">Random points of each kind.</param>
/// <param name="Delta">delta in units of parameter distance; null for half the distance between the first two.</param>
/// <param name="Seed">Seed of the draws.</param>
/// <param name="RecalibrationImages">The most training images to recompute statistics from; null for all.</param>
/// <param name="Normalize">Normalization of the images.</param>
/// <param name="Precision">Number type that the network computes in.</param>
internal sealed record BasinTaskSettings(
    string Network,
    int Classes,
    string Checkpoint,
    int Draws,
    double? Delta,
    uint Seed,
    int? RecalibrationImages,
    Normalization Normalize,
    Precision Precision
);

/// <summary>The task kind <c>basin_test</c>.</summary>
internal sealed class BasinTask : ITaskRunner
{
    /// <summary>The kind of these tasks.</summary>
    public static TaskKind Declared { get; } = new("basin_test", 2);

    /// <inheritdoc/>
    public TaskKind Kind => Declared;

    /// <inheritdoc/>
    public void Run(TaskContext context)
    {
        var settings = TaskSettings.Read<BasinTaskSettings>(context.Settings);
        using var loaded = new LoadedModels(context, settings.Network, settings.Classes, settings.Checkpoint);
        var basin = BasinTest.Measure(
            loaded.Network,
            loaded.Models,
            settings.Delta,
            settings.Draws,
            settings.Seed,
            loaded.Images,
            new(settings.Normalize, EvaluationSettings.DefaultBatchSize, settings.Precision)
            {
                PartialResults = context.PartialResults,
            },
            loaded.RecalibrateOn,
            settings.RecalibrationImages,
            context.Progress,
            context.CancellationToken
        );
        File.WriteAllText(
            Path.Combine(context.Output, "result.json"),
            JsonSerializer.Serialize(basin, ResultJson.Options)
        );
    }
}
