using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Plans;

namespace TransferLens.Analyses.ModuleCriticality;

/// <summary>Module criticality of one run of a study.</summary>
/// <param name="Run">The run.</param>
/// <param name="Diverged">Whether it diverged; its last finite weights were used.</param>
/// <param name="Learned">Whether its test score improved by more than the bootstrap noise.</param>
/// <param name="Rewinding">Measured on the test images.</param>
/// <param name="Samples">The scores that modules are judged by, in the form in which they are compared.</param>
/// <param name="Path">Measured on training images; null when no path was requested.</param>
internal sealed record RunCriticality(
    PlannedRun Run,
    bool Diverged,
    bool Learned,
    RewindingResult Rewinding,
    RewindingSamples Samples,
    PathResult? Path
);

/// <summary>Module criticality of runs that differ only in their seed.</summary>
/// <param name="Group">The runs.</param>
/// <param name="All">The criticality of each run.</param>
/// <param name="Margin">The loss that rewinding or freezing may cost, in the unit of the score.</param>
/// <param name="Check">The check by training whether modules can be frozen; null when none was requested.</param>
internal sealed record CriticalityGroup(
    RunGroup Group,
    ImmutableArray<RunCriticality> All,
    double Margin,
    FrozenCheck? Check = null
)
{
    /// <summary>The runs that did not diverge.</summary>
    public ImmutableArray<RunCriticality> Sound { get; } = [.. All.Where(run => !run.Diverged)];

    /// <summary>What rewinding each module costs over the sound runs; null without one, or without modules.</summary>
    public ModuleLosses? Losses { get; } = ModuleLosses.Of([.. All.Where(run => !run.Diverged)]);

    /// <summary>Whether there are losses, and every sound run learned something.</summary>
    public bool HasLearned => Losses is not null && Sound.All(run => run.Learned);

    /// <summary>Whether modules are judged after recalibration: whether the network has batch normalization.</summary>
    public bool IsRecalibrated => All[0].Rewinding.TrainedRecalibrated is not null;

    /// <summary>Names of the modules, in the order of computation.</summary>
    public ImmutableArray<string> Modules => [.. All[0].Rewinding.Modules.Select(module => module.Name)];

    /// <summary>The rewinding of one module in every sound run.</summary>
    public IEnumerable<RewoundModule> Rewound(string module) =>
        Sound.Select(run => run.Rewinding.Modules.First(m => m.Name == module));

    /// <summary>The path of one module in every sound run; empty when no path was requested.</summary>
    public IEnumerable<ModulePath> Paths(string module) =>
        Sound.Where(run => run.Path is not null).Select(run => run.Path!.Modules.First(m => m.Name == module));
}

/// <summary>
/// One run in results.json. The path has the default metric of the images, everything else that of the run.
/// </summary>
internal sealed record CriticalityEntry(
    string Target,
    string Training,
    bool Diverged,
    bool Learned,
    RewindingResult Rewinding,
    JsonNode? Path
)
{
    /// <summary>The check by training; left out when none was requested.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonObject? FrozenCheck { get; init; }

    /// <summary>
    /// What the findings rest on: the losses over all runs that differ only in the seed, the same in the entry of each;
    /// null in that of a diverged run.
    /// </summary>
    public JsonObject? OverSeeds { get; init; }

    /// <summary>The entries of a group of runs.</summary>
    /// <param name="group">The group.</param>
    /// <param name="comparison">The comparison of it with runs from random weights; null without one.</param>
    public static IEnumerable<CriticalityEntry> Create(CriticalityGroup group, CriticalityComparison? comparison) =>
        group.All.Select(run => new CriticalityEntry(
            run.Run.Target,
            run.Run.Label,
            run.Diverged,
            run.Learned,
            run.Rewinding,
            JsonSerializer.SerializeToNode(run.Path, run.Run.CurveMetric.Json)
        )
        {
            FrozenCheck = group.Check?.ToJson(run.Run.Seed),
            OverSeeds = run.Diverged ? null : Losses(group, comparison),
        });

    private static JsonObject? Losses(CriticalityGroup group, CriticalityComparison? comparison)
    {
        var json = group.Losses?.ToJson();
        if (json is not null && comparison is not null)
        {
            json["meanLostMinusRandom"] = comparison.ToJson();
        }

        return json;
    }
}
