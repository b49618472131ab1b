using TransferLens.Analyses.Common;

namespace TransferLens.Analyses.ParameterDistance;

/// <summary>The sentences of findings, method, figures and tables about distances.</summary>
internal static class DistanceWords
{
    /// <summary>Definition for the report.</summary>
    public const string Definition =
        "Euclidean distance between the parameters of two models, in total and per module. Buffers are left out. "
        + "The head is left out when the two were trained on different data: which is always the case for a run and P. "
        + "Without heads: how far apart the two began, how far each moved from its initial weights, and the cosine of "
        + "the two displacements. P did not move.";

    /// <summary>Settings for the report.</summary>
    public const string Settings = "weights of epoch 0 (before training) and of the last epoch";

    /// <summary>Source for the report.</summary>
    public const string Source = "Neyshabur, Sedghi, Zhang 2020, section 3.3 and Table 2; there without displacements";

    /// <summary>Title of the table.</summary>
    public const string TableTitle = "Distances between models, their norms, and how they moved";

    /// <summary>Caveats for the report.</summary>
    public static readonly string[] Caveats =
    [
        "Weights that feed into a normalization layer can grow without changing what the network computes. Compare "
            + "distances with the norms.",
        "Models trained from different random weights are far apart before training, and new heads begin at random: "
            + "compare the distances without heads, and with how far apart the models began.",
        "How far a model moves depends on learning rate, weight decay and epochs: compare runs with equal settings.",
        "A distance is exact for two given models: it needs no test images. Its uncertainty is the range over pairs.",
        "Pairs with a diverged run are left out of findings and bars; the table shows them at their last finite "
            + "weights.",
        "Distances to P leave the head out, because P has a different head; distances between runs on one target "
            + "include it.",
    ];

    /// <summary>The ranges of the pairs overlap.</summary>
    public static FindingText NoDifference(string target, double pretrained, double random, double undetected) =>
        new(
            $"No difference in distance between runs detected on {target}: "
                + $"{pretrained:0.0} fine-tuned, {random:0.0} from scratch.",
            $"The ranges of the pairs overlap. A difference of up to {undetected:0.0} would have gone undetected."
        );

    /// <summary>Fine-tuned models are closer together.</summary>
    public static FindingText Closer(string target, double pretrained, double random) =>
        new(
            $"Fine-tuned models are closer to each other on {target} ({pretrained:0.0}) "
                + $"than models trained from scratch ({random:0.0}).",
            "Neyshabur et al. (2020) found the same."
        );

    /// <summary>Fine-tuned models are farther apart.</summary>
    public static FindingText Farther(string target, double pretrained, double random) =>
        new(
            $"Fine-tuned models are farther apart on {target} ({pretrained:0.0}) "
                + $"than models trained from scratch ({random:0.0}).",
            "Neyshabur et al. (2020) found the opposite."
        );

    /// <summary>Caption of the bars.</summary>
    public static string Caption(string target) =>
        $"Distance in parameter space per module, {target}. Bars are means, error bars show the range over pairs.";

    /// <summary>Summary of the bars: the mean total distance of each kind of pair.</summary>
    public static string Summary(IEnumerable<(string Kind, double Total)> totals) =>
        $"Total distances: {string.Join("; ", totals.Select(one => $"{one.Kind} {one.Total:0.0}"))}.";
}
