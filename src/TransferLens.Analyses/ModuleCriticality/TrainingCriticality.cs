using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.ModuleCriticality;

/// <summary>Module criticality of one training of a study.</summary>
/// <param name="Run">The training.</param>
/// <param name="Diverged">Whether it diverged; its last finite weights were used.</param>
/// <param name="Learned">Whether its test score ended above that before any step by more than the bootstrap noise.</param>
/// <param name="Rewinding">On the test images.</param>
/// <param name="Path">On training images; null when no path was asked for.</param>
internal sealed record TrainingCriticality(
    PlannedRun Run,
    bool Diverged,
    bool Learned,
    RewindingResult Rewinding,
    PathResult? Path
)
{
    /// <summary>Whether a training ended above its test score before any step by more than the bootstrap noise; where its curve
    /// is in another metric, above chance.</summary>
    /// <param name="trained">What the training left.</param>
    /// <param name="evaluated">What its evaluation left.</param>
    public static bool HasLearned(JsonNode trained, JsonNode evaluated) =>
        (double?)trained["epochs"]![0]![$"test_{Metric.ReadFrom(evaluated).ScoreKey}"] is { } initial
            ? MeasuredScore.Low(evaluated) > initial
            : MeasuredScore.IsBeyondChance(evaluated);

    /// <summary>As it stands in results.json.</summary>
    public JsonObject ToJson() =>
        new()
        {
            ["target"] = Run.Target,
            ["training"] = Run.Label,
            ["diverged"] = Diverged,
            ["learned"] = Learned,
            ["rewinding"] = JsonSerializer.SerializeToNode(Rewinding, Run.Metric.Json),
            ["path"] = JsonSerializer.SerializeToNode(Path, Run.CurveMetric.Json),
        };
}

/// <summary>Module criticality of trainings that differ in their seed only.</summary>
/// <param name="Group">The trainings.</param>
/// <param name="All">Each of them.</param>
/// <param name="Check">The check by training of what can be frozen; null when none was asked for.</param>
internal sealed record CriticalityGroup(
    RunGroup Group,
    ImmutableArray<TrainingCriticality> All,
    FrozenCheck? Check = null
)
{
    /// <summary>Those that did not diverge.</summary>
    public ImmutableArray<TrainingCriticality> Sound { get; } = [.. All.Where(training => !training.Diverged)];

    /// <summary>As it stands in results.json: one entry a training.</summary>
    public IEnumerable<JsonNode> ToJson() =>
        All.Select(training =>
        {
            var entry = training.ToJson();
            if (Check is not null)
            {
                entry["frozen_check"] = Check.ToJson(training.Run.Seed);
            }

            return entry;
        });

    /// <summary>Names of the modules, in the order of computation.</summary>
    public ImmutableArray<string> Modules => [.. All[0].Rewinding.Modules.Select(module => module.Name)];

    /// <summary>One module's rewinding in every sound training.</summary>
    public IEnumerable<RewoundModule> Rewound(string module) =>
        Sound.Select(training => training.Rewinding.Modules.First(m => m.Name == module));

    /// <summary>One module's path in every sound training; empty when none was asked for.</summary>
    public IEnumerable<ModulePath> Paths(string module) =>
        Sound
            .Where(training => training.Path is not null)
            .Select(training => training.Path!.Modules.First(m => m.Name == module));
}
