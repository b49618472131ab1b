using System.Collections.Immutable;
using TransferLens.Studies.Metrics;

namespace TransferLens.Analyses.Mistakes;

/// <summary>The mistakes of all pairs of runs on one target.</summary>
/// <param name="Pairs">The pairs, at least one.</param>
/// <param name="Shown">The pair whose images are shown.</param>
/// <param name="Classes">Names of the classes.</param>
/// <param name="Images">The images.</param>
internal sealed record TargetMistakes(
    ImmutableArray<PairMistakes> Pairs,
    PairMistakes Shown,
    ImmutableArray<string> Classes,
    MistakeImages Images
)
{
    /// <summary>The metric in which mistakes are counted.</summary>
    public Metric Metric => Shown.Pair.DefaultMetric;

    /// <summary>Whether its images are multi-label.</summary>
    public bool IsMultiLabel => Shown.Pair.First.IsMultiLabel;

    /// <summary>The target's name.</summary>
    public string Name => Pairs[0].Pair.First.Target;
}
