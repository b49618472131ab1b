using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Evaluation;

namespace TransferLens.Analyses.FineTuningDepth;

/// <summary>One run of a rung.</summary>
/// <param name="Rung">The rung.</param>
/// <param name="Run">The run of the study that it follows, or is.</param>
/// <param name="LearningRate">Its learning rate.</param>
/// <param name="Train">Its training task.</param>
/// <param name="Evaluate">Its evaluation task.</param>
internal sealed record DepthRun(
    DepthRungPlan Rung,
    PlannedRun Run,
    double LearningRate,
    TaskSpec Train,
    TaskSpec Evaluate
)
{
    /// <summary>Its evaluation on the validation images, which choose a rung; null for a target without.</summary>
    public TaskSpec? Validate { get; } =
        Run.ValidationOf(Train, $"evaluate {Run.Target} {Run.Label}, {Rung.Name}, on validation images");
}

/// <summary>The result of one rung on one target.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Trained">What it trains, in words.</param>
/// <param name="Frozen">The frozen modules.</param>
/// <param name="LearningRate">Its learning rate.</param>
/// <param name="Seeds">Seeds of its runs.</param>
/// <param name="Outcome">Outcomes of its runs.</param>
/// <param name="Measure">Its cost.</param>
/// <param name="CostShare">Its cost divided by that of training the whole network.</param>
internal sealed record DepthRung(
    string Name,
    string Trained,
    ImmutableArray<string> Frozen,
    double LearningRate,
    ImmutableArray<int> Seeds,
    OutcomeGroup Outcome,
    DepthMeasure Measure,
    double CostShare
)
{
    /// <summary>Multiply-accumulates of one run.</summary>
    public decimal Cost => Measure.Total;

    /// <summary>Trained parameters divided by the network's own.</summary>
    public double TrainedShare => Measure.Parameters > 0 ? Measure.TrainedParameters / (double)Measure.Parameters : 1;

    /// <summary>Whether it trains a part of the network, so that the ladder may have its own learning rate.</summary>
    public bool TrainsPart => !Training.TrainsAll;

    /// <summary>How it is trained.</summary>
    public required TrainingSettings Training { get; init; }

    /// <summary>
    /// The learning rates that were tried, with the mean score of their sound runs on the validation images, null
    /// without a sound one; empty where there was no choice.
    /// </summary>
    public ImmutableArray<(double Rate, double? Score)> Tried { get; init; } = [];

    /// <summary>The scores of its sound runs, to compare it by.</summary>
    public RungScores Scores { get; } =
        new(
            Name,
            (double)Measure.Total,
            [.. Outcome.Runs.Zip(Seeds).Where(run => !run.First.Diverged).Select(run => (run.Second, run.First.Sample))]
        );

    /// <summary>The tasks that trained its runs, in the order of the seeds.</summary>
    public ImmutableArray<TaskSpec> Train { get; init; } = [];

    /// <summary>The scores of its runs on the validation images, in the order of the seeds; empty without.</summary>
    public ImmutableArray<ScoreSample> Validation { get; init; } = [];

    /// <summary>The scores of its sound runs on the validation images.</summary>
    public RungScores ValidationScores =>
        Scores with
        {
            Runs =
            [
                .. Outcome
                    .Runs.Zip(Seeds, Validation)
                    .Where(run => !run.First.Diverged)
                    .Select(run => (run.Second, run.Third)),
            ],
        };

    /// <summary>
    /// Its form in results.json. The names of scores depend on two metrics, that of the runs and that of their curves.
    /// </summary>
    /// <param name="againstWhole">Its score minus that of the whole network.</param>
    /// <param name="best">The rung with the highest mean score; null when all diverged.</param>
    public JsonObject ToJson(Effect? againstWhole, DepthRung? best)
    {
        var entry = Outcome.ToJson();
        entry.Insert(0, "rung", Name);
        entry.Insert(1, "frozen", new JsonArray([.. Frozen.Select(module => (JsonNode)module)]));
        entry.Insert(2, "learningRate", LearningRate);
        entry.Insert(3, "trainedParameters", Measure.TrainedParameters);
        entry.Insert(4, "trainedShare", TrainedShare);
        entry.Insert(5, "multiplyAccumulates", Cost);
        entry.Insert(6, "multiplyAccumulatesPerImage", Measure.PerImage);
        entry.Insert(7, "costShare", CostShare);
        entry.Insert(8, "memory", Measure.Memory);
        if (!Tried.IsEmpty)
        {
            entry["learningRates"] = new JsonArray([
                .. Tried.Select(tried => new JsonObject
                {
                    ["learningRate"] = tried.Rate,
                    [Outcome.Metric.JsonKeyAfter("validation")] = tried.Score,
                }),
            ]);
        }

        if (!Validation.IsEmpty && ValidationScores.Runs is { IsEmpty: false } validated)
        {
            entry[Outcome.Metric.JsonKeyAfter("validation")] = ScoreContrast
                .Mean(validated.Select(run => run.Score))
                .Value;
        }

        entry["againstWhole"] = againstWhole?.ToJson();
        entry["aboveBest"] = best is null || Scores.Runs.IsEmpty ? null : Scores.Minus(best.Scores).ToJson();
        entry["runs"] = new JsonArray([
            .. Outcome.Runs.Zip(Seeds, (training, seed) => training.WriteInto(new JsonObject { ["seed"] = seed })),
        ]);
        return entry;
    }
}

