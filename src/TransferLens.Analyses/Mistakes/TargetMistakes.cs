using System.Collections.Immutable;
using TransferLens.Studies;

namespace TransferLens.Analyses;

/// <summary>The mistakes of all pairs of trainings on one target.</summary>
/// <param name="Pairs">The pairs, at least one.</param>
/// <param name="Shown">The pair whose pictures are shown.</param>
/// <param name="Classes">Names of the classes.</param>
/// <param name="Pictures">The pictures.</param>
internal sealed record TargetMistakes(ImmutableArray<PairMistakes> Pairs, PairMistakes Shown, ImmutableArray<string> Classes, MistakePictures Pictures)
{
    /// <summary>By what the trainings are judged.</summary>
    public Metric Metric => Shown.Pair.Metric;

    /// <summary>What is counted: pictures, or decisions where each may show several labels.</summary>
    public string Counted => Metric == Metric.Auc ? "decisions" : "pictures";

    /// <summary>The target's name.</summary>
    public string Name => Pairs[0].Pair.First.Target;
}
