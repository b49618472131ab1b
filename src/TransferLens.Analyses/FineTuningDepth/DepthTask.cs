using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
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
/// <param name="Training">How it is trained.</param>
internal sealed record DepthRungSettings(string Name, TrainingSettings Training);

/// <summary>What the task measured for one rung.</summary>
/// <param name="Name">Its name.</param>
/// <param name="PerImage">Multiply-accumulates of one training step, per image.</param>
/// <param name="Images">Number of images over all epochs.</param>
/// <param name="TrainedParameters">Number of trained parameters.</param>
internal sealed record DepthMeasure(string Name, long PerImage, long Images, long TrainedParameters)
{
    /// <summary>Multiply-accumulates of each step besides those of its images.</summary>
    public long PerStep { get; init; }

    /// <summary>Number of steps over all epochs.</summary>
    public long Steps { get; init; }

    /// <summary>Multiply-accumulates before the first step: a forward pass of a probe's training images.</summary>
    public decimal Before { get; init; }

    /// <summary>Number of the network's parameters.</summary>
    public long Parameters { get; init; }

    /// <summary>Bytes that training needs at least, by <see cref="TrainingCost.Bytes"/>.</summary>
    public long Memory { get; init; }

    /// <summary>Multiply-accumulates of one run.</summary>
    [JsonIgnore]
    public decimal Total => ((decimal)PerImage * Images) + ((decimal)PerStep * Steps) + Before;

    /// <summary>Counts the cost of a rung.</summary>
    /// <param name="network">The network.</param>
    /// <param name="size">Side of the images in pixels.</param>
    /// <param name="images">Number of training images.</param>
    /// <param name="rung">The rung.</param>
    public static DepthMeasure Count(Network network, int size, int images, DepthRungSettings rung)
    {
        var (training, epochs, batch) = (rung.Training, rung.Training.Epochs, rung.Training.BatchSize);
        var cost = TrainingCost.Count(network, (Channels, size, size), training);
        return new(rung.Name, cost.PerImage, TrainingCost.CountImages(images, epochs, batch), cost.Trained)
        {
            PerStep = cost.PerStep,
            Steps = TrainingCost.CountSteps(images, epochs, batch),
            Before = training.Head == HeadStart.Probe ? (decimal)cost.Forward * images : 0,
            Parameters = cost.Parameters,
            Memory = cost.Bytes(training with { BatchSize = Math.Min(batch, images) }),
        };
    }

    private const int Channels = 3;
}

/// <summary>The task kind <c>fine_tuning_depth</c>: the cost of each rung.</summary>
internal sealed class DepthTask : ITaskRunner
{
    /// <summary>The kind of these tasks.</summary>
    public static TaskKind Declared { get; } = new("fine_tuning_depth", 4);

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
                    return DepthMeasure.Count(network, train.Size, train.Count, rung);
                }
            )
            .ToList();
        File.WriteAllText(
            Path.Combine(context.Output, "result.json"),
            new JsonObject { ["rungs"] = JsonSerializer.SerializeToNode(measures, ResultJson.Options) }.ToJsonString()
        );
    }
}
