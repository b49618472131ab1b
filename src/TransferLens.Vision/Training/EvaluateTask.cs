using System.Text.Json.Nodes;
using TransferLens.Data;
using TransferLens.Execution;
using TransferLens.Plans;
using TransferLens.Studies;
using TransferLens.Weights;
using static TorchSharp.torch;

namespace TransferLens.Training;

/// <summary>The task kind <c>evaluate</c>: a checkpoint on pictures; its score with its interval, loss, and every logit.</summary>
public sealed class EvaluateTask : ITaskKind
{
    /// <inheritdoc/>
    public string Name => "evaluate";

    /// <inheritdoc/>
    public void Run(TaskContext context)
    {
        var settings = TaskSettings.Read<EvaluateTaskSettings>(context.Settings);
        using var pictures = PictureCache.Open(context.Inputs["pictures"]);
        using var network = SolutionFile.Load(settings.Network, settings.Classes, context.Inputs["weights"], settings.Checkpoint);
        var shuffle = BlockShuffle.Of(settings.Shuffle, pictures.Size);
        var measured = Evaluator.Evaluate(network, pictures, new(settings.Normalize, 256, settings.Precision, Shuffle: shuffle), context.Progress, context.Stop);
        var (metric, score) = (Metric.Of(pictures.Labels.AreMany), PictureScore.Of(measured, pictures.Labels));
        var (low, high) = Bootstrap.Interval(score);
        using var logits = new StateDict([KeyValuePair.Create("logits", tensor(measured.Logits, [measured.Examples, measured.Classes]))]);
        Safetensors.Write(Path.Combine(context.Output, "logits.safetensors"), logits);
        var result = new JsonObject
        {
            [metric.Key] = measured.Score,
            [$"{metric.Key}_low"] = low,
            [$"{metric.Key}_high"] = high,
            ["loss"] = double.IsFinite(measured.Loss) ? measured.Loss : null,
            ["examples"] = measured.Examples,
        };
        if (score is MeanAuc auc)
        {
            result["labels"] = LabelScore.Write(LabelScore.Of(auc, pictures));
        }
        else
        {
            result["largest_class"] = pictures.Labels.Single.GroupBy(label => label).Max(label => label.Count()) / (double)pictures.Count;
        }

        File.WriteAllText(Path.Combine(context.Output, "result.json"), result.ToJsonString());
    }
}
