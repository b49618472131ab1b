using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Images;
using TransferLens.Vision.Tasks;
using TransferLens.Vision.Training;

namespace TransferLens.Analyses.ModuleCriticality;

/// <summary>
/// The task kind <c>train_frozen</c>: repeats a run with the modules frozen that its input <c>resettable</c> lists,
/// which is known only after that task has run. If it lists none, the run would be the same, so its last weights are
/// copied.
/// </summary>
/// <remarks>
/// Its settings are those of a training task. Its input <c>training</c> is the run that it repeats.
/// </remarks>
internal sealed class TrainFrozenTask : ITaskRunner
{
    /// <summary>The kind of these tasks.</summary>
    public static TaskKind Declared { get; } = new("train_frozen", 3, TaskTraits.Trains | TaskTraits.LeavesCurve);

    /// <inheritdoc/>
    public TaskKind Kind => Declared;

    /// <inheritdoc/>
    public void Run(TaskContext context)
    {
        var settings = TaskSettings.Read<TrainTaskSettings>(context.Settings);
        var frozen = JsonNode
            .Parse(File.ReadAllText(Path.Combine(context.Inputs["resettable"], "result.json")))!["modules"]
            .Deserialize<ImmutableArray<string>>(ResultJson.Options);
        var result = frozen.IsEmpty
            ? Copy(context)
            : Train(settings with { Training = settings.Training with { Freeze = frozen } }, context);
        result["frozen"] = JsonSerializer.SerializeToNode(frozen, ResultJson.Options);
        File.WriteAllText(Path.Combine(context.Output, "result.json"), result.ToJsonString());
    }

    private static JsonObject Train(TrainTaskSettings settings, TaskContext context)
    {
        var architecture = context.Network(settings.Network);
        var result = TrainTask.Train(settings, architecture, context);
        using var images = ImageCache.Open(context.Inputs["test"]);
        var evaluation = TrainTask.EvaluationOf(settings, (int)result["last"]!);
        using var network = ModelFile.Load(
            architecture,
            settings.Classes,
            context.Output,
            evaluation.Checkpoint
        );
        result["costShare"] =
            TrainingCost.Count(network, images.Size, settings.Training.Freeze).PerImage
            / (double)TrainingCost.Count(network, images.Size).PerImage;
        return result;
    }

    private static JsonObject Copy(TaskContext context)
    {
        var from = context.Inputs["training"];
        var result = JsonNode.Parse(File.ReadAllText(Path.Combine(from, "result.json")))!.AsObject();
        var last = (int)result["last"]!;
        Directory.CreateDirectory(Path.Combine(context.Output, "checkpoints"));
        File.Copy(CheckpointFiles.PathOf(from, last), CheckpointFiles.PathOf(context.Output, last));
        result["kept"] = new JsonArray(last);
        return result;
    }
}