/// <summary>The ladder on one target.</summary>
/// <param name="Target">The target's name.</param>
/// <param name="Run">The run from P that the rungs follow.</param>
/// <param name="Rungs">The rungs, in the order of the settings.</param>
/// <param name="Margin">What counts as no worse, in the unit of the score.</param>
internal sealed record DepthTarget(string Target, string Run, ImmutableArray<DepthRung> Rungs, double Margin)
{
    /// <summary>Runs with several learning rates, of which the first was used.</summary>
    public ImmutableArray<PlannedRun> FirstOfSeveral { get; init; } = [];

    /// <summary>The metric of the runs.</summary>
    public Metric Metric => Rungs[0].Outcome.Metric;

    /// <summary>How much to train; null when no run of the whole network is sound.</summary>
    public DepthAnswer? Answer { get; } =
        DepthChoice.Choose(
            [.. Rungs.Select(rung => rung.Scores)],
            Margin,
            Rungs[0].Validation.IsEmpty ? null : [.. Rungs.Select(rung => rung.ValidationScores)]
        );

    /// <summary>The whole network.</summary>
    public DepthRung Whole => Rungs.First(rung => rung.Name == DepthChoice.Whole);

    /// <summary>Training from scratch; null without a sound run of it.</summary>
    public DepthRung? Scratch =>
        Rungs.FirstOrDefault(rung => rung.Name == DepthChoice.Scratch && !rung.Scores.Runs.IsEmpty);

    /// <summary>
    /// The rung from P with the highest mean score on the validation images, or on the test images without; null when
    /// all runs diverged.
    /// </summary>
    public DepthRung? HighestMean =>
        Rungs
            .Where(rung => rung.Name != DepthChoice.Scratch && !rung.Scores.Runs.IsEmpty)
            .MaxBy(rung =>
                (rung.Validation.IsEmpty ? rung.Scores : rung.ValidationScores).Runs.Average(run => run.Score.Value)
            );

    /// <summary>The rung that the finding recommends in place of the whole network; null for none.</summary>
    public DepthRung? Recommended =>
        Answer switch
        {
            { IsConfirmed: true } => Rungs[Answer.Cheapest],
            { Better: [var best, ..] } when !IsScratchBetter => Rungs[best],
            _ => null,
        };

    /// <summary>Whether training from scratch is shown to beat fine-tuning the whole network.</summary>
    public bool IsScratchBetter => Scratch is { } scratch && AgainstWhole(scratch) is { IsPositive: true };

    /// <summary>The run from scratch; null without.</summary>
    public string? ScratchRun { get; init; }

    /// <summary>
    /// Names and learning rates of the whole network from P and from scratch, where they differ and one of them was not
    /// chosen among several; else null.
    /// </summary>
    public ((string Run, double Rate) Whole, (string Run, double Rate) Scratch)? UnequalRates =>
        Scratch is { } scratch
        && ScratchRun is { } run
        && StartRates.AreUnequal(
            (Whole.LearningRate, Math.Max(1, Whole.Tried.Length)),
            (scratch.LearningRate, Math.Max(1, scratch.Tried.Length))
        )
            ? ((Run, Whole.LearningRate), (run, scratch.LearningRate))
            : null;

