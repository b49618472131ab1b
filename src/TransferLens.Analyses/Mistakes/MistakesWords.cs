using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Metrics;

namespace TransferLens.Analyses.Mistakes;

/// <summary>The sentences of findings, method, figures and tables about mistakes.</summary>
internal static class MistakesWords
{
    private const string PaperAgrees = "Same direction as in Neyshabur et al. (2020).";

    private const string PaperDisagrees = "Opposite direction to Neyshabur et al. (2020).";

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
        "McNemar's test compares two trained models, not two training methods. Findings compare means over seeds; the "
            + "number of significant pairs only describes, since pairs share runs.",
        "An ensemble is compared with the mean of its members. Its gain over the better member is pessimistic, since "
            + "that member is chosen on the test images.",
        "A confident mistake may come from a incorrect label. Look at the images.",
    ];

    /// <summary>Settings for the report.</summary>
    public static string Settings(int examples) =>
        $"all pairs of runs, weights of the last epoch; at most {examples} images each that only the first, "
        + "only the second, and both predict incorrectly; intervals: 1,000 bootstrap resamples of the test images";

    /// <summary>Whether fine-tuned models share more mistakes, or fewer.</summary>
    public static FindingText Shared(string target, KindMistakes pretrained, KindMistakes random, Effect more)
    {
        var (value, low, high) = more.Interval();
        var headline = more.IsDetected
            ? $"Fine-tuned models share {(value > 0 ? "more" : "fewer")} mistakes on {target} than models from scratch "
                + $"({value:+0.00;-0.00} error consistency, 95 % CI {low:0.00} to {high:0.00})."
            : $"No difference in error consistency detected on {target} "
                + (
                    more.HasInterval ? $"(95 % CI {low:+0.00;-0.00} to {high:+0.00;-0.00})." : $"({value:+0.00;-0.00})."
                );
        var paper = more.IsDetected
            ? value > 0
                ? PaperAgrees
                : PaperDisagrees
            : null;
        return new(
            headline,
            Sentences(
                more.IsDetected ? null : EffectWords.WouldDecide(more),
                $"Error consistency is {pretrained.Consistency!.Value:0.00} between {pretrained.Name} runs and "
                    + $"{random.Consistency!.Value:0.00} between {random.Name} runs; unlike raw overlap it "
                    + "corrects for accuracy.",
                EffectWords.LeavesOut(more),
                paper
            )
        );
    }

    /// <summary>Evidence: the difference in error consistency.</summary>
    public static string ConsistencyDifference(KindMistakes pretrained, KindMistakes random) =>
        $"error consistency of {pretrained.Name} runs minus that of {random.Name} runs";

    /// <summary>Evidence: the mean error consistency of a kind of pair.</summary>
    public static string ConsistencyOf(KindMistakes kind) => $"error consistency of two {kind.Name} runs";

    /// <summary>Evidence: the share of common mistakes.</summary>
    public static string Overlap(KindMistakes kind, int pairs) =>
        $"mistakes made by both of two {kind.Name} runs, as a share of the mistakes made by either"
        + (pairs > 1 ? $", mean of {pairs} pairs" : "");

    /// <summary>Whether fine-tuned models make fewer mistakes (or incorrect decisions).</summary>
    public static FindingText Number(TargetMistakes target, GroupComparison compared, PairCounts counts)
    {
        var (metric, mistakes) = (DeclaredMetrics.Accuracy, target.IsMultiLabel ? Decisions : Mistakes);
        var (effect, interval) = (compared.ErrorRate, compared.ErrorRate.Interval());
        var size = effect.IsNegative ? effect.Negated() : effect;
        var headline = effect.IsDetected
            ? $"Fine-tuned models make {(effect.IsNegative ? "fewer" : "more")} {mistakes} on {target.Name} "
                + $"than models from scratch ({metric.Difference(size.Value)}, "
                + $"{EffectWords.Interval(metric, size.Interval())})."
            : $"No difference in {mistakes} detected on {target.Name}: fine-tuned minus from scratch, "
                + (
                    effect.HasInterval
                        ? $"95 % CI {EffectWords.Signed(metric, interval)}."
                        : $"{metric.Signed(effect.Value)} {metric.DifferenceWords}."
                );
        return new(
            headline,
            Sentences(
                effect.IsDetected ? null : EffectWords.WouldDecide(effect),
                Counts(compared, counts, target.IsMultiLabel ? Intervals : McNemarTest),
                Groups(compared),
                EffectWords.LeavesOut(effect)
            )
        );
    }

    /// <summary>Evidence: the difference in error rate.</summary>
    public static string ErrorRate(TargetMistakes target, GroupComparison compared)
    {
        var rate = target.IsMultiLabel ? "rate of incorrect decisions" : "error rate";
        return $"{rate} of {compared.Pretrained.Group.Label} minus that of {compared.Random.Group.Label}";
    }

    /// <summary>Predictions that are counted on images of one class each.</summary>
    public const string Mistakes = "mistakes";

    /// <summary>Predictions that are counted on multi-label images.</summary>
    public const string Decisions = "incorrect decisions";

    /// <summary>Mistakes are compared by McNemar's test.</summary>
    public const string McNemarTest = "McNemar's test (images only)";

    /// <summary>Decisions are compared by intervals.</summary>
    public const string Intervals = "The 95 % interval over images";

    /// <summary>Whether an ensemble of two is better than the mean of its members.</summary>
    public static FindingText Ensemble(TargetMistakes target, KindMistakes kind)
    {
        var (metric, effect) = (target.Metric, kind.EnsembleGain);
        var beatsBetter = BeatsBetter(kind);
        var headline = effect switch
        {
            { IsPositive: true } when !beatsBetter =>
                $"Ensembling {kind.Name} beats their mean, not the better, on {target.Name}: "
                    + $"{metric.Difference(effect.Value)} ({EffectWords.Interval(metric, effect.Interval())}).",
            { IsPositive: true } =>
                $"Ensembling helps on {target.Name}: {kind.Name} pairs gain {metric.Difference(effect.Value)} "
                    + $"over their mean ({EffectWords.Interval(metric, effect.Interval())}).",
            { IsNegative: true } =>
                $"Ensembling hurts on {target.Name}: {kind.Name} pairs lose {metric.Difference(-effect.Value)} "
                    + $"to their mean ({EffectWords.Interval(metric, effect.Negated().Interval())}).",
            _ => $"No ensemble gain detected on {target.Name}: {kind.Name} pairs minus their mean, "
                + $"95 % CI {EffectWords.Signed(metric, effect.Interval())}.",
        };
        var score = kind.Pairs.Average(pair => pair.Result.Ensemble.Score.Value);
        return new(
            headline,
            Sentences(
                effect.IsDetected ? null : EffectWords.WouldDecide(effect),
                $"The ensemble reaches {metric.Number(score)}; compared with the better member, which is chosen on "
                    + $"these images: {metric.Signed(MeanGainOverBetter(kind))} {metric.DifferenceWords}.",
                EffectWords.LeavesOut(effect)
            ),
            effect switch
            {
                { IsPositive: true } when !beatsBetter => "Use the better run of each pair alone.",
                { IsPositive: true } => AverageOutputs(kind, target.IsMultiLabel, metric.Difference(effect.Value)),
                { IsNegative: true } => "Use a single run instead of an ensemble.",
                _ => "Do not count on an ensemble gain; test on more images.",
            }
        );
    }

    /// <summary>Whether an ensemble helps, for the table of answers.</summary>
    public static string EnsembleAnswer(KindMistakes kind) =>
        kind.EnsembleGain switch
        {
            { IsPositive: true } when !BeatsBetter(kind) => "It beats their mean, not the better run",
            { IsPositive: true } => "Yes, it beats the mean of its members",
            { IsNegative: true } => "No, it is worse than the mean of its members",
            _ => "No gain detected",
        };

    // Runs of one group are alike, so their mean is what an ensemble competes with.
    private static bool BeatsBetter(KindMistakes kind) => kind.IsOfOneGroup || MeanGainOverBetter(kind) > 0;

    /// <summary>Evidence: the gain of ensembles over the mean of their members.</summary>
    public static string EnsembleGain(KindMistakes kind) =>
        $"gain of the {kind.Kind} ensemble over the mean of its members";

    /// <summary>Evidence: the mean score of ensembles.</summary>
    public static string EnsembleScore(KindMistakes kind, Metric metric) =>
        $"{metric.Name} of the {kind.Kind} ensemble{MeanOfPairs(kind)}";

    /// <summary>Evidence: the gain of ensembles over their better members.</summary>
    public static string EnsembleOverBetter(KindMistakes kind) =>
        $"gain of the {kind.Kind} ensemble over its better member, chosen on the test images{MeanOfPairs(kind)}";

    /// <summary>The mean gain of ensembles over their better members.</summary>
    public static double MeanGainOverBetter(KindMistakes kind) =>
        kind.Pairs.Average(pair => pair.Result.Ensemble.Gain.Value);

    /// <summary>Caption of the bars.</summary>
    public static string BarsCaption(string target) =>
        $"Mistakes on the test images of {target} by kind of pair. Bars are means, error bars show 95 % "
        + "intervals over test images, and over seeds where a kind of pair has three runs.";

    /// <summary>Summary of the bars: the mean share of shared mistakes of each kind of pair.</summary>
    public static string BarsSummary(string counted, IEnumerable<(string Kind, double Share)> shares)
    {
        var listed = shares.Select(one => $"{one.Kind} {100 * one.Share:0.0} %");
        return $"Share of {counted} that both models predict incorrectly: {string.Join("; ", listed)}.";
    }

    /// <summary>What is counted on test images.</summary>
    public static string Counted(bool isMultiLabel) => isMultiLabel ? "decisions on test images" : "test images";

    /// <summary>Caption of the images that are predicted incorrectly.</summary>
    public static string ImagesCaption(TargetMistakes target, string first, string second) =>
        $"{(target.IsMultiLabel ? "Decisions on images" : "Images")} of {target.Name} that {first} (first) or {second} "
        + "(second) predicts incorrectly, most confident mistakes first.";

    /// <summary>Summary of the images.</summary>
    public static string ImagesSummary(TargetMistakes target, ImmutableArray<MistakeImage> images)
    {
        var result = target.Shown.Result;
        var counted = target.IsMultiLabel ? "decisions" : "images";
        return $"Shown are {Of(Incorrect.First, result.OnlyFirst)}, {Of(Incorrect.Second, result.OnlySecond)}, and "
            + $"{Of(Incorrect.Both, result.Common)}.";

        string Of(Incorrect incorrect, MistakeCount count) =>
            $"{images.Count(image => image.Incorrect == incorrect)} of {count.Count} {counted} that "
            + (incorrect == Incorrect.Both ? "both predict" : $"{IncorrectWords(incorrect)} predicts")
            + " incorrectly";
    }

    /// <summary>By what images can be chosen.</summary>
    public static string[] Facets(bool isMultiLabel) => [isMultiLabel ? "label" : "class", "incorrect"];

    /// <summary>Who predicts an image incorrectly.</summary>
    public static string IncorrectWords(Incorrect incorrect) =>
        incorrect switch
        {
            Incorrect.First => "only the first",
            Incorrect.Second => "only the second",
            _ => "both",
        };

    /// <summary>Lines below one image.</summary>
    public static string[] ImageCaption(MistakeImage image)
    {
        return [image.Class, $"first: {Of(image.First)}", $"second: {Of(image.Second)}"];

        static string Of(Predicted predicted) =>
            predicted.Confidence is { } probability
                ? $"{predicted.Answer}, {100 * probability:0}\u00A0%"
                : predicted.Answer;
    }

    /// <summary>Caption of a confusion matrix: the most frequent confusion.</summary>
    public static string ConfusionTitle(
        TargetMistakes target,
        string model,
        Confusion? most,
        int count,
        Dictionary<int, int> images
    ) =>
        most is null || count == 0
            ? $"{model} predicts no image of {target.Name} incorrectly."
            : $"{model} predicts {target.Classes[most.Class]} as {target.Classes[most.Answer]} most often: "
                + $"{count} of {images[most.Class]} images.";

    /// <summary>Summary of a confusion matrix.</summary>
    public static string ConfusionSummary(int shown, int all) =>
        "Of the images of each class (row), the percentage that is predicted as each class (column)"
        + (shown < all ? $"; the {shown} of {all} classes with the most mistakes." : ".");

    /// <summary>Title of the table of confusions.</summary>
    public static string ConfusionsTitle(string target, string first, string second) =>
        $"Most frequent confusions on {target}: images that {first} (first) and {second} (second) predict as another "
        + "class";

    /// <summary>Title of the table of pairs.</summary>
    public static string PairsTitle(string target, bool isMultiLabel, Metric metric) =>
        $"Pairs of runs on {target}: mistakes on {Counted(isMultiLabel)}, error consistency, ensemble {metric.Name}, "
        + "and its gain over the mean and over the better model";

    /// <summary>Title of the table of classes.</summary>
    public static string ClassesTitle(string target, string first, string second) =>
        $"Mistakes per class on {target}: {first} (first) and {second} (second)";

    /// <summary>Title of the table of labels.</summary>
    public static string LabelsTitle(string target, string first, string second) =>
        $"Mistakes per label on {target}, positive above probability 1/2: {first} (first) and {second} (second)";

    private static string AverageOutputs(KindMistakes kind, bool isMultiLabel, string gain)
    {
        var outputs = isMultiLabel ? "probabilities" : "softmax outputs";
        var runs = kind.IsOfOneGroup ? $"two {kind.Name} runs" : kind.Kind;
        return $"Average the {outputs} of {runs} if {gain} justify twice the inference.";
    }

    // Each pair is tested alone; whether that agrees with the difference of the means, or what it shows without one.
    private static string Counts(GroupComparison compared, PairCounts counts, string test)
    {
        var (first, second) = (compared.Pretrained.Correct.Length, compared.Random.Correct.Length);
        var pairings = counts.All == 1 ? "the pair" : $"{counts.All} pairings of {first} and {second} runs";
        if (!compared.ErrorRate.IsDetected)
        {
            return $"{test} shows fewer in {counts.Fewer} and more in {counts.More} of {pairings}.";
        }

        var agree = compared.ErrorRate.IsNegative ? counts.Fewer : counts.More;
        return (agree, counts.All) switch
        {
            (0, _) => $"{test} does not agree in {(counts.All == 1 ? pairings : $"any of {pairings}")}.",
            (_, 1) => $"{test} agrees.",
            var (some, all) when some == all => $"{test} agrees in all {pairings}.",
            var (some, _) => $"{test} agrees in {some} of {pairings}.",
        };
    }

    private static string? Groups(GroupComparison compared) =>
        compared.EqualSettings
            ? null
            : $"{compared.Pretrained.Group.Label} and {compared.Random.Group.Label} "
                + "were trained with different settings.";

    private static string MeanOfPairs(KindMistakes kind) =>
        kind.Pairs.Length > 1 ? $", mean of {kind.Pairs.Length} pairs" : "";

    private static string Sentences(params string?[] all) => string.Join(' ', all.OfType<string>());
}
