using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;

namespace TransferLens.Analyses.ModuleCriticality;

/// <summary>One run with the resettable modules frozen.</summary>
/// <param name="Seed">Its seed.</param>
/// <param name="Outcome">Its outcome.</param>
/// <param name="AboveUnfrozen">Its score minus that of the run without frozen modules, paired over images.</param>
/// <param name="Together">The loss of rewinding all modules together in that run; null when it diverged.</param>
internal sealed record FrozenRun(int Seed, TrainingOutcome Outcome, Estimate AboveUnfrozen, RewoundTogether? Together);

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
    /// <summary>The frozen runs that did not diverge and whose counterparts did not either.</summary>
    public ImmutableArray<FrozenRun> Sound => [.. Runs.Where(run => !run.Outcome.Diverged && run.Together is not null)];

    /// <summary>The outcomes of the sound runs.</summary>
    public OutcomeGroup Outcome => new([.. Sound.Select(run => run.Outcome)]);

    /// <summary>Their mean score minus that of the runs without frozen modules; null without a sound run.</summary>
    public Estimate? AboveUnfrozen => ScoreDifference.Over([.. Sound.Select(run => run.AboveUnfrozen)]);

    /// <summary>
    /// The mean loss of rewinding all modules together after training, recalibrated where the network has batch
    /// normalization; null without a sound run.
    /// </summary>
    public Estimate? LostTogether => ScoreDifference.Over([.. Sound.Select(run => run.Together!.Judged.ScoreLost)]);

    /// <summary>Reads the results of the tasks.</summary>
    public static FrozenCheck Read(FrozenCheckTasks tasks, ITaskResults results)
    {
        var resettable = results.Read(tasks.Resettable);
        var modules = resettable["modules"].Deserialize<ImmutableArray<string>>(ResultJson.Options);
        if (modules.IsEmpty)
        {
            return new(tasks.Group, [], [], 1);
        }

        var together = resettable["together"].Deserialize<ImmutableArray<RewoundTogether>>(tasks.Group.Metric.Json);
        return new(
            tasks.Group,
            modules,
            [
                .. tasks.Group.Seeds.Zip(tasks.Runs, (run, one) =>
                    new FrozenRun(
                        run.Seed,
                        TrainingOutcome.Read(one.Train, one.Evaluate, results),
                        results.Read(one.Train)["aboveUnfrozen"].Deserialize<Estimate>(ResultJson.Options)!,
                        together.FirstOrDefault(rewound => rewound.Seed == run.Seed)
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
        entry["aboveUnfrozen"] = frozen.AboveUnfrozen.ToJson();
        entry["aboveUnfrozenOverSeeds"] = AboveUnfrozen?.ToJson();
        entry["costShare"] = CostShare;
        return entry;
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
