using TransferLens.Studies.Declarations;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.FeatureSimilarity;

/// <summary>
/// Settings of <see cref="SimilarityAnalysis"/>. The measurement takes its defaults from here too, so that a study, a
/// command and a library call measure the same.
/// </summary>
internal sealed record SimilarityStudySettings
{
    /// <summary>Maximum number of test images; every class has its share; null for all.</summary>
    [Setting("Maximum number of test images; every class has its share", Minimum = 4, Default = "all")]
    public int? Examples { get; init; }

    /// <summary>Whether each channel is averaged over height and width before comparing.</summary>
    [Setting("Average each channel over height and width before comparing")]
    public bool Pool { get; init; }

    /// <summary>Which tokens of transformers are compared.</summary>
    [Setting("Which tokens of a transformer to compare")]
    public SimilarityTokens Tokens { get; init; }

    /// <summary>Memory for Gram matrices and module outputs in MiB.</summary>
    [Setting(
        "Memory limit for Gram matrices and module outputs, in MiB; the minibatch form is used if the exact one would "
            + "exceed it",
        Minimum = 1
    )]
    public int Memory { get; init; } = 2048;
}

/// <summary>How the similarity of features is computed.</summary>
/// <param name="Normalize">Normalization of the images.</param>
/// <param name="BatchSize">
/// Number of images in a forward pass, and in a minibatch of <see cref="SimilarityForm.Minibatch"/>.
/// </param>
/// <param name="Precision">Precision of the networks; Gram matrices are summed in float64 in any case.</param>
public sealed record SimilaritySettings(Normalization Normalize, int BatchSize, Precision Precision)
{
    private static readonly SimilarityStudySettings Defaults = new();

    /// <summary>
    /// Whether to average each channel over height and width, or each feature over tokens, before comparing; false by
    /// default.
    /// </summary>
    public bool Pool { get; init; } = Defaults.Pool;

    /// <summary>
    /// Which tokens of a transformer's modules to compare; all by default. Outputs without tokens, such as maps and
    /// logits, are compared whole.
    /// </summary>
    public SimilarityTokens Tokens { get; init; } = Defaults.Tokens;

    /// <summary>
    /// Memory in MiB for Gram matrices and module outputs, in addition to networks and program; 2048 by default. The
    /// minibatch form computes as many minibatches at a time as fit, at least one.
    /// </summary>
    public int Memory { get; init; } = Defaults.Memory;

    /// <summary>
    /// The form to compute; null, the default, for the exact form if it fits into <see cref="Memory"/>.
    /// </summary>
    public SimilarityForm? Form { get; init; }
}

/// <summary>The tokens of a transformer's module that are compared.</summary>
public enum SimilarityTokens
{
    /// <summary>All: the output as the next module receives it, registers included.</summary>
    Both,

    /// <summary>
    /// The class token; the mean of the patches for a network without one, since its head reads that instead.
    /// </summary>
    Class,

    /// <summary>The patches, without class and register tokens.</summary>
    Patches,
}

/// <summary>The Gram matrices from which the similarity is estimated.</summary>
public enum SimilarityForm
{
    /// <summary>One Gram matrix over all images: both estimators.</summary>
    Exact,

    /// <summary>
    /// One Gram matrix per minibatch: the debiased estimator only, as the ratio of averaged unbiased HSICs (Nguyen,
    /// Raghu, Kornblith 2021). The biased estimator depends on the number of images, so it cannot be averaged over
    /// minibatches.
    /// </summary>
    Minibatch,
}
