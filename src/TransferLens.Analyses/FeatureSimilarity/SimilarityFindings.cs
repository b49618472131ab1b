using System.Collections.Immutable;
using TransferLens.Findings;
using TransferLens.Studies;

namespace TransferLens.Analyses;

/// <summary>Words for <see cref="FeatureSimilarity"/>: do fine-tuned trainings compute alike features, and what is kept of P's.</summary>
internal static class SimilarityFindings
{
    // Above this the profile over the modules is said to fall; below, it is called even.
    private const double Visible = 0.05;

    /// <summary>Up to three findings a target; pairs with a diverged training count in none.</summary>
    public static ImmutableArray<Finding> Of(ImmutableArray<TargetSimilarity> targets) =>
        [.. targets.SelectMany(target => new[] { Alike(target), Profile(target), Kept(target) }).OfType<Finding>()];

    private static Finding? Alike(TargetSimilarity target)
    {
        if (Means(target.Sound.Where(pair => pair.Pair.BothPretrained)) is not { } pretrained || Means(target.Sound.Where(pair => pair.Pair.BothRandom)) is not { } random)
        {
            return null;
        }

        var sentence = !Apart(pretrained, random)
            ? $"On {target.Target} no difference was seen between how alike the features of fine-tuned trainings are (debiased CKA {pretrained.Mean:0.00}) and those of trainings from random weights ({random.Mean:0.00}): the ranges of the pairs overlap."
            : pretrained.Mean > random.Mean
                ? $"On {target.Target} the features of fine-tuned trainings are more alike (debiased CKA {pretrained.Mean:0.00}, mean over modules) than those of trainings from random weights ({random.Mean:0.00}), as the paper finds."
                : $"On {target.Target} the features of fine-tuned trainings are less alike (debiased CKA {pretrained.Mean:0.00}, mean over modules) than those of trainings from random weights ({random.Mean:0.00}), unlike what the paper finds.";
        return new("feature_similarity", sentence, Spread.Between(pretrained, random),
            [pretrained.Evidence("debiased CKA between P-T", "", "pairs"), random.Evidence("debiased CKA between RI-T", "", "pairs")]);
    }

    private static Finding? Profile(TargetSimilarity target)
    {
        var pairs = target.Sound.Where(pair => pair.Pair.BothPretrained).ToList();
        if (ByModule(pairs) is not { Count: > 1 } modules)
        {
            return null;
        }

        var (highest, lowest) = (modules.MaxBy(module => module.Spread.Mean), modules.MinBy(module => module.Spread.Mean));
        var sentence = highest.Spread.Mean - lowest.Spread.Mean < Visible
            ? $"On {target.Target} fine-tuned trainings are about equally alike in every module before the head (debiased CKA {lowest.Spread.Mean:0.00} to {highest.Spread.Mean:0.00})."
            : $"On {target.Target} fine-tuned trainings are most alike in {highest.Name} (debiased CKA {highest.Spread.Mean:0.00}) and least in {lowest.Name} ({lowest.Spread.Mean:0.00}), the head aside.";
        return new("feature_similarity", sentence, pairs.Count > 2 ? Confidence.High : pairs.Count > 1 ? Confidence.Medium : Confidence.Low,
            [highest.Spread.Evidence($"P-T in {highest.Name}", "", "pairs"), lowest.Spread.Evidence($"P-T in {lowest.Name}", "", "pairs")]);
    }

    private static Finding? Kept(TargetSimilarity target)
    {
        var pairs = target.Sound.Where(pair => pair.Pair is { Second: null, First.Initialization: Initialization.Pretrained }).ToList();
        if (Means(pairs) is not { } kept)
        {
            return null;
        }

        var lowest = ByModule(pairs).MinBy(module => module.Spread.Mean);
        var chance = Means(target.Sound.Where(pair => pair.Pair is { Second: null, First.Initialization: Initialization.Random }));
        var sentence = chance is null
            ? $"After fine-tuning on {target.Target} the features have a debiased CKA of {kept.Mean:0.00} with those of P, mean over modules, and of {lowest.Spread.Mean:0.00} in {lowest.Name}, where least is kept."
            : !Apart(kept, chance)
                ? $"On {target.Target} no difference was seen between how much fine-tuned trainings ({kept.Mean:0.00}) and trainings from random weights ({chance.Mean:0.00}) share with the features of P, by debiased CKA."
                : kept.Mean > chance.Mean
                    ? $"Fine-tuning on {target.Target} keeps features of P: debiased CKA with P is {kept.Mean:0.00}, against {chance.Mean:0.00} for trainings from random weights; least is kept in {lowest.Name} ({lowest.Spread.Mean:0.00})."
                    : $"On {target.Target} fine-tuned trainings share less with the features of P (debiased CKA {kept.Mean:0.00}) than trainings from random weights do ({chance.Mean:0.00}).";
        ImmutableArray<Evidence> evidence = [kept.Evidence("debiased CKA between P-T and P", "", "pairs"), lowest.Spread.Evidence($"P-T and P in {lowest.Name}", "", "pairs")];
        return new("feature_similarity", sentence, chance is null ? (kept.Count > 1 ? Confidence.Medium : Confidence.Low) : Spread.Between(kept, chance),
            chance is null ? evidence : [.. evidence, chance.Evidence("debiased CKA between RI-T and P", "", "pairs")]);
    }

    private static bool Apart(Spread first, Spread second) => first.Low > second.High || second.Low > first.High;

    private static Spread? Means(IEnumerable<PairSimilarity> pairs) => Spread.Of(pairs.Select(pair => pair.Mean).OfType<double>());

    private static List<(string Name, Spread Spread)> ByModule(IReadOnlyCollection<PairSimilarity> pairs) =>
    [
        .. pairs.SelectMany(pair => pair.Modules[..^1]).Where(module => module.Debiased is not null).GroupBy(module => module.Name)
            .Select(module => (module.Key, Spread.Of(module.Select(m => m.Debiased!.Value))!)),
    ];
}