    /// <summary>A rung's score minus that of the whole network; null when one of them has no sound run.</summary>
    public Effect? AgainstWhole(DepthRung rung) => Answer?.AgainstWhole[Rungs.IndexOf(rung)];

    /// <summary>Its form in results.json.</summary>
    public JsonObject ToJson()
    {
        var best = Rungs.Where(rung => rung.Outcome.Score is not null).MaxBy(rung => rung.Outcome.Score!.Mean);
        return new()
        {
            ["target"] = Target,
            ["run"] = Run,
            ["best"] = best?.Name,
            ["margin"] = Margin,
            ["chosenOnTestImages"] = Answer?.Validation is null,
            ["cheapestNoWorse"] = Answer is { } answer ? Rungs[answer.Cheapest].Name : null,
            ["smallestMargin"] = Answer?.SmallestMargin,
            ["rungs"] = new JsonArray([.. Rungs.Select(rung => rung.ToJson(AgainstWhole(rung), best))]),
        };
    }

    /// <summary>Reads the results of the tasks.</summary>
    /// <param name="plan">The tasks.</param>
    /// <param name="network">The network.</param>
    /// <param name="margin">What counts as no worse, in the unit of the score.</param>
    /// <param name="results">The results.</param>
    public static DepthTarget Read(DepthPlan plan, NetworkDeclaration network, double margin, ITaskResults results)
    {
        var measures = results
            .Read(plan.Measure)["rungs"]
            .Deserialize<ImmutableArray<DepthMeasure>>(ResultJson.Options)
            .ToDictionary(measure => measure.Name);
        var whole = (double)measures[DepthChoice.Whole].Total;
        var rungs = plan
            .Runs.GroupBy(run => run.Rung.Name)
            .Select(rung =>
            {
                var measure = measures[rung.Key];
                var share = whole > 0 ? (double)measure.Total / whole : 1;
                return Best([
                    .. rung.GroupBy(run => run.LearningRate)
                        .Select(rate => ReadRung([.. rate], network, measure, share, results)),
                ]);
            });
        var run = plan.Runs.First(run => run.Rung.Name == DepthChoice.Whole).Run;
        return new(run.Target, run.Run, [.. rungs], margin)
        {
            FirstOfSeveral = plan.FirstOfSeveral,
            ScratchRun = plan.Runs.FirstOrDefault(one => one.Rung.Name == DepthChoice.Scratch)?.Run.Run,
        };
    }

    private static DepthRung ReadRung(
        ImmutableArray<DepthRun> runs,
        NetworkDeclaration network,
        DepthMeasure measure,
        double share,
        ITaskResults results
    )
    {
        var rung = runs[0].Rung;
        return new(
            rung.Name,
            DepthWords.Trained(rung, network),
            rung.Frozen,
            runs[0].LearningRate,
            [.. runs.Select(run => run.Run.Seed)],
            new([.. runs.Select(run => TrainingOutcome.Read(run.Train, run.Evaluate, results))]),
            measure,
            share
        )
        {
            Training = rung.Training,
            Train = [.. runs.Select(run => run.Train)],
            Validation =
            [
                .. runs.Where(run => run.Validate is not null)
                    .Select(run => results.Read(run.Validate!, run.Run.Metric)),
            ],
        };
    }

    // The learning rate with the highest mean validation score of its sound runs; the first of equal ones.
    private static DepthRung Best(ImmutableArray<DepthRung> rates)
    {
        if (rates is [var only])
        {
            return only;
        }

        ImmutableArray<(double Rate, double? Score)> tried =
        [
            .. rates.Select(rate =>
                (
                    rate.LearningRate,
                    rate.ValidationScores.Runs is { IsEmpty: false } sound
                        ? ScoreContrast.Mean(sound.Select(run => run.Score)).Value
                        : (double?)null
                )
            ),
        ];
        var best = Enumerable.Range(0, rates.Length).MaxBy(i => tried[i].Score ?? double.NegativeInfinity);
        return rates[best] with { Tried = tried };
    }
}
