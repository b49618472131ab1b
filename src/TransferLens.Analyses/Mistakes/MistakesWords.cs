using TransferLens.Analyses.Common;
using TransferLens.Studies.Metrics;

namespace TransferLens.Analyses.Mistakes;

/// <summary>The sentences of findings, method, figures and tables about mistakes.</summary>
internal static class MistakesWords
{
    private const string PaperAgrees = "Neyshabur et al. (2020) found the same.";

    private const string PaperDisagrees = "Neyshabur et al. (2020) found the opposite.";

    /// <summary>Definition for the report.</summary>
    public const string Definition =
        "The numbers of test images misclassified by both models of a pair (shared mistakes), by only one of them, "
        + "and by neither. "
        + "Error consistency is Cohen's kappa of correct and incorrect predictions: 0 for independent classifiers, "
        + "1 when the mistakes are on the same images.";

    /// <summary>What the definition adds for multi-label images.</summary>
    public const string MultiLabelDefinition =
        " On multi-label images, each label of each image is a decision (positive above probability 1/2), and "
        + "decisions are counted. Intervals resample whole images; McNemar's test is done for each label.";

    /// <summary>Source for the report.</summary>
    public const string Source =
        "Neyshabur, Sedghi, Zhang 2020, section 3.2; error consistency: Geirhos, Meding, Wichmann 2020; "
        + "test: McNemar 1947, exact";

    /// <summary>Caveats for the report.</summary>
    public static readonly string[] Caveats =
    [
        "Higher error rates alone lead to more shared mistakes, but not to a higher error consistency.",
        "McNemar's test compares two trained models, not two training methods: other seeds may differ more.",
        "A confident mistake may come from a wrong label. Look at the images.",
    ];

    /// <summary>Settings for the report.</summary>
    public static string Settings(int examples) =>
        $"all pairs of runs, weights of the last epoch; at most {examples} images in each list; "
        + "intervals: 1,000 bootstrap resamples of the test images";

    /// <summary>Fine-tuned models share more mistakes.</summary>
    public static FindingText ShareMore(string target, double pretrained, double random) =>
        new(
            $"Fine-tuned models share more mistakes on {target} than models trained from scratch "
                + $"({Consistency(pretrained, random)}).",
            PaperAgrees
        );

    /// <summary>Fine-tuned models share fewer mistakes.</summary>
    public static FindingText ShareFewer(string target, double pretrained, double random) =>
        new(
            $"Fine-tuned models share fewer mistakes on {target} than models trained from scratch "
                + $"({Consistency(pretrained, random)}).",
            PaperDisagrees
        );

    /// <summary>No difference in shared mistakes was detected.</summary>
    public static FindingText ShareAlike(string target, double pretrained, double random, double undetected) =>
        new(
            $"No difference in shared mistakes detected on {target}: "
                + $"error consistency {pretrained:0.00} fine-tuned, {random:0.00} from scratch.",
            $"A difference of up to {undetected:0.00} would have gone undetected."
        );

    /// <summary>One kind of run makes fewer mistakes (or incorrect decisions) than the other in every pair.</summary>
    public static FindingText Differ(string target, bool fewer, string mistakes, string evidence, int pairs) =>
        new(
            $"Fine-tuned models make {(fewer ? "fewer" : "more")} {mistakes} on {target} "
                + "than models trained from scratch "
                + $"({evidence}, {AllPairs(pairs)})."
        );

    /// <summary>No pair shows a difference in the number of mistakes.</summary>
    public static FindingText NoneDiffers(string target, string mistakes, string evidence, int pairs, double points) =>
        new(
            $"No difference in {mistakes} detected on {target} between fine-tuned models and models trained from "
                + $"scratch ({evidence}).",
            $"A gap of up to {points:0.0} points would have gone undetected in {AnyPair(pairs)}."
        );

    /// <summary>Pairs differ in opposite directions, or only some differ.</summary>
    public static FindingText Disagree(
        string target,
        string mistakes,
        string evidence,
        (int Fewer, int More, int All) pairs
    ) =>
        new(
            $"Pairs disagree on {target}: fine-tuned models make fewer {mistakes} "
                + $"in {pairs.Fewer} of {pairs.All}, more in {pairs.More} ({evidence})."
        );

    /// <summary>Predictions that are counted on images of one class each.</summary>
    public const string Mistakes = "mistakes";

    /// <summary>Predictions that are counted on multi-label images.</summary>
    public const string Decisions = "incorrect decisions";

