using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.FeatureSimilarity;

/// <summary>How the similarity of features is computed.</summary>
/// <param name="Normalize">Normalization of the images.</param>
/// <param name="BatchSize">Images a forward pass, and a minibatch of <see cref="SimilarityForm.Minibatch"/>.</param>
/// <param name="Precision">What the networks compute in; Gram matrices are summed in float64 either way.</param>
public sealed record SimilaritySettings(Normalization Normalize, int BatchSize, Precision Precision)
{
    /// <summary>Average every channel over height and width, or every feature over tokens, before comparing; false by default.</summary>
    public bool Pool { get; init; }

    /// <summary>
    /// MiB that Gram matrices and module outputs may take, beside networks and program; 2048 by default. The minibatch form computes
    /// as many minibatches at a time as fit, and one where none does.
    /// </summary>
    public int Memory { get; init; } = 2048;

    /// <summary>The form asked for; null, the default, for the exact one where <see cref="Memory"/> holds it.</summary>
    public SimilarityForm? Form { get; init; }
}

/// <summary>From which Gram matrices the similarity is estimated.</summary>
public enum SimilarityForm
{
    /// <summary>One Gram matrix over all images: both estimators.</summary>
    Exact,

    /// <summary>
    /// One Gram matrix for each minibatch: the debiased estimator only, as the ratio of averaged unbiased HSICs
    /// (Nguyen, Raghu, Kornblith 2021). The biased estimator depends on the number of images, so averages over
    /// minibatches would not be it.
    /// </summary>
    Minibatch,
}
