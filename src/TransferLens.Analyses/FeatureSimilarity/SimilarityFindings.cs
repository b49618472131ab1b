using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.FeatureSimilarity;

/// <summary>
/// Words for <see cref="SimilarityMeasurement"/>: do fine-tuned trainings compute alike features, and what is kept of P's.
/// A difference is spoken of only where the ranges of the pairs, each with its interval over test images, are apart.
/// </summary>
internal static class SimilarityFindings
{
    // Above this the profile over the modules is said to fall; below, it is called even.
    private const double Visible = 0.05;

    private const string Interval = "95 % jackknife interval over test images";

    /// <summary>Up to three findings a target; pairs with a diverged training count in none.</summary>
    public static ImmutableArray<Finding> Of(ImmutableArray<TargetSimilarity> targets) =>
        [.. targets.SelectMany(target => Finding.On(target.Target, Alike(target), Profile(target), Kept(target)))];

    private static Finding? Alike(TargetSimilarity target)
    {
        var (ofPretrained, ofRandom) = (
            Means(target.Sound.Where(pair => pair.Pair.BothPretrained)),
            Means(target.Sound.Where(pair => pair.Pair.BothRandom))
        );
        if (Of(ofPretrained) is not { } pretrained || Of(ofRandom) is not { } random)
        {
            return null;
        }

        var sentence =
            !pretrained.IsApartFrom(random)
                ? $"On {target.Target} no difference was seen between how alike the features of fine-tuned trainings are (debiased CKA {pretrained.Mean:0.00}) and those of trainings from random weights ({random.Mean:0.00}): the ranges of the pairs, with what the test images leave open, overlap."
            : pretrained.Mean > random.Mean
                ? $"On {target.Target} the features of fine-tuned trainings are more alike (debiased CKA {pretrained.Mean:0.00}, mean over modules) than those of trainings from random weights ({random.Mean:0.00}), as the paper finds."
            : $"On {target.Target} the features of fine-tuned trainings are less alike (debiased CKA {pretrained.Mean:0.00}, mean over modules) than those of trainings from random weights ({random.Mean:0.00}), unlike what the paper finds.";
        return new(
            "feature_similarity",
            sentence,
            Spread.Between(pretrained, random),
            [.. Evidence("debiased CKA between P-T", ofPretrained), .. Evidence("debiased CKA between RI-T", ofRandom)]
        );
    }

    private static Finding? Profile(TargetSimilarity target)
    {
        var pairs = target.Sound.Where(pair => pair.Pair.BothPretrained).ToList();
        if (ByModule(pairs) is not { Count: > 1 } modules)
        {
            return null;
        }

        var (highest, lowest) = (
            modules.MaxBy(module => module.Spread.Mean),
            modules.MinBy(module => module.Spread.Mean)
        );
        var sentence =
            highest.Spread.Mean - lowest.Spread.Mean < Visible
                ? $"On {target.Target} fine-tuned trainings are about equally alike in every module before the head (debiased CKA {lowest.Spread.Mean:0.00} to {highest.Spread.Mean:0.00})."
            : !highest.Spread.IsApartFrom(lowest.Spread)
                ? $"On {target.Target} no module before the head was seen to be one in which fine-tuned trainings are more alike than in another: debiased CKA goes from {lowest.Spread.Mean:0.00} in {lowest.Name} to {highest.Spread.Mean:0.00} in {highest.Name}, within the uncertainty."
            : $"On {target.Target} fine-tuned trainings are most alike in {highest.Name} (debiased CKA {highest.Spread.Mean:0.00}) and least in {lowest.Name} ({lowest.Spread.Mean:0.00}), the head aside.";
        return new(
            "feature_similarity",
            sentence,
            ConfidenceRule.Of(pairs.Count, highest.Spread.IsApartFrom(lowest.Spread)),
            [.. Evidence($"P-T in {highest.Name}", highest.Pairs), .. Evidence($"P-T in {lowest.Name}", lowest.Pairs)]
        );
    }

    private static Finding? Kept(TargetSimilarity target)
    {
        var pairs = target
            .Sound.Where(pair => pair.Pair is { Second: null, First.Initialization: Initialization.Pretrained })
            .ToList();
        var means = Means(pairs);
        if (Of(means) is not { } kept)
        {
            return null;
        }

        var lowest = ByModule(pairs).MinBy(module => module.Spread.Mean);
        var others = Means(
            target.Sound.Where(pair => pair.Pair is { Second: null, First.Initialization: Initialization.Random })
        );
        var chance = Of(others);
        var sentence =
            chance is null
                ? $"After fine-tuning on {target.Target} the features have a debiased CKA of {kept.Mean:0.00} with those of P, mean over modules, and of {lowest.Spread.Mean:0.00} in {lowest.Name}, where least is kept."
            : !kept.IsApartFrom(chance)
                ? $"On {target.Target} no difference was seen between how much fine-tuned trainings ({kept.Mean:0.00}) and trainings from random weights ({chance.Mean:0.00}) share with the features of P, by debiased CKA."
            : kept.Mean > chance.Mean
                ? $"Fine-tuning on {target.Target} keeps features of P: debiased CKA with P is {kept.Mean:0.00}, against {chance.Mean:0.00} for trainings from random weights; least is kept in {lowest.Name} ({lowest.Spread.Mean:0.00})."
            : $"On {target.Target} fine-tuned trainings share less with the features of P (debiased CKA {kept.Mean:0.00}) than trainings from random weights do ({chance.Mean:0.00}).";
        return new(
            "feature_similarity",
            sentence,
            chance is null ? (kept.Count > 1 ? Confidence.Medium : Confidence.Low) : Spread.Between(kept, chance),
            [
                .. Evidence("debiased CKA between P-T and P", means),
                .. Evidence($"P-T and P in {lowest.Name}", lowest.Pairs),
                .. Evidence("debiased CKA between RI-T and P", others),
            ]
        );
    }

    private static IEnumerable<Evidence> Evidence(
        string name,
        IReadOnlyCollection<(string Pair, Estimate Value)> pairs
    ) => PairEvidence.Of(name, "", Interval, pairs);

    private static Spread? Of(IEnumerable<(string Pair, Estimate Value)> pairs) =>
        Spread.Of(pairs.Select(pair => pair.Value));

    private static List<(string Pair, Estimate Value)> Means(IEnumerable<PairSimilarity> pairs) =>
        [.. pairs.Where(pair => pair.Mean is not null).Select(pair => (pair.Pair.Label, pair.Mean!))];

    private static List<(string Name, Spread Spread, List<(string Pair, Estimate Value)> Pairs)> ByModule(
        IReadOnlyCollection<PairSimilarity> pairs
    ) =>
        [
            .. from pair in pairs
            from module in pair.Modules[..^1]
            where module.Interval is not null
            group (pair.Pair.Label, module.Interval!) by module.Name into module
            let found = module.ToList()
            select (module.Key, Of(found)!, found),
        ];
}
