using System.Text.Json.Nodes;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Training;
using TransferLens.Vision.Transforms;
using TransferLens.Vision.Weights;

namespace TransferLens.Vision.Tasks;

/// <summary>The task kind <c>evaluate</c>: a checkpoint on images; its score with its interval, loss, and every logit.</summary>
public sealed class EvaluateTask : ITaskRunner
{
    // Images a forward pass: the batch of the evaluations in a training, so that both give equal bits.
    private const int BatchSize = TrainingRecipe.EvaluationBatch;

    /// <inheritdoc/>
    public TaskKind Kind => StudyTasks.EvaluateKind;

    /// <inheritdoc/>
    public void Run(TaskContext context)
    {
        var settings = TaskSettings.Read<EvaluateTaskSettings>(context.Settings);
        using var images = ImageCache.Open(context.Inputs["images"]);
        var measured = Measure(
            settings,
            context.Inputs["weights"],
            context.Inputs["images"],
            images,
            context.Progress,
            context.CancellationToken
        );
        var (metric, score) = (Metric.DefaultFor(images.Labels.IsMultiLabel), ImageScore.Of(measured, images.Labels));
        var (low, high) = Bootstrap.Interval(score);
        using var logits = new StateDict([
            KeyValuePair.Create("logits", Evaluator.ToTensor(measured.Logits, measured.Classes)),
        ]);
        Safetensors.Write(Path.Combine(context.Output, "logits.safetensors"), logits);
        var result = new JsonObject
        {
            [metric.ScoreKey] = measured.Score,
            [$"{metric.ScoreKey}_low"] = low,
            [$"{metric.ScoreKey}_high"] = high,
            ["loss"] = double.IsFinite(measured.Loss) ? measured.Loss : null,
            ["examples"] = measured.Examples,
        };
        if (score is MeanAuc auc)
        {
            result["labels"] = LabelScore.Write(LabelScore.Of(auc, images));
        }
        else
        {
            result["largest_class"] =
                images.Labels.Single.GroupBy(label => label).Max(label => label.Count()) / (double)images.Count;
        }

        File.WriteAllText(Path.Combine(context.Output, "result.json"), result.ToJsonString());
    }

    /// <summary>Evaluates a checkpoint of an artifact, or takes the logits that its training kept of the same evaluation.</summary>
    /// <param name="settings">How.</param>
    /// <param name="weights">Folder of the artifact that has the checkpoint.</param>
    /// <param name="cache">Folder of the images' artifact.</param>
    /// <param name="images">The images in it.</param>
    /// <param name="progress">Takes the progress, or null.</param>
    /// <param name="cancellationToken">Asks to stop between batches.</param>
    /// <exception cref="InputException">The checkpoint was not kept or does not fit, or a label is not among the network's classes.</exception>
    public static EvaluationResult Measure(
        EvaluateTaskSettings settings,
        string weights,
        string cache,
        ImageSet images,
        IProgress<TaskProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        if (
            CachedLogits.Read(weights, settings, cache) is { } kept
            && kept.Length == (long)images.Count * settings.Classes
        )
        {
            return Evaluator.Of(kept, settings.Classes, images, BatchSize, null);
        }

        using var network = ModelFile.Load(
            Networks.Find(settings.Network),
            settings.Classes,
            weights,
            settings.Checkpoint
        );
        return Evaluator.Evaluate(
            network,
            images,
            new(
                settings.Normalize,
                BatchSize,
                settings.Precision,
                Shuffle: BlockShuffle.Of(settings.Shuffle, images.Size)
            ),
            progress,
            cancellationToken
        );
    }
}
