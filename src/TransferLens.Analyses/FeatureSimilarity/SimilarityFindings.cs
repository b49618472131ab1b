using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.FeatureSimilarity;

/// <summary>
/// What <see cref="SimilarityMeasurement"/> supports: whether fine-tuned models have similar features, in which
/// modules, and how much they keep of P's. A difference is stated only if the ranges of the pairs, intervals over test
/// images included, do not overlap.
/// </summary>
internal static class SimilarityFindings
{
    // A smaller difference between modules is called even.
    private const double Visible = 0.05;

    private const string Interval = "95 % jackknife interval over test images";

    private sealed record Module(string Name, Spread Spread, List<(string Pair, Estimate Value)> Pairs)
    {
        public (string Name, double Cka) Mean => (Name, Spread.Mean);
    }

    /// <summary>At most three findings per target. Pairs with a diverged run are left out.</summary>
    public static ImmutableArray<Finding> Of(ImmutableArray<TargetSimilarity> targets) =>
        [
            .. targets.SelectMany(target =>
                Finding.On(target.Target, Between(target), Profile(target), ToPretrained(target))
            ),
        ];

    private static Finding? Between(TargetSimilarity target)
    {
        var ofPretrained = Means(target.Sound.Where(pair => pair.Pair.BothPretrained));
        var ofRandom = Means(target.Sound.Where(pair => pair.Pair.BothRandom));
        if (SpreadOf(ofPretrained) is not { } pretrained || SpreadOf(ofRandom) is not { } random)
        {
            return null;
        }

        var (name, first, second) = (target.Target, pretrained.Mean, random.Mean);
        var text =
            !pretrained.IsApartFrom(random)
                ? SimilarityWords.NoDifference(name, first, second, pretrained.LargestDifference(random))
            : first > second ? SimilarityWords.MoreSimilar(name, first, second)
            : SimilarityWords.LessSimilar(name, first, second);
        return Create(
            text,
            Spread.Between(pretrained, random),
            [
                .. Evidence("debiased CKA between P-T runs", ofPretrained),
                .. Evidence("debiased CKA between RI-T runs", ofRandom),
            ]
        );
    }

    private static Finding? Profile(TargetSimilarity target)
    {
        var pairs = target.Sound.Where(pair => pair.Pair.BothPretrained).ToList();
        if (ByModule(pairs) is not { Count: > 1 } modules)
        {
            return null;
        }

        var highest = modules.MaxBy(module => module.Spread.Mean)!;
        var lowest = modules.MinBy(module => module.Spread.Mean)!;
        var apart = highest.Spread.IsApartFrom(lowest.Spread);
        var (name, low, high) = (target.Target, lowest.Mean, highest.Mean);
        var text =
            high.Cka - low.Cka < Visible ? SimilarityWords.Even(name, low.Cka, high.Cka)
            : apart ? SimilarityWords.Extremes(name, low, high)
            : SimilarityWords.NoModuleDiffers(name, low, high, highest.Spread.LargestDifference(lowest.Spread));
        return Create(
            text,
            RangeConfidence.Of(pairs.Count, apart),
            [
                .. Evidence($"debiased CKA between P-T runs, {highest.Name}", highest.Pairs),
                .. Evidence($"debiased CKA between P-T runs, {lowest.Name}", lowest.Pairs),
            ]
        );
    }

    private static Finding? ToPretrained(TargetSimilarity target)
    {
        var pairs = WithPretrained(target, Initialization.Pretrained);
        var means = Means(pairs);
        if (SpreadOf(means) is not { } kept)
        {
            return null;
        }

        var lowest = ByModule(pairs).MinBy(module => module.Spread.Mean)!;
        var others = Means(WithPretrained(target, Initialization.Random));
        var chance = SpreadOf(others);
        return Create(
            ToPretrained(target.Target, kept, chance, lowest.Mean),
            chance is null ? (kept.Count > 1 ? Confidence.Medium : Confidence.Low) : Spread.Between(kept, chance),
            [
                .. Evidence("debiased CKA between P-T and P", means),
                .. Evidence($"debiased CKA between P-T and P, {lowest.Name}", lowest.Pairs),
                .. Evidence("debiased CKA between RI-T and P", others),
            ]
        );
    }

    private static FindingText ToPretrained(
        string target,
        Spread kept,
        Spread? chance,
        (string Name, double Cka) lowest
    )
    {
        if (chance is null)
        {
            return SimilarityWords.SimilarityToPretrained(target, kept.Mean, lowest);
        }

        var undetected = kept.LargestDifference(chance);
        return !kept.IsApartFrom(chance)
                ? SimilarityWords.NoDifferenceToPretrained(target, kept.Mean, chance.Mean, undetected)
            : kept.Mean > chance.Mean ? SimilarityWords.KeepsFeatures(target, kept.Mean, chance.Mean, lowest)
            : SimilarityWords.LosesFeatures(target, kept.Mean, chance.Mean);
    }

    private static Finding Create(FindingText text, Confidence confidence, ImmutableArray<Evidence> evidence) =>
        new("feature_similarity", text.Headline, confidence, evidence) { Detail = text.Detail };

    private static List<PairSimilarity> WithPretrained(TargetSimilarity target, Initialization initialization) =>
        [.. target.Sound.Where(pair => pair.Pair.Second is null && pair.Pair.First.Initialization == initialization)];

    private static IEnumerable<Evidence> Evidence(
        string name,
        IReadOnlyCollection<(string Pair, Estimate Value)> pairs
    ) => PairEvidence.Of(name, "", Interval, pairs);

    private static Spread? SpreadOf(IEnumerable<(string Pair, Estimate Value)> pairs) =>
        Spread.Of(pairs.Select(pair => pair.Value));

    private static List<(string Pair, Estimate Value)> Means(IEnumerable<PairSimilarity> pairs) =>
        [.. pairs.Where(pair => pair.Mean is not null).Select(pair => (pair.Pair.Label, pair.Mean!))];

    private static List<Module> ByModule(IReadOnlyCollection<PairSimilarity> pairs) =>
        [
            .. from pair in pairs
            from module in pair.Modules[..^1]
            where module.Interval is not null
            group (pair.Pair.Label, module.Interval!) by module.Name into module
            let found = module.ToList()
            select new Module(module.Key, SpreadOf(found)!, found),
        ];
}
