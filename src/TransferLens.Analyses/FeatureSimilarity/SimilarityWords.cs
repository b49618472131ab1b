using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Statistics;

namespace TransferLens.Analyses.FeatureSimilarity;

/// <summary>The sentences of findings, method, figures and tables about similarity of features.</summary>
internal static class SimilarityWords
{
    private const string PaperAgrees = "Same direction as in Neyshabur et al. (2020).";

    private const string PaperDisagrees = "Opposite direction to Neyshabur et al. (2020).";

    /// <summary>Definition for the report.</summary>
    public const string Definition =
        "Linear CKA between the outputs of a module in two networks: HSIC(K, L) / sqrt(HSIC(K, K) HSIC(L, L)) "
        + "of centred Gram matrices K = X X^T, L = Y Y^T. "
        + "Debiased: about 0 for unrelated features, 1 for equal ones; biased: 0 to 1. "
        + "Intervals: 95 %, on Fisher's scale, from the jackknife over images, which leaves each image out once. "
        + "Findings are decided on means over the modules before the head and over the pairs of one kind, with "
        + "intervals over seeds (jackknife over runs) and images (the mean of the standard errors: conservative).";

    /// <summary>Source for the report.</summary>
    public const string Source =
        "Kornblith et al. 2019; Song et al. 2012 for the debiased estimator; "
        + "Nguyen, Raghu, Kornblith 2021 for minibatches; Arvesen 1969 for the jackknife; "
        + "Neyshabur, Sedghi, Zhang 2020, section 3.3 and Table 1";

    /// <summary>Which images were used, as results.json states it.</summary>
    public static string Selection(int? limit) =>
        limit is null ? "all test images" : $"at most {limit} test images, taken from each class in turn";

    /// <summary>Title of the table of debiased values.</summary>
    public const string DebiasedTitle = "Debiased CKA, means over pairs";

    /// <summary>Title of the table of biased values.</summary>
    public const string BiasedTitle = "Biased CKA, means over pairs";

    /// <summary>Title of the table of pairs.</summary>
    public const string PairsTitle = "CKA of every pair with its 95 % jackknife interval over test images";

    /// <summary>Title of the table of models.</summary>
    public const string ModelsTitle = "Debiased CKA between all models";

    /// <summary>Title of the table of trees.</summary>
    public const string TreesTitle = "Trees of the models: average linkage on 1 - debiased CKA, nearest first";

    /// <summary>Label of the axis of a tree.</summary>
    public const string TreeAxis = "1 - debiased CKA";

    /// <summary>Caveats for the report.</summary>
    public static readonly string[] Caveats =
    [
        "The biased estimator is far too high when features outnumber images; use the debiased one. "
            + "The interval of the biased estimate shows how it would vary over other sets of the same number of "
            + "images; it is not an interval for the true CKA.",
        "The interval of a single pair keeps the two networks fixed: it shows how much its CKA would change with other "
            + "images. That of a mean over pairs also covers other seeds.",
        "A few directions of large variance can dominate CKA. Models with equal features need not share a basin, "
            + "and models with different features may make the same predictions.",
        "The head's outputs are the logits; means over modules leave it out.",
    ];

    /// <summary>Settings for the report.</summary>
    public static string Settings(SimilarityStudySettings settings, IEnumerable<string> forms)
    {
        var outputs = settings.Pool ? "each channel averaged over height and width" : "outputs flattened";
        var tokens = Tokens(settings.Tokens) is { } some ? $"{some}; " : "";
        return $"{Selection(settings.Examples)}; {string.Join("; ", forms)}; {tokens}{outputs}; "
            + "weights of the last epoch";
    }

    /// <summary>Which tokens of transformers were compared; null for all.</summary>
    public static string? Tokens(SimilarityTokens tokens) =>
        tokens switch
        {
            SimilarityTokens.Class => "class tokens of transformers (without one, the mean of the patches)",
            SimilarityTokens.Patches => "patches of transformers",
            _ => null,
        };

    /// <summary>The form used on one target.</summary>
    public static string Form(string target, int examples, bool exact)
    {
        var form = exact ? "one Gram matrix over all" : "averaged over minibatches, debiased only";
        return $"{examples} used on {target}, {form}";
    }

