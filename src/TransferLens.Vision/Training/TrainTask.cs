using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Data;
using TransferLens.Execution;
using TransferLens.Models;
using TransferLens.Plans;
using TransferLens.Studies;
using TransferLens.Weights;

namespace TransferLens.Training;

/// <summary>The task kind <c>train</c>: one training, from random weights or from a checkpoint of P with a new head.</summary>
public sealed class TrainTask : ITaskKind
{
    /// <inheritdoc/>
    public string Name => "train";

    /// <inheritdoc/>
    public void Run(TaskContext context)
    {
        var settings = TaskSettings.Read<TrainTaskSettings>(context.Settings);
        using var train = PictureCache.Open(context.Inputs["train"]);
        using var test = PictureCache.Open(context.Inputs["test"]);
        using var network = Networks.Create(settings.Network, settings.Classes, (long)DerivedSeed.Of(settings.Seed, 0, settings.Checkpoint is null ? DerivedSeed.Weights : DerivedSeed.Head));
        if (settings.Checkpoint is { } checkpoint)
        {
            using var pretrained = Checkpoint.Read(CheckpointFiles.Of(context.Inputs["pretrained"], checkpoint));
            WeightsLoader.Load(network, pretrained, newHead: true);
        }

        using var shuffle = BlockShuffle.Of(settings.Shuffle, train.Size);
        var recipe = new TrainingRecipe(settings.Training, settings.LearningRate, settings.Seed, settings.Normalize, shuffle);
        var curve = Trainer.Train(network, train, test, recipe, context.Work, context.Progress, context.Stop);
        Directory.CreateDirectory(Path.Combine(context.Output, "checkpoints"));
        foreach (var epoch in curve.Kept)
        {
            File.Copy(CheckpointFiles.Of(context.Work, epoch), CheckpointFiles.Of(context.Output, epoch));
        }

        File.WriteAllText(Path.Combine(context.Output, "result.json"), new JsonObject
        {
            ["status"] = curve.Diverged ? "diverged" : "finished",
            ["network"] = settings.Network,
            ["classes"] = settings.Classes,
            ["epochs"] = JsonSerializer.SerializeToNode(curve.Epochs, StudyJson.Options),
            ["kept"] = JsonSerializer.SerializeToNode(curve.Kept, StudyJson.Options),
            ["last"] = curve.Last,
            ["best"] = curve.Best,
        }.ToJsonString());
    }
}
