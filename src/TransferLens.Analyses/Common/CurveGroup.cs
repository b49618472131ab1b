using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Training;

namespace TransferLens.Analyses.Common;

/// <summary>The curve of one training, and its last weights on the test images.</summary>
/// <param name="Run">The training.</param>
/// <param name="Diverged">Whether its loss stopped being finite.</param>
/// <param name="Epochs">Every epoch.</param>
/// <param name="Score">Final test score.</param>
/// <param name="Low">Lower end of its 95 % bootstrap interval.</param>
/// <param name="High">Upper end.</param>
internal sealed record Curve(
    PlannedRun Run,
    bool Diverged,
    ImmutableArray<TrainingEpoch> Epochs,
    double Score,
    double Low,
    double High
)
{
    /// <summary>Training score averaged over all epochs: the paper's measure of how fast optimization is; null without an epoch.</summary>
    public double? MeanTrainScore => Spread.Of(Epochs.Select(epoch => epoch.TrainScore).OfType<double>())?.Mean;
}

/// <summary>The curves of trainings that differ in their seed only.</summary>
/// <param name="Group">The trainings.</param>
/// <param name="Curves">Their curves.</param>
internal sealed record CurveGroup(RunGroup Group, ImmutableArray<Curve> Curves)
{
    /// <summary>Final test score over the seeds that did not diverge; null when all did.</summary>
    public Spread? Final => Spread.Of(Curves.Where(curve => !curve.Diverged).Select(curve => curve.Score));

    /// <summary>Where that may lie: what the seeds' 95 % bootstrap intervals over test images take in together. The range of a few seeds alone would be too narrow: of two and two without a difference, one time in three the ranges do not touch.</summary>
    public Spread? Range =>
        Spread.Of(
            Curves.Where(curve => !curve.Diverged).Select(curve => new Estimate(curve.Score, curve.Low, curve.High))
        );

    /// <summary>Reads what the trainings left.</summary>
    public static CurveGroup Read(RunGroup group, ITaskResults results) =>
        new(
            group,
            [
                .. group.Seeds.Select(run =>
                {
                    var (trained, measured) = (results.Read(run.Train), MeasuredScore.Of(results.Read(run.Evaluate)));
                    return new Curve(
                        run,
                        (string?)trained["status"] == "diverged",
                        trained["epochs"].Deserialize<ImmutableArray<TrainingEpoch>>(group.CurveMetric.Json),
                        measured.Value,
                        measured.Low,
                        measured.High
                    );
                }),
            ]
        );

    /// <summary>As it stands in results.json.</summary>
    public JsonObject ToJson() =>
        new()
        {
            ["target"] = Group.Target,
            ["run"] = Group.Run,
            ["learning_rate"] = Group.LearningRate,
            [$"final_{Group.Metric.ScoreKey}"] = Final is { } final
                ? new JsonObject
                {
                    ["mean"] = final.Mean,
                    ["low"] = final.Low,
                    ["high"] = final.High,
                    ["seeds"] = final.Count,
                }
                : null,
            ["seeds"] = new JsonArray([
                .. Curves.Select(curve => new JsonObject
                {
                    ["seed"] = curve.Run.Seed,
                    ["status"] = curve.Diverged ? "diverged" : "finished",
                    [Group.Metric.ScoreKey] = curve.Score,
                    [$"{Group.Metric.ScoreKey}_low"] = curve.Low,
                    [$"{Group.Metric.ScoreKey}_high"] = curve.High,
                    [$"mean_train_{Group.CurveMetric.ScoreKey}"] = curve.MeanTrainScore,
                    ["epochs"] = JsonSerializer.SerializeToNode(curve.Epochs, Group.CurveMetric.Json),
                }),
            ]),
        };
}
