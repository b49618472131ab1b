using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Tasks;
using TransferLens.Vision.Training;

namespace TransferLens.Analyses.FineTuningDepth;

/// <summary>Settings of the task kind <c>fine_tuning_depth</c>: the rungs of one target.</summary>
/// <param name="Network">Name of the network.</param>
/// <param name="Classes">Outputs of its head.</param>
/// <param name="Rungs">The rungs.</param>
internal sealed record DepthTaskSettings(string Network, int Classes, ImmutableArray<DepthRungSettings> Rungs);

/// <summary>
/// One rung. Its runs are inputs of the task, as <c>training RUNG SEED</c> and <c>evaluation RUNG SEED</c>.
/// </summary>
/// <param name="Name">Its name.</param>
/// <param name="Frozen">The frozen modules.</param>
/// <param name="Epochs">Number of epochs.</param>
/// <param name="BatchSize">Images per step.</param>
/// <param name="Seeds">Seeds of its runs.</param>
internal sealed record DepthRungSettings(
    string Name,
    ImmutableArray<string> Frozen,
    int Epochs,
    int BatchSize,
    ImmutableArray<int> Seeds
);

/// <summary>What the task measured for one rung.</summary>
/// <param name="Name">Its name.</param>
/// <param name="PerImage">Multiply-accumulates of one training step, per image.</param>
/// <param name="Images">Number of images over all epochs.</param>
/// <param name="TrainedParameters">Number of trained parameters.</param>
/// <param name="AboveBest">
/// Its score minus that of the best rung; 0 for the best one; null when all its runs diverged.
/// </param>
internal sealed record DepthMeasure(
    string Name,
    long PerImage,
    long Images,
    long TrainedParameters,
    Estimate? AboveBest
);

/// <summary>
/// The task kind <c>fine_tuning_depth</c>: the cost of each rung, and its difference to the best on the same test
/// images.
/// </summary>
internal sealed class DepthTask : ITaskRunner
{
    /// <summary>The kind of these tasks.</summary>
    public static TaskKind Declared { get; } = new("fine_tuning_depth", 2);

    /// <inheritdoc/>
    public TaskKind Kind => Declared;

    /// <inheritdoc/>
    public void Run(TaskContext context)
    {
        var settings = TaskSettings.Read<DepthTaskSettings>(context.Settings);
        using var test = ImageCache.Open(context.Inputs["test"]);
        using var train = ImageCache.Open(context.Inputs["train"]);
        using var network = context.Network(settings.Network).Create(settings.Classes, seed: 0);
        var scores = settings.Rungs.Select(rung => Sound(rung, context, test)).ToList();
        var best = Enumerable
            .Range(0, scores.Count)
            .Where(i => scores[i].Count > 0)
            .OrderByDescending(i => scores[i].Average(one => one.Score.Value))
            .Select(i => (int?)i)
            .FirstOrDefault();
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
                        cost.Trained,
                        best is not { } of || scores[i].Count == 0
                            ? null
                            : Above(
                                scores[i],
                                scores[of],
                                rung.Name == DepthChoice.Scratch || settings.Rungs[of].Name == DepthChoice.Scratch
                            )
                    );
                }
            )
            .ToList();
        File.WriteAllText(
            Path.Combine(context.Output, "result.json"),
            new JsonObject
            {
                ["best"] = best is { } index ? settings.Rungs[index].Name : null,
                ["rungs"] = JsonSerializer.SerializeToNode(measures, ResultJson.Options),
            }.ToJsonString()
        );
    }

    private static List<(int Seed, ImageScore Score)> Sound(
        DepthRungSettings rung,
        TaskContext context,
        ImageSet test
    ) =>
        [
            .. from seed in rung.Seeds
            let status = JsonNode.Parse(
                File.ReadAllText(Path.Combine(context.Inputs[$"training {rung.Name} {seed}"], "result.json"))
            )!["status"]
            where (string?)status != "diverged"
            select (
                seed,
                EvaluationFile.Score(context.Inputs[$"evaluation {rung.Name} {seed}"], test, context.Metrics())
            ),
        ];

    // Runs from P with the same seed start with the same head and have the same order of batches. A run from random
    // weights has no partner.
    private static Estimate Above(
        List<(int Seed, ImageScore Score)> rung,
        List<(int Seed, ImageScore Score)> best,
        bool random
    )
    {
        var paired = !random && rung.Select(one => one.Seed).SequenceEqual(best.Select(one => one.Seed));
        return ScoreDifference.Of(
            [.. rung.Select(one => one.Score)],
            [.. best.Select(one => one.Score)],
            paired || ReferenceEquals(rung, best)
        );
    }
}
