using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Images;
using TransferLens.Vision.Tasks;
using TransferLens.Vision.Training;

namespace TransferLens.Analyses.FineTuningDepth;

/// <summary>Settings of the task kind <c>fine_tuning_depth</c>: the rungs of one target.</summary>
/// <param name="Network">Name of the network.</param>
/// <param name="Classes">Outputs of its head.</param>
/// <param name="Rungs">The rungs.</param>
internal sealed record DepthTaskSettings(string Network, int Classes, ImmutableArray<DepthRungSettings> Rungs);

/// <summary>One rung.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Frozen">The frozen modules.</param>
/// <param name="Epochs">Number of epochs.</param>
/// <param name="BatchSize">Images per step.</param>
internal sealed record DepthRungSettings(string Name, ImmutableArray<string> Frozen, int Epochs, int BatchSize);

/// <summary>What the task measured for one rung.</summary>
/// <param name="Name">Its name.</param>
/// <param name="PerImage">Multiply-accumulates of one training step, per image.</param>
/// <param name="Images">Number of images over all epochs.</param>
/// <param name="TrainedParameters">Number of trained parameters.</param>
internal sealed record DepthMeasure(string Name, long PerImage, long Images, long TrainedParameters);

/// <summary>The task kind <c>fine_tuning_depth</c>: the cost of each rung.</summary>
internal sealed class DepthTask : ITaskRunner
{
    /// <summary>The kind of these tasks.</summary>
    public static TaskKind Declared { get; } = new("fine_tuning_depth", 3);

    /// <inheritdoc/>
    public TaskKind Kind => Declared;

    /// <inheritdoc/>
    public void Run(TaskContext context)
    {
        var settings = TaskSettings.Read<DepthTaskSettings>(context.Settings);
        using var train = ImageCache.Open(context.Inputs["train"]);
        using var network = context.Network(settings.Network).Create(settings.Classes, seed: 0);
        var measures = settings
            .Rungs.Select(
                (rung, i) =>
                {
                    context.Progress.Report(new((i + 1.0) / settings.Rungs.Length, rung.Name));
                    var cost = TrainingCost.Count(network, train.Size, rung.Frozen);
                    return new DepthMeasure(
                        rung.Name,
                        cost.PerImage,
                        TrainingCost.CountImages(train.Count, rung.Epochs, rung.BatchSize),
                        cost.Trained
                    );
                }
            )
            .ToList();
        File.WriteAllText(
            Path.Combine(context.Output, "result.json"),
            new JsonObject
            {
                ["rungs"] = JsonSerializer.SerializeToNode(measures, ResultJson.Options),
            }.ToJsonString()
        );
    }
}
