using TransferLens.Analyses.Common;

namespace TransferLens.Analyses.FeatureSimilarity;

/// <summary>The sentences of findings, method, figures and tables about similarity of features.</summary>
internal static class SimilarityWords
{
    private const string PaperAgrees = "Mean over the modules before the head. Neyshabur et al. (2020) found the same.";

    private const string PaperDisagrees =
        "Mean over the modules before the head. Neyshabur et al. (2020) found the opposite.";

    /// <summary>Definition for the report.</summary>
    public const string Definition =
        "Linear CKA between the outputs of a module in two networks: HSIC(K, L) / sqrt(HSIC(K, K) HSIC(L, L)) "
        + "of centred Gram matrices K = X X^T, L = Y Y^T. "
        + "Debiased: about 0 for unrelated features, 1 for equal ones; biased: 0 to 1. "
        + "Intervals: 95 %, on Fisher's scale, from the jackknife over images, which leaves each image out once. "
        + "For a mean over modules, the ends of the modules' intervals are averaged, which is conservative.";

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

    /// <summary>Caveats for the report.</summary>
    public static readonly string[] Caveats =
    [
        "The biased estimator is far too high when features outnumber images; use the debiased one. "
            + "The interval of the biased estimate shows how it would vary over other sets of the same number of "
            + "images; it is not an interval for the true CKA.",
        "Intervals keep the networks fixed: they show how much a number would change with other images; "
            + "the range over pairs shows how much it would change with other runs.",
        "A few directions of large variance can dominate CKA. Models with equal features need not share a basin, "
            + "and models with different features may make the same predictions.",
        "The head's outputs are the logits; means over modules leave it out.",
    ];

    /// <summary>Settings for the report.</summary>
    public static string Settings(int? examples, bool pooled, IEnumerable<string> forms)
    {
        var outputs = pooled ? "each channel averaged over height and width" : "outputs flattened";
        var images = examples is { } most
            ? $"at most {most} test images, taken from each class in turn"
            : "all test images";
        return $"{images}; " + $"{string.Join("; ", forms)}; {outputs}; weights of the last epoch";
    }

    /// <summary>The form used on one target.</summary>
    public static string Form(string target, int examples, bool exact)
    {
        var form = exact ? "one Gram matrix over all" : "averaged over minibatches, debiased only";
        return $"{examples} used on {target}, {form}";
    }

    /// <summary>No difference in similarity between models was detected.</summary>
    public static FindingText NoDifference(string target, double pretrained, double random, double undetected) =>
        new(
            $"No difference in feature similarity detected on {target}: "
                + $"debiased CKA {pretrained:0.00} fine-tuned, {random:0.00} from scratch.",
            Undetected(undetected)
        );

    /// <summary>Fine-tuned models have more similar features.</summary>
    public static FindingText MoreSimilar(string target, double pretrained, double random) =>
        new(
            $"Fine-tuned models have more similar features on {target} (debiased CKA {pretrained:0.00}) "
                + $"than models trained from scratch ({random:0.00}).",
            PaperAgrees
        );

    /// <summary>Fine-tuned models have less similar features.</summary>
    public static FindingText LessSimilar(string target, double pretrained, double random) =>
        new(
            $"Fine-tuned models have less similar features on {target} (debiased CKA {pretrained:0.00}) "
                + $"than models trained from scratch ({random:0.00}).",
            PaperDisagrees
        );

    /// <summary>All modules are about equally similar.</summary>
    public static FindingText Even(string target, double lowest, double highest) =>
        new(
            $"Fine-tuned models are about equally similar in every module before the head on {target} "
                + $"(debiased CKA {lowest:0.00} to {highest:0.00})."
        );

    /// <summary>Modules differ, within the uncertainty.</summary>
    public static FindingText NoModuleDiffers(
        string target,
        (string Name, double Cka) lowest,
        (string Name, double Cka) highest,
        double undetected
    ) =>
        new(
            $"No difference between modules detected on {target}: debiased CKA of fine-tuned models "
                + $"is {lowest.Cka:0.00} ({lowest.Name}) to {highest.Cka:0.00} ({highest.Name}).",
            $"The head is left out. {Undetected(undetected)}"
        );

    /// <summary>Some modules are more similar than others.</summary>
    public static FindingText Extremes(
        string target,
        (string Name, double Cka) lowest,
        (string Name, double Cka) highest
    ) =>
        new(
            $"Fine-tuned models are most similar in {highest.Name} on {target} (debiased CKA {highest.Cka:0.00}), "
                + $"least in {lowest.Name} ({lowest.Cka:0.00}).",
            "The head is left out."
        );

    /// <summary>Similarity to P, without runs from random weights to compare with.</summary>
    public static FindingText SimilarityToPretrained(string target, double mean, (string Name, double Cka) lowest) =>
        new(
            $"Models fine-tuned on {target} have a debiased CKA of {mean:0.00} with P, "
                + $"lowest in {lowest.Name} ({lowest.Cka:0.00}).",
            "Mean over the modules before the head."
        );

    /// <summary>No difference in similarity to P was detected.</summary>
    public static FindingText NoDifferenceToPretrained(
        string target,
        double pretrained,
        double random,
        double undetected
    ) =>
        new(
            $"No difference in similarity to P detected on {target}: "
                + $"debiased CKA {pretrained:0.00} fine-tuned, {random:0.00} from scratch.",
            Undetected(undetected)
        );

    /// <summary>Fine-tuned models are more similar to P.</summary>
    public static FindingText KeepsFeatures(
        string target,
        double pretrained,
        double random,
        (string Name, double Cka) lowest
    ) =>
        new(
            $"Fine-tuning on {target} keeps features of P: "
                + $"debiased CKA with P is {pretrained:0.00}, against {random:0.00} for models trained from scratch.",
            $"Least is kept in {lowest.Name} ({lowest.Cka:0.00})."
        );

    /// <summary>Fine-tuned models are less similar to P.</summary>
    public static FindingText LosesFeatures(string target, double pretrained, double random) =>
        new(
            $"Fine-tuned models on {target} are less similar to P (debiased CKA {pretrained:0.00}) "
                + $"than models trained from scratch ({random:0.00})."
        );

    /// <summary>Caption of the lines over the modules.</summary>
    public static string LinesCaption(string target, bool banded)
    {
        var bands = banded ? "; bands are the 95 % jackknife interval over test images" : "";
        return $"Similarity of features between two models, {target}; one line per pair{bands}.";
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

    private static string Undetected(double difference) =>
        $"A difference of up to {difference:0.00} would have gone undetected.";
}
