using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Statistics;
using Decision = TransferLens.Studies.Findings.Decision;

namespace TransferLens.Analyses.PerformanceBarrier;

/// <summary>
/// The barrier between runs from random weights minus that between runs from P, each at the lambda where its mean
/// shortfall is largest. Both barriers are chosen as the largest of several noisy numbers, so both are a little too
/// large, the noisier one by more: by a fraction of its standard error. This is not corrected.
/// </summary>
/// <param name="Kinds">The two kinds.</param>
/// <param name="Difference">The difference; above 0 where pretraining goes with smaller barriers.</param>
internal sealed record BarrierComparison(LikeKinds<KindBarrier> Kinds, Effect Difference)
{
    /// <summary>The kind between runs from P.</summary>
    public KindBarrier Pretrained => Kinds.Pretrained;

    /// <summary>The kind between runs from random weights.</summary>
    public KindBarrier Random => Kinds.Random;

    /// <summary>Whether the spread between seeds is known on both sides; a single pair has none.</summary>
    public bool CoversSeeds => Pretrained.Score.AtLambda.CoversSeeds && Random.Score.AtLambda.CoversSeeds;

    /// <summary>The decision whether the barriers differ.</summary>
    public Decision Decision => Difference.Decide() with { CoversSeeds = CoversSeeds };

    /// <summary>One comparison for each target and epoch that has both kinds.</summary>
    /// <param name="kinds">All kinds of a study.</param>
    public static ImmutableArray<BarrierComparison> Find(ImmutableArray<KindBarrier> kinds) =>
        [
            .. kinds
                .Where(kind => kind.Learned)
                .GroupBy(kind => (kind.Example.Target, kind.Example.Epochs))
                .Select(target => LikeKinds<KindBarrier>.Choose(target, kind => kind.Example.Pair))
                .OfType<LikeKinds<KindBarrier>>()
                .Select(Create),
        ];

    /// <summary>Its entry in results.json.</summary>
    public JsonNode ToJson() =>
        new JsonObject
        {
            ["target"] = Pretrained.Example.Target,
            ["epochs"] = Pretrained.Example.Epochs,
            ["kinds"] = new JsonArray(Random.Kind, Pretrained.Kind),
            ["sameSettings"] = Kinds.SameRecipe,
            ["difference"] = Difference.ToJson(),
        };

    private static BarrierComparison Create(LikeKinds<KindBarrier> kinds)
    {
        var (random, pretrained) = (kinds.Random.Score, kinds.Pretrained.Score);
        return new(
            kinds,
            PairMean.Difference(random.AtLambda, pretrained.AtLambda, random.Sample.Minus(pretrained.Sample).Variance)
        );
    }
}