    /// <summary>Name of a difference as evidence.</summary>
    public static string Difference(string what) => $"debiased CKA {what}, P-T minus RI-T";

    /// <summary>Whether fine-tuned models have more similar features than models from random weights.</summary>
    public static FindingText Between(string target, SimilarityComparison comparison)
    {
        var ((first, second), difference) = (Names(comparison), comparison.Difference);
        var verdict = difference.IsPositive ? "more" : "less";
        return difference.IsDetected
            ? new(
                $"{first} runs on {target} have {verdict} similar features than {second} runs: {Amount(difference)}.",
                Join(Means(comparison), Caveat(comparison), difference.IsPositive ? PaperAgrees : PaperDisagrees)
            )
            : new(
                $"No difference in feature similarity detected on {target} between {first} and {second} runs"
                    + $"{Range(difference)}.",
                Join(Means(comparison), Caveat(comparison))
            );
    }

    /// <summary>In which modules fine-tuned models are most and least similar.</summary>
    public static FindingText Profile(string target, SimilarityProfile profile, double margin)
    {
        var (runs, high, low) = (
            $"{profile.Kind.Run} runs on {target}",
            profile.Kind.Mean(profile.Top).Value,
            profile.Kind.Mean(profile.Lowest).Value
        );
        var interval = profile.Difference.HasInterval
            ? $"They differ by {profile.Difference.Value:0.00} (simultaneous 95 % CI {Ends(profile.Interval)}). "
            : "";
        var detail = Join($"{interval}The head is left out.", LeavesOut(profile.Difference));
        if (profile.IsEven(margin))
        {
            return new(
                $"{runs} are about equally similar in every module (debiased CKA {low:0.00} to {high:0.00}).",
                detail
            );
        }

        if (!profile.IsDetected)
        {
            return new(
                $"No difference between modules detected in the similarity of {runs}: "
                    + $"debiased CKA {low:0.00} ({profile.Lowest}) to {high:0.00} ({profile.Top}).",
                detail
            );
        }

        var others = profile.AsHigh[1..];
        return new(
            $"{runs} are most similar in {string.Join(", ", profile.AsHigh.Take(MostNames))} "
                + $"(debiased CKA {high:0.00}), least in {profile.Lowest} ({low:0.00}).",
            Join(detail, others.IsEmpty ? null : $"Not shown to be below {profile.Top}: {string.Join(", ", others)}.")
        );
    }

    /// <summary>Similarity to P, without runs from random weights to compare with.</summary>
    public static FindingText SimilarityToPretrained(string target, string run, Effect mean) =>
        new(
            $"{run} runs on {target} have a debiased CKA of {mean.Value:0.00} with P{Interval(mean)}.",
            Join(OverModules, LeavesOut(mean))
        );

    /// <summary>Whether fine-tuned models are more similar to P than models from random weights.</summary>
    public static FindingText ToPretrained(string target, SimilarityComparison comparison)
    {
        var ((first, second), difference) = (Names(comparison), comparison.Difference);
        if (!difference.IsDetected)
        {
            return new(
                $"No difference in similarity to P detected on {target} between {first} and {second} runs"
                    + $"{Range(difference)}.",
                Join(Means(comparison), Caveat(comparison))
            );
        }

        return difference.IsPositive
            ? new(
                $"{first} runs on {target} keep features of P: {Amount(difference, $" against {second} runs")}.",
                Join(Means(comparison), Caveat(comparison))
            )
            : new(
                $"{first} runs on {target} are less similar to P than {second} runs: {Amount(difference)}.",
                Join(Means(comparison), Caveat(comparison))
            );
    }

    private const string OverModules = "Mean over the modules before the head.";

    // More modules than this are listed in the detail only.
    private const int MostNames = 3;

    private static (string First, string Second) Names(SimilarityComparison comparison) =>
        (comparison.Kinds.Pretrained.Run, comparison.Kinds.Random.Run);

    private static string Means(SimilarityComparison comparison)
    {
        var (first, second) = Names(comparison);
        return $"Debiased CKA {comparison.First.Value:0.00} for {first}, {comparison.Second.Value:0.00} for {second}. "
            + OverModules;
    }

