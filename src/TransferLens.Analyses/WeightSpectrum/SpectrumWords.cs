using TransferLens.Analyses.Common;

namespace TransferLens.Analyses.WeightSpectrum;

/// <summary>The sentences of findings, method, figures and tables about spectra.</summary>
internal static class SpectrumWords
{
    private const string Measure =
        "Mean relative change over the weight matrices before the head, from the initial weights.";

    /// <summary>Definition for the report.</summary>
    public const string Definition =
        "Singular values of every weight matrix; a convolution's weights are reshaped to a matrix of output channels x "
        + "(input channels · kernel height · kernel width). "
        + "Stable rank: sum of their squares over the largest square. "
        + "Effective rank: exp of the entropy of the normalized squares.";

    /// <summary>Settings for the report.</summary>
    public const string Settings =
        "weights of the last epoch; RI: random weights before the first step of the first run from random weights";

    /// <summary>Source for the report.</summary>
    public const string Source =
        "stable rank: Rudelson and Vershynin 2007; effective rank: Roy and Vetterli 2007, but with "
        + "squared singular values";

    /// <summary>Caveats for the report.</summary>
    public static readonly string[] Caveats =
    [
        "Weights that feed into a normalization layer can grow without changing what the network computes. "
            + "Compare the ranks and the shapes of the curves, not their heights.",
        "The reshaped weights of a convolution are not the linear map that it applies to an image.",
        "A spectrum is exact for given weights: it needs no images. Its uncertainty is the range over runs.",
        "Runs that diverged are left out of findings, figures and means; results.json has the spectra of their last "
            + "finite weights.",
        "A spectrum shows how the weights changed, not whether the change matters.",
    ];

    /// <summary>Fine-tuning changes the effective rank less.</summary>
    public static FindingText ChangesLess(string target, double pretrained, double random) =>
        new(
            $"Fine-tuning changes the effective rank less on {target} ({pretrained:0.0} %) "
                + $"than training from scratch ({random:0.0} %).",
            Measure
        );

    /// <summary>Fine-tuning changes the effective rank more.</summary>
    public static FindingText ChangesMore(string target, double pretrained, double random) =>
        new(
            $"Fine-tuning changes the effective rank more on {target} ({pretrained:0.0} %) "
                + $"than training from scratch ({random:0.0} %).",
            Measure
        );

    /// <summary>The ranges of the changes overlap.</summary>
    public static FindingText NoDifference(string target, double pretrained, double random, double undetected) =>
        new(
            $"No difference in the change of effective rank detected on {target}: "
                + $"{pretrained:0.0} % fine-tuned, {random:0.0} % from scratch.",
            $"A difference of up to {undetected:0.0} percentage points would have gone undetected."
        );

    /// <summary>Caption of the ranks.</summary>
    public static string RanksCaption(string target) =>
        $"Ranks of the weight matrices per module, {target}; averaged over a module's matrices. "
        + "Bands are the range over runs.";

    /// <summary>Summary of the ranks: each kind of model with its mean share of the full rank, or null.</summary>
    public static string RanksSummary(IEnumerable<(string Group, double? Share)> means)
    {
        var listed = means.Select(one =>
            one.Share is { } share ? $"{one.Group} {100 * share:0} %" : $"{one.Group} undefined"
        );
        return $"Mean effective rank over all modules, as a share of the full rank: {string.Join("; ", listed)}.";
    }

    /// <summary>Caption of the singular values.</summary>
    public static string ValuesCaption(string target) =>
        $"Singular values of one matrix of the first, a middle and the last block, {target}, largest on the left; "
        + "one line per model.";

    /// <summary>Summary of the singular values of some matrices.</summary>
    public static string ValuesSummary(IEnumerable<string> matrices) =>
        "Base-10 logarithm of the singular values over their position, from 0 (largest) to 1 (smallest). "
        + $"Matrices: {string.Join(", ", matrices)}.";

    /// <summary>Title of a target's table; names the runs that diverged.</summary>
    public static string TableTitle(string target, IReadOnlyCollection<string> diverged)
    {
        var without = diverged.Count == 0 ? "" : $", without {string.Join(", ", diverged)}, which diverged";
        return $"Stable and effective ranks of the weight matrices on {target}, means over runs{without}; "
            + "all singular values are in results.json";
    }
}
