using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;

namespace TransferLens.Analyses.ModelSoup;

/// <summary>The soup of a group of trainings of a study.</summary>
/// <param name="Group">The group.</param>
/// <param name="Members">Its trainings that did not diverge.</param>
/// <param name="Learned">Whether each is beyond chance, right more often than naming the largest class would be or of a mean AUC above 0.5, by more than its interval.</param>
/// <param name="Result">The soup; null with fewer than two members.</param>
internal sealed record GroupSoup(RunGroup Group, ImmutableArray<PlannedRun> Members, bool Learned, SoupResult? Result)
{
    /// <summary>Its file's name without ending.</summary>
    public string File =>
        $"{Group.Target}-{Group.Seeds[0].Label[..^$" s{Group.Seeds[0].Seed}".Length]}-soup".Replace(' ', '_');

    /// <summary>Trainings that were left out.</summary>
    public int Diverged => Group.Seeds.Length - Members.Length;

    /// <summary>As it stands in results.json.</summary>
    public JsonObject ToJson() =>
        new()
        {
            ["target"] = Group.Target,
            ["run"] = Group.Run,
            ["learning_rate"] = Group.LearningRate,
            ["members"] = new JsonArray([.. Members.Select(run => (JsonNode)run.Label)]),
            ["diverged"] = Diverged,
            ["learned"] = Learned,
            ["checkpoint"] = Result is null ? null : $"{File}.safetensors",
            ["soup"] = JsonSerializer.SerializeToNode(Result, Group.Metric.Json),
        };
}
