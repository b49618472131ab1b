using System.Collections.Immutable;
using System.Text.Json.Serialization;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;

namespace TransferLens.Analyses.ModelSoup;

/// <summary>The soup of a group of training runs of a study.</summary>
/// <param name="Group">The group.</param>
/// <param name="Runs">Its runs that did not diverge: the members.</param>
/// <param name="Learned">
/// Whether each member is beyond chance by more than its interval: accuracy above the share of the largest class, or a
/// mean AUC above 0.5.
/// </param>
/// <param name="Soup">What was measured; null with fewer than two members.</param>
internal sealed record GroupSoup(
    [property: JsonIgnore] RunGroup Group,
    [property: JsonIgnore] ImmutableArray<PlannedRun> Runs,
    [property: JsonPropertyOrder(1)] bool Learned,
    [property: JsonPropertyOrder(3)] SoupResult? Soup
)
{
    /// <summary>The target.</summary>
    public string Target => Group.Target;

    /// <summary>The run's name.</summary>
    public string Run => Group.Run;

    /// <summary>Its learning rate.</summary>
    public double LearningRate => Group.LearningRate;

    /// <summary>The labels of the members.</summary>
    public ImmutableArray<string> Members => [.. Runs.Select(run => run.Label)];

    /// <summary>Number of runs that diverged and were left out.</summary>
    public int Diverged => Group.Seeds.Length - Runs.Length;

    /// <summary>The file of the soup's weights in the run's checkpoints; null without a soup.</summary>
    [JsonPropertyOrder(2)]
    public string? Checkpoint => Soup is null ? null : $"{FileName}.safetensors";

    /// <summary>That file's name without ending.</summary>
    [JsonIgnore]
    public string FileName
    {
        get
        {
            var first = Group.Seeds[0];
            return $"{Group.Target}-{first.Label[..^$" s{first.Seed}".Length]}-soup".Replace(' ', '_');
        }
    }

    /// <summary>What findings rest on; null without a soup.</summary>
    [JsonIgnore]
    public SoupGains? Gains { get; init; }

    /// <summary>The metric that the models are judged by.</summary>
    [JsonIgnore]
    public Metric Metric => Group.Metric;
}