    /// <summary>Mistakes are compared by McNemar's test.</summary>
    public const string McNemarTest = "McNemar's test";

    /// <summary>Decisions are compared by intervals.</summary>
    public const string Intervals = "95 % intervals";

    /// <summary>An ensemble is better than its better member.</summary>
    public static FindingText EnsembleHelps(
        string target,
        string kind,
        Metric metric,
        double score,
        double gain,
        int pairs
    )
    {
        var interval = pairs == 1 ? "The interval" : "Every pair's interval";
        return new(
            $"Ensembling helps on {target}: the {kind} ensemble reaches {metric.Name} {metric.Number(score)}, "
                + $"{metric.Difference(gain)} above its better member.",
            $"{interval} over test images is above 0."
        );
    }

    /// <summary>What to do when an ensemble helps.</summary>
    public static string AverageOutputs(string kind, bool isMultiLabel)
    {
        var outputs = isMultiLabel ? "probabilities" : "softmax outputs";
        return $"Average the {outputs} of {kind} where two forward passes are affordable.";
    }

    /// <summary>No gain of an ensemble was detected; one of <c>undetected</c> is within the intervals.</summary>
    public static FindingText NoEnsembleGain(string target, string kind, Metric metric, double gain, double undetected)
    {
        var side = gain < 0 ? "below" : "above";
        var bound = Math.Max(0, undetected);
        return new(
            $"No gain detected for the best ensemble on {target} ({kind}): "
                + $"{metric.Difference(Math.Abs(gain))} {side} its better member.",
            metric.Plain(bound) == metric.Plain(0)
                ? null
                : $"A gain of up to {metric.Difference(bound)} would have gone undetected.",
            "Do not count on an ensemble gain; test on more images to find out whether there is one."
        );
    }

    /// <summary>Caption of the bars.</summary>
    public static string BarsCaption(string target) =>
        $"Mistakes on the test images of {target} by kind of pair. Bars are means, error bars show the range over "
        + "pairs.";

    /// <summary>Summary of the bars: the mean share of shared mistakes of each kind of pair.</summary>
    public static string BarsSummary(string counted, IEnumerable<(string Kind, double Share)> shares)
    {
        var listed = shares.Select(one => $"{one.Kind} {100 * one.Share:0.0} %");
        return $"Share of {counted} that both models predict incorrectly: {string.Join("; ", listed)}.";
    }

    /// <summary>What is counted on test images.</summary>
    public static string Counted(bool isMultiLabel) => isMultiLabel ? "decisions on test images" : "test images";

    /// <summary>Caption of the images that only one model predicts incorrectly.</summary>
    public static string ImagesCaption(string target, bool isMultiLabel, string wrong, string right) =>
        $"{(isMultiLabel ? "Decisions on images" : "Images")} of {target} that {wrong} predicts incorrectly "
        + $"and {right} correctly, most confident mistakes first.";

    /// <summary>Summary of the images.</summary>
    public static string ImagesSummary(int shown, int all, bool isMultiLabel, string wrong) =>
        isMultiLabel
            ? $"{shown} of {all} decisions, each with its label, the prediction of {wrong} and its probability."
            : $"{shown} of {all} images, each with its class, the prediction of {wrong} and its probability.";

    /// <summary>Lines below one image.</summary>
    public static string[] ImageCaption(string truth, string predicted, double? confidence) =>
        confidence is { } probability
            ? [truth, $"predicted as {predicted}", $"confidence {100 * probability:0} %"]
            : [truth, $"predicted as {predicted}"];

    /// <summary>Title of the table of pairs.</summary>
    public static string PairsTitle(string target, bool isMultiLabel, Metric metric) =>
        $"Pairs of runs on {target}: mistakes on {Counted(isMultiLabel)}, error consistency, ensemble {metric.Name}, "
        + "and its gain over the better model";

    /// <summary>Title of the table of classes.</summary>
    public static string ClassesTitle(string target, string first, string second) =>
        $"Mistakes per class on {target}: {first} (first) and {second} (second)";

    /// <summary>Title of the table of labels.</summary>
    public static string LabelsTitle(string target, string first, string second) =>
        $"Mistakes per label on {target}, positive above probability 1/2: {first} (first) and {second} (second)";

    private static string Consistency(double pretrained, double random) =>
        $"error consistency {pretrained:0.00} against {random:0.00}";

    private static string AllPairs(int count) => count == 1 ? "1 pair" : $"all {count} pairs";

    private static string AnyPair(int count) => count == 1 ? "the one pair" : $"any of the {count} pairs";
}