    private static string? Caveat(SimilarityComparison comparison) =>
        Join(
            comparison.Kinds.SameRecipe ? null : "The two kinds of run were trained with different settings.",
            comparison.Kinds.Others ? "Runs with other settings are left out." : null,
            comparison.CoversSeeds
                ? null
                : "The interval leaves out the spread between seeds where a side has a single run or pair."
        );

    private static string Amount(Effect difference, string against = "")
    {
        var (value, low, high) = difference.Interval();
        return $"CKA {value:+0.00;-0.00;0.00}{against} (95 % CI {Ends(new(value, low, high))})";
    }

    private static string Range(Effect difference)
    {
        var (_, low, high) = difference.Interval();
        return difference.HasInterval ? $" (95 % CI {low:+0.00;-0.00;0.00} to {high:+0.00;-0.00;0.00})" : "";
    }

    private static string Interval(Effect mean)
    {
        var (value, low, high) = mean.Interval();
        return mean.HasInterval ? $" (95 % CI {Ends(new(value, low, Math.Min(1, high)))})" : "";
    }

    private static string Ends(Estimate interval) => $"{interval.Low:0.00} to {interval.High:0.00}";

    private static string? LeavesOut(Effect effect) => EffectWords.LeavesOut(effect);

    private static string? Join(params IEnumerable<string?> sentences) =>
        string.Join(' ', sentences.OfType<string>()) is { Length: > 0 } text ? text : null;

    /// <summary>Caption of the lines over the modules.</summary>
    public static string LinesCaption(string target, string lines, bool banded)
    {
        var bands = banded ? "; bands are the 95 % jackknife interval over test images" : "";
        return $"Similarity of features between two models, {target}; {lines}{bands}.";
    }

    /// <summary>Summary of the lines: each kind of pair with its mean, or null.</summary>
    public static string LinesSummary(IEnumerable<(string Kind, double? Mean)> means)
    {
        var listed = means.Select(one => one.Mean is { } mean ? $"{one.Kind} {mean:0.00}" : $"{one.Kind} undefined");
        return "Linear CKA over modules. Debiased, means over pairs and modules before the head: "
            + $"{string.Join("; ", listed)}.";
    }

    /// <summary>Caption of the heatmap of all modules.</summary>
    public static string ModulesCaption(string target, string pair) =>
        $"Similarity of features between all modules of {pair}, {target}; debiased linear CKA.";

    /// <summary>Summary of the heatmap.</summary>
    public static string ModulesSummary(string first, string second) =>
        $"Rows are the modules of {first}, columns those of {second}. "
        + "A bright diagonal means that corresponding modules compute similar features.";

    /// <summary>Caption of the heat map of models in a module.</summary>
    public static string ModelsCaption(string module, string? target) =>
        $"Similarity of features between models in {module}{Of(target)}; debiased linear CKA.";

    /// <summary>Summary of the heat map of models.</summary>
    public static string ModelsSummary(string module, bool inTree) =>
        $"Rows and columns are models{(inTree ? " in the order of their tree" : "")}. "
        + $"Bright cells are models with similar features in {module}.";

    /// <summary>Caption of the tree of models in a module.</summary>
    public static string TreeCaption(string module, string? target) =>
        $"Tree of models by their features in {module}{Of(target)}; average linkage on 1 - debiased CKA.";

    /// <summary>Summary of the tree: its merges.</summary>
    public static string TreeSummary(ModelTree tree, ImmutableArray<string> models)
    {
        var merges = tree.Merges.Select(merge =>
            $"{Cluster(tree, merge.First, models)} with {Cluster(tree, merge.Second, models)} at {merge.Height:0.00}"
        );
        return $"Models that merge further left have more similar features. Merges: {string.Join("; ", merges)}.";
    }

    /// <summary>The models of a cluster, in the order of the tree.</summary>
    public static string Cluster(ModelTree tree, int cluster, ImmutableArray<string> models) =>
        string.Join(" + ", tree.Leaves(cluster).Select(model => models[model]));

    private static string Of(string? target) => target is null ? "" : $", {target}";
}
