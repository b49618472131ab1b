using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;

namespace TransferLens.Analyses.ModelSoup;

/// <summary>The greedy soup of a target of a study.</summary>
/// <param name="Set">The runs that it may take.</param>
/// <param name="Runs">Those of them that did not diverge, to which the steps refer.</param>
/// <param name="Learned">Whether each of them is beyond chance by more than its interval.</param>
/// <param name="Greedy">Which were added; null with fewer than two runs.</param>
/// <param name="Soup">The soup next to its members on the test images; null where it is a single run.</param>
/// <param name="Gains">What findings rest on; null as above.</param>
internal sealed record TargetGreedy(
    GreedySet Set,
    ImmutableArray<PlannedRun> Runs,
    bool Learned,
    GreedySoup? Greedy,
    SoupResult? Soup,
    SoupGains? Gains
)
{
    /// <summary>The target.</summary>
    public string Target => Set.Target;

    /// <summary>The metric that the models are judged by.</summary>
    public Metric Metric => Set.Runs[0].Metric;

    /// <summary>Labels of the runs that were added, the best first.</summary>
    public ImmutableArray<string> Added => [.. (Greedy?.Members ?? []).Select(i => Runs[i].Label)];

    /// <summary>The file's name without ending, in the run's checkpoints.</summary>
    public string FileName => $"{Target}-greedy-soup".Replace(' ', '_');

    /// <summary>That file; null without a soup.</summary>
    public string? Checkpoint => Soup is null ? null : $"{FileName}.safetensors";

    /// <summary>Its entry in <c>results.json</c>.</summary>
    public JsonObject ToJson() =>
        new()
        {
            ["target"] = Target,
            ["kind"] = "greedy",
            ["members"] = new JsonArray([.. Runs.Select(run => (JsonNode)run.Label)]),
            ["diverged"] = Set.Runs.Length - Runs.Length,
            ["learned"] = Learned,
            ["added"] = new JsonArray([.. Added.Select(label => (JsonNode)label)]),
            ["validation"] = Greedy?.Validation,
            ["barrierForetold"] = Greedy?.BarrierForetold,
            ["steps"] = new JsonArray([.. (Greedy?.Steps ?? []).Select(Step)]),
            ["checkpoint"] = Checkpoint,
            ["soup"] = Soup is null ? null : JsonSerializer.SerializeToNode(Soup, Metric.Json),
            ["gains"] = Gains?.ToJson(),
        };

    private JsonNode Step(GreedyStep step)
    {
        var entry = JsonSerializer.SerializeToNode(step, Metric.Json)!.AsObject();
        entry["member"] = Runs[step.Member].Label;
        return entry;
    }
}

/// <summary>The soups of a study.</summary>
/// <param name="Groups">The uniform soup of each group of runs that differ only in their seed.</param>
/// <param name="Greedy">The greedy soup of each target with validation images.</param>
internal sealed record StudySoups(ImmutableArray<GroupSoup> Groups, ImmutableArray<TargetGreedy> Greedy);
