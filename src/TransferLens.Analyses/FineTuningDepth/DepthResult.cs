using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.FineTuningDepth;

/// <summary>One training of a rung.</summary>
/// <param name="Rung">The rung's name.</param>
/// <param name="Frozen">Modules that are not trained.</param>
/// <param name="Run">The training of the study that it follows, or is.</param>
/// <param name="Train">Its task.</param>
/// <param name="Evaluate">Its evaluation's task.</param>
internal sealed record DepthTraining(
    string Rung,
    ImmutableArray<string> Frozen,
    PlannedRun Run,
    TaskSpec Train,
    TaskSpec Evaluate
);

/// <summary>What came of one rung on one target.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Words">What is trained, in words.</param>
/// <param name="Frozen">Modules that are not trained.</param>
/// <param name="LearningRate">Its learning rate.</param>
/// <param name="Seeds">Seeds of its trainings.</param>
/// <param name="Outcome">What its trainings came to.</param>
/// <param name="Measure">Its cost, and how far it ends above the best.</param>
/// <param name="CostShare">Its cost divided by that of the whole network's training.</param>
internal sealed record DepthRung(
    string Name,
    string Words,
    ImmutableArray<string> Frozen,
    double LearningRate,
    ImmutableArray<int> Seeds,
    OutcomeGroup Outcome,
    DepthMeasure Measure,
    double CostShare
)
{
    /// <summary>Multiply-accumulates of one training.</summary>
    public decimal Cost => (decimal)Measure.PerImage * Measure.Images;

    /// <summary>As it stands in results.json.</summary>
    public JsonObject ToJson()
    {
        var entry = Outcome.ToJson();
        entry.Insert(0, "rung", Name);
        entry.Insert(1, "frozen", new JsonArray([.. Frozen.Select(module => (JsonNode)module)]));
        entry.Insert(2, "learning_rate", LearningRate);
        entry.Insert(3, "trained_parameters", Measure.TrainedParameters);
        entry.Insert(4, "multiply_accumulates", Cost);
        entry.Insert(5, "multiply_accumulates_per_image", Measure.PerImage);
        entry.Insert(6, "cost_share", CostShare);
        entry["above_best"] = Measure.AboveBest?.ToJson();
        entry["trainings"] = new JsonArray([
            .. Outcome.Trainings.Zip(Seeds, (training, seed) => training.WriteInto(new JsonObject { ["seed"] = seed })),
        ]);
        return entry;
    }
}

/// <summary>The ladder on one target.</summary>
/// <param name="Target">The target's name.</param>
/// <param name="Run">The run from P that the rungs follow.</param>
/// <param name="Rungs">The rungs, in their order.</param>
/// <param name="Best">Name of the one with the highest mean score; null when all diverged.</param>
internal sealed record DepthTarget(string Target, string Run, ImmutableArray<DepthRung> Rungs, string? Best)
{
    /// <summary>By what the trainings are judged.</summary>
    public Metric Metric => Rungs[0].Outcome.Metric;

    /// <summary>The cheapest rung that is no worse than the best.</summary>
    public DepthRung? Cheapest =>
        DepthChoice.CheapestNoWorse([.. Rungs.Select(rung => ((double)rung.Cost, rung.Measure.AboveBest))]) is { } index
            ? Rungs[index]
            : null;

    /// <summary>As it stands in results.json.</summary>
    public JsonObject ToJson() =>
        new()
        {
            ["target"] = Target,
            ["run"] = Run,
            ["best"] = Best,
            ["cheapest_no_worse"] = Cheapest?.Name,
            ["rungs"] = new JsonArray([.. Rungs.Select(rung => rung.ToJson())]),
        };

    /// <summary>Reads what the tasks left.</summary>
    public static DepthTarget Read(ImmutableArray<DepthTraining> trainings, TaskSpec measured, ITaskResults results)
    {
        var result = results.Read(measured);
        var measures = result["rungs"]
            .Deserialize<ImmutableArray<DepthMeasure>>(StudyJson.Options)
            .ToDictionary(measure => measure.Name);
        var whole = measures[DepthChoice.Whole];
        var reference = (double)whole.PerImage * whole.Images;
        var rungs = trainings
            .GroupBy(training => training.Rung)
            .Select(rung =>
            {
                var (first, measure) = (rung.First(), measures[rung.Key]);
                return new DepthRung(
                    rung.Key,
                    DepthWords.Of(
                        rung.Key,
                        first.Frozen,
                        TaskSettings.Read<TrainTaskSettings>(first.Train.Settings).Network
                    ),
                    first.Frozen,
                    TaskSettings.Read<TrainTaskSettings>(first.Train.Settings).LearningRate,
                    [.. rung.Select(training => training.Run.Seed)],
                    new([.. rung.Select(training => TrainingOutcome.Read(training.Train, training.Evaluate, results))]),
                    measure,
                    reference > 0 ? measure.PerImage * (double)measure.Images / reference : 1
                );
            });
        return new(
            trainings[0].Run.Target,
            trainings.First(training => training.Rung == DepthChoice.Whole).Run.Run,
            [.. rungs],
            (string?)result["best"]
        );
    }
}
