using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Evaluation;
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
    /// <summary>The final test score in the form in which runs are compared.</summary>
    public required ScoreSample Sample { get; init; }

    /// <summary>The score of the final weights on the validation images; null where it is not measured.</summary>
    public double? Validation { get; init; }

    /// <summary>The same in <see cref="CurveGroup.SecondMetric"/>; null without one.</summary>
    public ScoreSample? SecondSample { get; init; }

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
    public Spread? Final => Spread.Of(Sound.Select(curve => curve.Score));

    /// <summary>
    /// The mean score on the validation images over the seeds that did not diverge; null where it is not measured.
    /// </summary>
    public double? Validation => Spread.Of(Sound.Select(curve => curve.Validation).OfType<double>())?.Mean;

    /// <summary>The mean final test score with its uncertainty; null when all diverged.</summary>
    public Effect? FinalMean => Sound.Any() ? ScoreContrast.Mean(Samples) : null;

    /// <summary>The training score of the last epoch, averaged over seeds; null when all diverged.</summary>
    public double? FinalTrainScore =>
        Spread.Of(Sound.Select(curve => curve.Epochs[^1].TrainScore).OfType<double>())?.Mean;

    /// <summary>Final test scores of the seeds that did not diverge.</summary>
    public IEnumerable<ScoreSample> Samples => Sound.Select(curve => curve.Sample);

    /// <summary>The same in <see cref="SecondMetric"/>.</summary>
    public IEnumerable<ScoreSample> SecondSamples => Sound.Select(curve => curve.SecondSample).OfType<ScoreSample>();

    /// <summary>
    /// The metric that a verdict is checked against: balanced accuracy, or the default where that is the study's
    /// metric or cannot judge the images; null when it would be the study's metric again.
    /// </summary>
    public Metric? SecondMetric
    {
        get
        {
            var (metric, balanced) = (Group.Metric, DeclaredMetrics.BalancedAccuracy);
            var second = Group.IsMultiLabel || metric == balanced ? Group.CurveMetric : balanced;
            return second == metric ? null : second;
        }
    }

    private IEnumerable<Curve> Sound => Curves.Where(curve => !curve.Diverged);

    /// <summary>Reads the results of the runs.</summary>
    /// <param name="group">The runs.</param>
    /// <param name="results">Reads the results of their tasks.</param>
    /// <param name="validated">Whether the runs were evaluated on validation images too.</param>
    public static CurveGroup Read(RunGroup group, ITaskResults results, bool validated = false) =>
        Read(new CurveGroup(group, []), results, validated);

    private static CurveGroup Read(CurveGroup empty, ITaskResults results, bool validated)
    {
        var (group, second) = (empty.Group, empty.SecondMetric);
        return empty with
        {
            Curves =
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
                    )
                    {
                        Sample = results.Read(run.Evaluate, group.Metric),
                        Validation = validated ? MeasuredScore.Of(results.Read(run.Validate!)).Value : null,
                        SecondSample = second is null ? null : results.Read(run.Evaluate, second),
                    };
                }),
            ],
        };
    }

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
            ["finalInterval"] = FinalMean?.ToJson(),
            ["seeds"] = new JsonArray([.. Curves.Select(ToJson)]),
        };

    private JsonObject ToJson(Curve curve)
    {
        var entry = new JsonObject
        {
            ["seed"] = curve.Run.Seed,
            ["status"] = curve.Diverged ? "diverged" : "finished",
            [Group.Metric.JsonKey] = curve.Score,
            ["low"] = curve.Low,
            ["high"] = curve.High,
            [Group.CurveMetric.JsonKeyAfter("meanTrain")] = curve.MeanTrainScore,
            ["epochs"] = JsonSerializer.SerializeToNode(curve.Epochs, Group.CurveMetric.Json),
        };
        if (curve.Validation is { } validation)
        {
            entry[Group.Metric.JsonKeyAfter("validation")] = validation;
        }

        return entry;
    }
}
