using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Training;

namespace TransferLens.Analyses.Common;

/// <summary>The learning curve of one run, and the test score of its final weights.</summary>
/// <param name="Run">The run.</param>
/// <param name="Diverged">Whether its loss became infinite or NaN.</param>
/// <param name="Epochs">All epochs.</param>
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
    /// <summary>
    /// Training score averaged over all epochs, a measure of the speed of optimization (Neyshabur, Sedghi, Zhang 2020);
    /// null without epochs.
    /// </summary>
    public double? MeanTrainScore => Spread.Of(Epochs.Select(epoch => epoch.TrainScore).OfType<double>())?.Mean;
}

/// <summary>The curves of runs that differ only in their seed.</summary>
/// <param name="Group">The runs.</param>
/// <param name="Curves">Their curves.</param>
internal sealed record CurveGroup(RunGroup Group, ImmutableArray<Curve> Curves)
{
    /// <summary>Final test score over the seeds that did not diverge; null when all diverged.</summary>
    public Spread? Final => Spread.Of(Curves.Where(curve => !curve.Diverged).Select(curve => curve.Score));

    /// <summary>
    /// The range of the final score: the union of the seeds' 95 % bootstrap intervals over test images. The range of a
    /// few seeds alone would be too narrow: between two groups of two seeds that do not differ, it leaves a gap one
    /// time in three.
    /// </summary>
    public Spread? Range =>
        Spread.Of(
            Curves.Where(curve => !curve.Diverged).Select(curve => new Estimate(curve.Score, curve.Low, curve.High))
        );

    /// <summary>Reads the results of the runs.</summary>
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

    /// <summary>Its entry in results.json.</summary>
    public JsonObject ToJson() =>
        new()
        {
            ["target"] = Group.Target,
            ["run"] = Group.Run,
            ["learningRate"] = Group.LearningRate,
            [Group.Metric.JsonKeyAfter("final")] = Final is { } final
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
                    [Group.Metric.JsonKey] = curve.Score,
                    ["low"] = curve.Low,
                    ["high"] = curve.High,
                    [Group.CurveMetric.JsonKeyAfter("meanTrain")] = curve.MeanTrainScore,
                    ["epochs"] = JsonSerializer.SerializeToNode(curve.Epochs, Group.CurveMetric.Json),
                }),
            ]),
        };
}
