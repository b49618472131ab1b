using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Settings;
using Decision = TransferLens.Studies.Findings.Decision;

namespace TransferLens.Analyses.FeatureSimilarity;

/// <summary>The mean CKA of one kind of pair minus that of another, over the modules that both define.</summary>
/// <param name="Kinds">The two kinds: of runs from P and from random weights.</param>
/// <param name="First">The mean of the runs from P.</param>
/// <param name="Second">The mean of the runs from random weights.</param>
/// <param name="Difference">The first minus the second.</param>
internal sealed record SimilarityComparison(
    LikeKinds<KindSimilarity> Kinds,
    Effect First,
    Effect Second,
    Effect Difference
)
{
    /// <summary>Whether the spread between seeds is known on both sides; a single pair has none.</summary>
    public bool CoversSeeds => First.CoversSeeds && Second.CoversSeeds;

    /// <summary>The decision whether the two differ.</summary>
    public Decision Decision => Difference.Decide(SimilarityFindings.Visible) with { CoversSeeds = CoversSeeds };

    /// <summary>Compares two kinds; null when no module is defined in both.</summary>
    /// <param name="kinds">The kinds.</param>
    public static SimilarityComparison? Create(LikeKinds<KindSimilarity> kinds)
    {
        ImmutableArray<string> modules = [.. kinds.Pretrained.Modules.Intersect(kinds.Random.Modules)];
        if (modules.IsEmpty)
        {
            return null;
        }

        var (first, second) = (kinds.Pretrained.Mean(modules), kinds.Random.Mean(modules));
        return new(kinds, first, second, PairMean.Difference(first, second));
    }
}

/// <summary>
/// Which modules of a kind of pair are most and least similar. The top is chosen among K modules, so each difference
/// between two modules is judged at 5 % divided by the number of pairs of modules, K (K - 1) / 2 (Bonferroni).
/// </summary>
/// <param name="Kind">The kind.</param>
/// <param name="Top">The most similar module.</param>
/// <param name="Lowest">The least similar module.</param>
/// <param name="AsHigh">All modules that are not significantly below the top, the top first.</param>
/// <param name="Difference">The top minus the lowest.</param>
/// <param name="Comparisons">Number of pairs of modules.</param>
internal sealed record SimilarityProfile(
    KindSimilarity Kind,
    string Top,
    string Lowest,
    ImmutableArray<string> AsHigh,
    Effect Difference,
    int Comparisons
)
{
    /// <summary>The error rate of each difference.</summary>
    public double Alpha => Effect.Alpha / Comparisons;

    /// <summary>The difference with its simultaneous interval.</summary>
    public Estimate Interval => Difference.Interval(Alpha);

    /// <summary>p of the test that all modules are alike.</summary>
    public double AdjustedP => Adjusted(Difference.P);

    /// <summary>Whether modules differ.</summary>
    public bool IsDetected => Difference.HasInterval && AdjustedP < Effect.Alpha;

    /// <summary>Whether all modules are shown to be alike up to a margin.</summary>
    /// <param name="margin">The margin.</param>
    public bool IsEven(double margin) => EvenP(margin) < Effect.Alpha;

    /// <summary>The decision behind the sentence about the modules.</summary>
    /// <param name="margin">A difference that matters.</param>
    public Decision Decide(double margin) =>
        new(IsEven(margin) ? EvenP(margin) : AdjustedP, Difference.Runs) { CoversSeeds = Difference.CoversSeeds };

    /// <summary>The profile of a kind; null with fewer than two modules.</summary>
    /// <param name="kind">The kind.</param>
    public static SimilarityProfile? Create(KindSimilarity kind)
    {
        var modules = kind.Modules.OrderByDescending(module => kind.Mean(module).Value).ToImmutableArray();
        if (modules.Length < 2)
        {
            return null;
        }

        var comparisons = modules.Length * (modules.Length - 1) / 2;
        var (top, lowest) = (modules[0], modules[^1]);
        return new(
            kind,
            top,
            lowest,
            [top, .. modules.Skip(1).Where(module => !(kind.Difference(top, module).P * comparisons < Effect.Alpha))],
            kind.Difference(top, lowest),
            comparisons
        );
    }

    private double EvenP(double margin) =>
        Difference.HasInterval ? Adjusted(Difference.Negated().NonInferiorityP(margin)) : 1;

    private double Adjusted(double p) => Math.Min(1, Comparisons * p);
}

/// <summary>What is compared on one target.</summary>
/// <param name="Between">Pairs of runs from P against pairs from random weights; null without both.</param>
/// <param name="Profile">The modules of runs from P; null without.</param>
/// <param name="Kept">Runs from P with P; null without.</param>
/// <param name="ToPretrained">The same against runs from random weights with P; null without both.</param>
internal sealed record SimilarityComparisons(
    SimilarityComparison? Between,
    SimilarityProfile? Profile,
    KindSimilarity? Kept,
    SimilarityComparison? ToPretrained
)
{
    /// <summary>The comparisons on a target.</summary>
    /// <param name="target">The target.</param>
    public static SimilarityComparisons Find(TargetSimilarity target)
    {
        var kinds = KindSimilarity.Find(target);
        var between = LikeKinds<KindSimilarity>.Choose(kinds, kind => kind.Example);
        var fineTuned = between?.Pretrained ?? kinds.FirstOrDefault(IsFineTuned);
        var withP = kinds.Where(kind => kind.Example.Second is null).ToList();
        var toPretrained = LikeKinds<KindSimilarity>.ChooseRuns(withP, kind => kind.Example.First);
        return new(
            between is null ? null : SimilarityComparison.Create(between),
            fineTuned is null ? null : SimilarityProfile.Create(fineTuned),
            toPretrained?.Pretrained
                ?? withP.Find(kind => kind.Example.First.Initialization == Initialization.Pretrained),
            toPretrained is null ? null : SimilarityComparison.Create(toPretrained)
        );
    }

    private static bool IsFineTuned(KindSimilarity kind) =>
        kind.Example is { BothPretrained: true, EqualSettings: true } pair && pair.First.Run == pair.Second!.Run;
}
