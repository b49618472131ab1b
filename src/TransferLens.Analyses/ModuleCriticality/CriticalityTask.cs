using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Tasks;
using TransferLens.Vision.Training;
using TransferLens.Vision.Weights;

namespace TransferLens.Analyses.ModuleCriticality;

/// <summary>
/// Settings of the task kind <c>module_criticality</c>: one run, from its first checkpoint to its last.
/// </summary>
/// <param name="Network">Name of the network.</param>
/// <param name="Classes">Outputs of its head.</param>
/// <param name="Paths"><c>none</c>, <c>direct</c>, or <c>optimization</c> (the run's kept checkpoints).</param>
/// <param name="Alphas">Positions on the direct path; empty for other paths.</param>
/// <param name="Path">How the path is measured; null without a path.</param>
/// <param name="Normalize">Normalization of the images.</param>
/// <param name="Precision">Precision of the network.</param>
internal sealed record CriticalityTaskSettings(
    string Network,
    int Classes,
    string Paths,
    ImmutableArray<double> Alphas,
    PathSettings? Path,
    Normalization Normalize,
    Precision Precision
)
{
    /// <summary>
    /// Key of the metric of rewinding; null for the images' default, so that it is not part of the task's settings.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Metric { get; init; }

    /// <summary>Maximum number of training images for recomputing running statistics; null for all.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? RecalibrationImages { get; init; }
}

/// <summary>
/// The task kind <c>module_criticality</c>: rewinding on the test images, paths on the training images. In networks
/// with batch normalization, each rewound network is also recalibrated on the images of its input
/// <c>recalibrate_on</c>. The scores that modules are judged by are also left in <c>scores.json</c>.
/// </summary>
internal sealed class CriticalityTask : ITaskRunner
{
    // A guess: paths evaluate far more networks, on fewer images.
    private const double RewindingShare = 0.2;

    /// <summary>The kind of these tasks.</summary>
    public static TaskKind Declared { get; } = new("module_criticality", 4);

    /// <inheritdoc/>
    public TaskKind Kind => Declared;

    /// <inheritdoc/>
    public void Run(TaskContext context)
    {
        var settings = TaskSettings.Read<CriticalityTaskSettings>(context.Settings);
        var training = context.Inputs["training"];
        var evaluation = new EvaluationSettings(
            settings.Normalize,
            EvaluationSettings.DefaultBatchSize,
            settings.Precision
        )
        {
            PartialResults = context.PartialResults,
        };
        using var network = ModelFile.Load(context.Network(settings.Network), settings.Classes, training, "last");
        using var final = StateDict.Of(network);
        using var initial = Checkpoint.Read(CheckpointFiles.PathOf(training, 0));
        MeasuredRewinding rewinding;
        ImageMetric metric;
        Metric pathMetric;
        using (var images = ImageCache.Open(context.Inputs["images"]))
        {
            metric = Metrics.Choose(settings.Metric, images.Labels, settings.Classes, context.Metrics());
            pathMetric = Metric.DefaultFor(images.Labels.IsMultiLabel);
            using var trainImages = Recalibration.Applies(network)
                ? ImageCache.Open(context.Inputs["recalibrate_on"])
                : null;
            rewinding = RewindingSweep.Measure(
                network,
                initial,
                final,
                images,
                evaluation.Section("rewinding") with
                {
                    Metric = metric,
                },
                examples: null,
                trainImages is null ? null : new(trainImages, settings.RecalibrationImages),
                new PartialProgress(context.Progress, 0, settings.Path is null ? 1 : RewindingShare),
                context.CancellationToken
            );
        }

        ScoreFile.Write(context.Output, RewindingSamples.Name(rewinding));
        var path = settings.Path is null
            ? null
            : Path(network, initial, final, settings, evaluation.Section("path"), context);
        File.WriteAllText(
            System.IO.Path.Combine(context.Output, "result.json"),
            new JsonObject
            {
                ["rewinding"] = JsonSerializer.SerializeToNode(rewinding.Result, metric.Json),
                ["path"] = JsonSerializer.SerializeToNode(path, pathMetric.Json),
            }.ToJsonString()
        );
    }

    private static PathResult Path(
        Network network,
        StateDict initial,
        StateDict final,
        CriticalityTaskSettings settings,
        EvaluationSettings evaluation,
        TaskContext context
    )
    {
        using var images = ImageCache.Open(context.Inputs["train_images"]);
        var progress = new PartialProgress(context.Progress, RewindingShare, 1 - RewindingShare);
        if (settings.Paths == CriticalitySettings.Direct)
        {
            return CriticalityMeasurement.DirectPath(
                network,
                initial,
                final,
                settings.Alphas,
                images,
                evaluation,
                settings.Path!,
                null,
                progress,
                context.CancellationToken
            );
        }

        var training = context.Inputs["training"];
        var kept = JsonNode
            .Parse(File.ReadAllText(System.IO.Path.Combine(training, "result.json")))!["kept"]
            .Deserialize<ImmutableArray<int>>(ResultJson.Options);
        List<PathCheckpoint> checkpoints = [];
        try
        {
            checkpoints.AddRange(
                kept.Select(epoch => new PathCheckpoint(
                    epoch,
                    Checkpoint.Read(CheckpointFiles.PathOf(training, epoch))
                ))
            );
            return CriticalityMeasurement.OptimizationPath(
                network,
                initial,
                final,
                checkpoints,
                images,
                evaluation,
                settings.Path!,
                null,
                progress,
                context.CancellationToken
            );
        }
        finally
        {
            checkpoints.ForEach(checkpoint => checkpoint.Weights.Dispose());
        }
    }
}
