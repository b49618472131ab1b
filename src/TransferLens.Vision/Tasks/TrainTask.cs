using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Randomness;
using TransferLens.Vision.Training;
using TransferLens.Vision.Transforms;
using TransferLens.Vision.Weights;

namespace TransferLens.Vision.Tasks;

/// <summary>
/// The task kind <c>train</c>: one training run, from random weights or from a pretrained checkpoint with a new head.
/// </summary>
internal sealed class TrainTask : ITaskRunner
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

    /// <summary>Trains a network and stores the checkpoints in the task's output.</summary>
    /// <param name="settings">The settings of the run.</param>
    /// <param name="architecture">The network.</param>
    /// <param name="context">The task. Its inputs are <c>train</c>, <c>test</c>, <c>validation</c> for a target with
    /// such images and, unless the initial weights are random, <c>pretrained</c>.</param>
    /// <returns>The content of <c>result.json</c>.</returns>
    public static JsonObject Train(TrainTaskSettings settings, NetworkArchitecture architecture, TaskContext context)
    {
        using var all = ImageCache.Open(context.Inputs["train"]);
        using var train = NestedSubset.View(all, settings.Subset);
        using var test = ImageCache.Open(context.Inputs["test"]);
        using var validation = context.Inputs.TryGetValue("validation", out var held) ? ImageCache.Open(held) : null;
        using var network = CreateNetwork(settings, architecture, context);
        var shuffle = BlockShuffle.FromSettings(settings.Shuffle, train.Channels, train.Size);
        var recipe = new TrainingRecipe(
            settings.Training,
            settings.LearningRate,
            settings.Seed,
            settings.Normalize,
            shuffle
        )
        {
            Validation = validation,
            InitSeed = settings.InitSeed,
            PartialResults = context.PartialResults,
        };
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
            File.Copy(CheckpointFiles.PathOf(context.Work, epoch), CheckpointFiles.PathOf(context.Output, epoch));
        }

        if (curve.Last == settings.Training.Epochs)
        {
            CachedLogits.Copy(context.Work, context.Output, EvaluationOf(settings, curve.Last), context.Inputs["test"]);
        }

        var result = new JsonObject
        {
            ["status"] = curve.Diverged ? "diverged" : "finished",
            ["network"] = settings.Network,
            ["classes"] = settings.Classes,
            ["epochs"] = JsonSerializer.SerializeToNode(curve.Epochs, Metric.DefaultFor(test.Labels.IsMultiLabel).Json),
            ["kept"] = JsonSerializer.SerializeToNode(curve.Kept, ResultJson.Options),
            ["last"] = curve.Last,
            ["best"] = curve.Best,
        };
        if (settings.Subset is { } part)
        {
            result["trainImages"] = NestedSubset.Choose(all.Labels, part.Share, part.Seed).Length;
        }

        return result;
    }

    private static Network CreateNetwork(
        TrainTaskSettings settings,
        NetworkArchitecture architecture,
        TaskContext context
    )
    {
        var seed = settings.InitSeed ?? settings.Seed;
        if (settings.Checkpoint is not { } checkpoint)
        {
            return architecture.Create(settings.Classes, (long)DerivedSeed.Of(seed, 0, DerivedSeed.Weights));
        }

        using var pretrained = Checkpoint.Read(CheckpointFiles.Find(context.Inputs["pretrained"], checkpoint));
        var network = architecture
            .VariantFor(pretrained)
            .Create(settings.Classes, (long)DerivedSeed.Of(seed, 0, DerivedSeed.Head));
        try
        {
            WeightsLoader.Load(network, pretrained, newHead: true);
            return network;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>The evaluation of the test images after an epoch, as a task on its checkpoint.</summary>
    /// <param name="settings">The settings of the run.</param>
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
