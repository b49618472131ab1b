using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Training;

namespace TransferLens.Analyses.Common;

/// <summary>The outcome of a training run that an analysis planned.</summary>
/// <param name="Diverged">Whether its loss became infinite or NaN.</param>
/// <param name="Score">Final test score.</param>
/// <param name="Low">Lower end of its 95 % bootstrap interval.</param>
/// <param name="High">Upper end.</param>
/// <param name="MeanTrainScore">
/// Training score averaged over all epochs (speed of optimization); null without epochs.
/// </param>
internal sealed record TrainingOutcome(bool Diverged, double Score, double Low, double High, double? MeanTrainScore)
{
    /// <summary>The metric of the scores.</summary>
    public Metric Metric { get; init; } = DeclaredMetrics.Accuracy;

    /// <summary>The metric of the training score: that of the learning curve.</summary>
    public Metric CurveMetric { get; init; } = DeclaredMetrics.Accuracy;

    /// <summary>Its score in the form in which runs are compared.</summary>
    public required ScoreSample Sample { get; init; }

    /// <summary>Reads the results of a training task and of its evaluation.</summary>
    public static TrainingOutcome Read(TaskSpec train, TaskSpec evaluate, ITaskResults results)
    {
        var (trained, evaluated) = (results.Read(train), results.Read(evaluate));
        var (metric, curve) = (Metric.ReadFrom(evaluated), Metric.OfCurve(trained["epochs"]!));
        var (epochs, measured) = (
            trained["epochs"].Deserialize<ImmutableArray<TrainingEpoch>>(curve.Json),
            MeasuredScore.Of(evaluated)
        );
        return new(
            (string?)trained["status"] == "diverged",
            measured.Value,
            measured.Low,
            measured.High,
            Spread.Of(epochs.Select(epoch => epoch.TrainScore).OfType<double>())?.Mean
        )
        {
            Metric = metric,
            CurveMetric = curve,
            Sample = results.Read(evaluate, metric),
        };
    }

    /// <summary>Adds the outcome to an entry of results.json.</summary>
    public JsonObject WriteInto(JsonObject entry)
    {
        entry["status"] = Diverged ? "diverged" : "finished";
        entry[Metric.JsonKey] = Score;
        entry["low"] = Low;
        entry["high"] = High;
        entry[CurveMetric.JsonKeyAfter("meanTrain")] = MeanTrainScore;
        return entry;
    }
}

/// <summary>Runs that differ only in their seeds. Those that diverged are left out of every mean.</summary>
/// <param name="Runs">Their outcomes.</param>
internal sealed record OutcomeGroup(ImmutableArray<TrainingOutcome> Runs)
{
    /// <summary>Whether the runs have different seeds.</summary>
    public bool VariesSeeds { get; init; } = true;

    /// <summary>Whether the runs learn from differently shuffled images.</summary>
    public bool VariesShuffles { get; init; }

    /// <summary>The metric of the scores.</summary>
    public Metric Metric => Runs.Select(run => run.Metric).FirstOrDefault() ?? DeclaredMetrics.Accuracy;

    /// <summary>The metric of the training scores.</summary>
    public Metric CurveMetric => Runs.Select(run => run.CurveMetric).FirstOrDefault() ?? DeclaredMetrics.Accuracy;

    /// <summary>The scores of the runs that did not diverge, in the form in which they are compared.</summary>
    public IEnumerable<ScoreSample> Samples => Sound.Select(run => run.Sample);

    /// <summary>Number of runs that diverged.</summary>
    public int Diverged => Runs.Count(run => run.Diverged);

    /// <summary>Final test scores; null when all diverged.</summary>
    public Spread? Score => Spread.Of(Sound.Select(run => run.Score));

    /// <summary>Training scores averaged over epochs; null when there are none.</summary>
    public Spread? MeanTrainScore => Spread.Of(Sound.Select(run => run.MeanTrainScore).OfType<double>());

    /// <summary>Mean final test score with its uncertainty; null when all diverged.</summary>
    public Effect? MeanScore => Samples.Any() ? Mark(ScoreContrast.Mean(Samples)) : null;

    /// <summary>
    /// Training scores averaged over epochs, with their uncertainty over runs alone; null when there are none.
    /// </summary>
    public Effect? MeanSpeed =>
        Sound.Select(run => run.MeanTrainScore).OfType<double>().ToList() is { Count: > 0 } scores
            ? Mark(Welch.Mean(scores))
            : null;

    private Effect Mark(Effect mean) => mean with { VariesSeeds = VariesSeeds, VariesShuffles = VariesShuffles };

    private IEnumerable<TrainingOutcome> Sound => Runs.Where(run => !run.Diverged);

    /// <summary>Its form in results.json.</summary>
    public JsonObject ToJson() =>
        new()
        {
            [Metric.JsonKey] = Write(Score),
            ["interval"] = MeanScore?.ToJson(),
            [CurveMetric.JsonKeyAfter("meanTrain")] = Write(MeanTrainScore),
            ["meanTrainInterval"] = MeanSpeed?.ToJson(),
            ["diverged"] = Diverged,
        };

    private static JsonObject? Write(Spread? spread) =>
        spread is null
            ? null
            : new()
            {
                ["mean"] = spread.Mean,
                ["low"] = spread.Low,
                ["high"] = spread.High,
                ["runs"] = spread.Count,
            };
}
