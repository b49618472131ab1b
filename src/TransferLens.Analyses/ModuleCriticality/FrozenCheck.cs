using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Evaluation;

namespace TransferLens.Analyses.ModuleCriticality;

/// <summary>One run with the resettable modules frozen.</summary>
/// <param name="Seed">Its seed.</param>
/// <param name="Outcome">Its outcome.</param>
/// <param name="Unfrozen">The score of the run without frozen modules.</param>
/// <param name="Together">All modules rewound together in that run; null when it diverged.</param>
/// <param name="LostTogether">The loss of that score; null when it diverged.</param>
internal sealed record FrozenRun(
    int Seed,
    TrainingOutcome Outcome,
    ScoreSample Unfrozen,
    RewoundTogether? Together,
    ScoreSample? LostTogether
)
{
    /// <summary>Its score minus that of the run without frozen modules, paired over images.</summary>
    public ScoreSample AboveUnfrozen => Outcome.Sample.Minus(Unfrozen);
}

/// <summary>The result of the check.</summary>
/// <param name="Group">The runs that were checked.</param>
/// <param name="Modules">The frozen modules; if empty, nothing was trained.</param>
/// <param name="Runs">The runs with them frozen, one per seed; empty if nothing was trained.</param>
/// <param name="CostShare">
/// Multiply-accumulates of a frozen run divided by those of a run without frozen modules.
/// </param>
internal sealed record FrozenCheck(
    RunGroup Group,
    ImmutableArray<string> Modules,
    ImmutableArray<FrozenRun> Runs,
    double CostShare
)
{
    /// <summary>Whether the test images chose the modules, since the target has no others to choose on.</summary>
    public bool IsChosenOnTestImages => Group.Seeds[0].ValidationImages is null;

    /// <summary>The frozen runs that did not diverge and whose counterparts did not either.</summary>
    public ImmutableArray<FrozenRun> Sound => [.. Runs.Where(run => !run.Outcome.Diverged && run.Together is not null)];

    /// <summary>Their mean score minus that of the runs without frozen modules; null without a sound run.</summary>
    public Effect? AboveUnfrozen => Mean(Sound.Select(run => run.AboveUnfrozen));

    /// <summary>Their mean score; null without a sound run.</summary>
    public Effect? Frozen => Mean(Sound.Select(run => run.Outcome.Sample));

    /// <summary>The mean score of the same runs without frozen modules; null without a sound run.</summary>
    public Effect? Unfrozen => Mean(Sound.Select(run => run.Unfrozen));

    /// <summary>
    /// The mean loss of rewinding all modules together after training, recalibrated where the network has batch
    /// normalization; null without a sound run.
    /// </summary>
    public Effect? LostTogether => Mean(Sound.Select(run => run.LostTogether!));

    /// <summary>Reads the results of the tasks.</summary>
    public static FrozenCheck Read(FrozenCheckTasks tasks, ITaskResults results)
    {
        var resettable = results.Read(tasks.Resettable);
        var modules = resettable["modules"].Deserialize<ImmutableArray<string>>(ResultJson.Options);
        if (modules.IsEmpty)
        {
            return new(tasks.Group, [], [], 1);
        }

        var metric = tasks.Group.Metric;
        var together = resettable["together"]
            .Deserialize<ImmutableArray<RewoundTogether>>(metric.Json)
            .ToDictionary(rewound => rewound.Seed);
        var scores = results.Read(tasks.Resettable, ScoreFile.Name);
        return new(
            tasks.Group,
            modules,
            [
                .. tasks.Group.Seeds.Zip(tasks.Runs, (run, one) =>
                    new FrozenRun(
                        run.Seed,
                        TrainingOutcome.Read(one.Train, one.Evaluate, results),
                        results.Read(run.Evaluate, metric),
                        together.GetValueOrDefault(run.Seed),
                        together.ContainsKey(run.Seed) ? MeasuredTogether.ReadLost(scores, run.Seed) : null
                    )
                ),
            ],
            (double)results.Read(tasks.Runs[0].Train)["costShare"]!
        );
    }

    /// <summary>
    /// Its form in results.json, as part of the entry of a run. Scores and curves may have different metrics in their
    /// names.
    /// </summary>
    /// <param name="seed">Seed of the run.</param>
    public JsonObject ToJson(int seed)
    {
        var entry = new JsonObject { ["modules"] = new JsonArray([.. Modules.Select(module => (JsonNode)module)]) };
        if (Runs.FirstOrDefault(run => run.Seed == seed) is not { } frozen)
        {
            return entry;
        }

        entry["rewoundTogether"] = frozen.Together is null ? null : ToJson(frozen.Together);
        frozen.Outcome.WriteInto(entry);
        entry["aboveUnfrozen"] = ScoreContrast.Mean([frozen.AboveUnfrozen]).ToJson();
        entry["aboveUnfrozenOverSeeds"] = AboveUnfrozen?.ToJson();
        entry["smallestMargin"] = AboveUnfrozen is { } above ? FrozenWords.SmallestMargin(above) : null;
        entry["costShare"] = CostShare;
        return entry;
    }

    private static Effect? Mean(IEnumerable<ScoreSample> seeds)
    {
        ImmutableArray<ScoreSample> all = [.. seeds];
        return all.IsEmpty ? null : ScoreContrast.Mean(all);
    }

    private JsonObject ToJson(RewoundTogether together)
    {
        var json = ToJson(new TogetherScore(together.Score, together.ScoreLost));
        if (together.Recalibrated is { } recalibrated)
        {
            json["recalibrated"] = ToJson(recalibrated);
        }

        return json;
    }

    private JsonObject ToJson(TogetherScore score) =>
        new() { [Group.Metric.JsonKey] = score.Score, [$"{Group.Metric.JsonKey}Lost"] = score.ScoreLost.ToJson() };
}
