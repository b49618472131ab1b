using System.Collections.Immutable;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Metrics;

namespace TransferLens.Analyses.Mistakes;

/// <summary>The mistakes of all pairs of runs on one target.</summary>
/// <param name="Pairs">The pairs, at least one.</param>
/// <param name="Shown">The pair whose images are shown.</param>
/// <param name="Groups">The groups of runs that differ only in their seed, without diverged runs.</param>
/// <param name="Classes">Names of the classes.</param>
/// <param name="Images">The images.</param>
internal sealed record TargetMistakes(
    ImmutableArray<PairMistakes> Pairs,
    PairMistakes Shown,
    ImmutableArray<GroupMistakes> Groups,
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

    /// <summary>The kinds of pairs, without diverged runs.</summary>
    public ImmutableArray<KindMistakes> Kinds { get; } = KindMistakes.Of(Pairs);

    /// <summary>The groups whose numbers of mistakes are compared; null without one of each.</summary>
    public GroupComparison? Compared { get; } = GroupComparison.Choose(Groups);

    /// <summary>
    /// Pairs of runs from P, and pairs of runs from different random weights, whose error consistency is compared;
    /// null without both. Pairs within the compared groups come first.
    /// </summary>
    public (KindMistakes Pretrained, KindMistakes Random, Effect More)? Consistency
    {
        get
        {
            var alike = Kinds.Where(kind => kind is { IsOfOneGroup: true, Consistency: not null }).ToList();
            var pretrained = First(alike.Where(kind => kind.Pairs[0].Pair.BothPretrained), Compared?.Pretrained);
            var random = First(alike.Where(kind => kind.Pairs[0].Pair.BothRandom), Compared?.Random);
            return pretrained is null || random is null || pretrained.MoreConsistentThan(random) is not { } more
                ? null
                : (pretrained, random, more);
        }
    }

    /// <summary>
    /// The pairs whose ensemble is judged: those of runs from P, not the best ones; null without pairs.
    /// </summary>
    public KindMistakes? Ensemble =>
        Kinds.FirstOrDefault(kind => kind.IsOfOneGroup && kind.Pairs[0].Pair.BothPretrained)
        ?? Kinds.FirstOrDefault(kind => kind.Pairs[0].Pair.BothPretrained)
        ?? Kinds.FirstOrDefault();

    private static KindMistakes? First(IEnumerable<KindMistakes> kinds, GroupMistakes? preferred)
    {
        var all = kinds.ToList();
        return all.Find(kind => preferred?.Includes(kind.Pairs[0].Pair) == true) ?? all.FirstOrDefault();
    }
}
