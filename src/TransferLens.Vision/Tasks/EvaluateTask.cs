using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Training;
using TransferLens.Vision.Transforms;
using TransferLens.Vision.Weights;

namespace TransferLens.Vision.Tasks;

/// <summary>
/// The task kind <c>evaluate</c>: a checkpoint on images. Its artifact contains every logit, and the score with its
/// interval, the loss, and recall and precision of each class in <c>result.json</c>, and what differences between runs
/// are computed from in <c>scores.json</c>.
/// </summary>
public sealed class EvaluateTask : ITaskRunner
{
    /// <inheritdoc/>
    public TaskKind Kind => StudyTasks.EvaluateKind;

    /// <inheritdoc/>
    public void Run(TaskContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var settings = TaskSettings.Read<EvaluateTaskSettings>(context.Settings);
        using var images = ImageCache.Open(context.Inputs["images"]);
        var measured = Measure(
            settings,
            context.Inputs["weights"],
            context.Inputs["images"],
            images,
            context.Metrics(),
            context.Network(settings.Network),
            context.PartialResults,
            context.Progress,
            context.CancellationToken
        );
        using var logits = new StateDict([
            KeyValuePair.Create("logits", Evaluator.ToTensor(measured.Logits, measured.Classes)),
        ]);
        Safetensors.Write(Path.Combine(context.Output, "logits.safetensors"), logits);
        var result = EvaluationDocument.Create(measured, images).ToJsonString();
        File.WriteAllText(Path.Combine(context.Output, "result.json"), result);
        ScoreFile.Write(context.Output, measured, images);
    }

    /// <summary>
    /// Evaluates a checkpoint of an artifact, or takes the logits that its training run kept of the same evaluation.
    /// </summary>
    /// <param name="settings">How.</param>
    /// <param name="weights">Folder of the artifact that has the checkpoint.</param>
    /// <param name="cache">Folder of the images' artifact.</param>
    /// <param name="images">The images in it.</param>
    /// <param name="metrics">The metrics that the settings may name.</param>
    /// <param name="architecture">The network.</param>
    /// <param name="progress">Receives the progress, or null.</param>
    /// <param name="cancellationToken">Cancels the evaluation; checked between batches.</param>
    /// <exception cref="InputException">
    /// The checkpoint was not kept or does not fit, a label is not among the network's classes, or the metric is
    /// unknown or does not fit the images.
    /// </exception>
    public static EvaluationResult Measure(
        EvaluateTaskSettings settings,
        string weights,
        string cache,
        ImageSet images,
        IReadOnlyList<ImageMetric> metrics,
        NetworkArchitecture architecture,
        IProgress<TaskProgress>? progress,
        CancellationToken cancellationToken
    ) =>
        Measure(
            settings,
            weights,
            cache,
            images,
            metrics,
            architecture,
            PartialResults.None,
            progress,
            cancellationToken
        );

    private static EvaluationResult Measure(
        EvaluateTaskSettings settings,
        string weights,
        string cache,
        ImageSet images,
        IReadOnlyList<ImageMetric> metrics,
        NetworkArchitecture architecture,
        PartialResults parts,
        IProgress<TaskProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(images);
        var evaluation = new EvaluationSettings(
            settings.Normalize,
            // That of the evaluations during training, so that both compute the same bits.
            EvaluationSettings.DefaultBatchSize,
            settings.Precision,
            Shuffle: BlockShuffle.FromSettings(settings.Shuffle, images.Channels, images.Size)
        )
        {
            Metric = settings.Metric is null ? null : Metrics.Find(settings.Metric, metrics),
            PartialResults = parts,
        };
        if (
            CachedLogits.Read(weights, settings, cache) is { } kept
            && kept.Length == (long)images.Count * settings.Classes
        )
        {
            return Evaluator.Of(kept, settings.Classes, images, evaluation);
        }

        using var network = ModelFile.Load(architecture, settings.Classes, weights, settings.Checkpoint);
        return Evaluator.Evaluate(network, images, evaluation, progress, cancellationToken);
    }
}
