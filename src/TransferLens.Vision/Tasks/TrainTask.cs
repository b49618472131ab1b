using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Randomness;
using TransferLens.Vision.Training;
using TransferLens.Vision.Transforms;
using TransferLens.Vision.Weights;

namespace TransferLens.Vision.Tasks;

/// <summary>The task kind <c>train</c>: one training, from random weights or from a checkpoint of P with a new head.</summary>
public sealed class TrainTask : ITaskRunner
{
    /// <inheritdoc/>
    public TaskKind Kind => StudyTasks.TrainKind;

    /// <inheritdoc/>
    public void Run(TaskContext context)
    {
        var settings = TaskSettings.Read<TrainTaskSettings>(context.Settings);
        var result = Train(settings, context.Network(settings.Network), context);
        File.WriteAllText(Path.Combine(context.Output, "result.json"), result.ToJsonString());
    }

    /// <summary>Trains, and leaves the checkpoints among the task's files.</summary>
    /// <param name="settings">How.</param>
    /// <param name="architecture">The network.</param>
    /// <param name="context">The task; its inputs are <c>train</c>, <c>test</c> and, where it does not start at random, <c>pretrained</c>.</param>
    /// <returns>What <c>result.json</c> says of a training.</returns>
    public static JsonObject Train(TrainTaskSettings settings, NetworkArchitecture architecture, TaskContext context)
    {
        using var train = ImageCache.Open(context.Inputs["train"]);
        using var test = ImageCache.Open(context.Inputs["test"]);
        using var network = architecture.Create(
            settings.Classes,
            (long)
                DerivedSeed.Of(
                    settings.InitSeed ?? settings.Seed,
                    0,
                    settings.Checkpoint is null ? DerivedSeed.Weights : DerivedSeed.Head
                )
        );
        if (settings.Checkpoint is { } checkpoint)
        {
            using var pretrained = Checkpoint.Read(CheckpointFiles.Of(context.Inputs["pretrained"], checkpoint));
            WeightsLoader.Load(network, pretrained, newHead: true);
        }

        var shuffle = BlockShuffle.Of(settings.Shuffle, train.Size);
        var recipe = new TrainingRecipe(
            settings.Training,
            settings.LearningRate,
            settings.Seed,
            settings.Normalize,
            shuffle
        );
        var curve = Trainer.Train(
            network,
            train,
            test,
            recipe,
            context.Work,
            context.Progress,
            context.CancellationToken
        );
        Directory.CreateDirectory(Path.Combine(context.Output, "checkpoints"));
        foreach (var epoch in curve.Kept)
        {
            File.Copy(CheckpointFiles.Of(context.Work, epoch), CheckpointFiles.Of(context.Output, epoch));
        }

        if (curve.Last == settings.Training.Epochs)
        {
            CachedLogits.Copy(context.Work, context.Output, EvaluationOf(settings, curve.Last), context.Inputs["test"]);
        }

        return new()
        {
            ["status"] = curve.Diverged ? "diverged" : "finished",
            ["network"] = settings.Network,
            ["classes"] = settings.Classes,
            ["epochs"] = JsonSerializer.SerializeToNode(curve.Epochs, Metric.DefaultFor(test.Labels.IsMultiLabel).Json),
            ["kept"] = JsonSerializer.SerializeToNode(curve.Kept, StudyJson.Options),
            ["last"] = curve.Last,
            ["best"] = curve.Best,
        };
    }

    /// <summary>How a training evaluates the test images after an epoch, as an evaluation of its checkpoint.</summary>
    /// <param name="settings">The training.</param>
    /// <param name="epoch">The epoch.</param>
    public static EvaluateTaskSettings EvaluationOf(TrainTaskSettings settings, int epoch) =>
        new(
            settings.Network,
            settings.Classes,
            epoch.ToString(CultureInfo.InvariantCulture),
            settings.Normalize,
            settings.Training.Precision,
            settings.Shuffle
        );
}
