using System.Collections.Immutable;
using System.Text.Json.Serialization;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Statistics;

namespace TransferLens.Analyses.Mistakes;

/// <summary>Which images two classifiers get wrong.</summary>
/// <param name="Examples">Number of images.</param>
/// <param name="Common">Both wrong; share of all images.</param>
/// <param name="OnlyFirst">The first wrong, the second correct; share of all images.</param>
/// <param name="OnlySecond">The second wrong, the first correct; share of all images.</param>
/// <param name="BothCorrect">Both correct; share of all images.</param>
/// <param name="SameWrongLabel">Both wrong with the same prediction; share of the common mistakes.</param>
/// <param name="ErrorConsistency">
/// Cohen's kappa of correct and wrong: 0 when mistakes coincide as often as those of independent classifiers, 1 when
/// they are on the same images, negative below chance; null when both are always correct or always wrong.
/// </param>
/// <param name="McNemar">
/// The test whether one makes more mistakes than the other; null for multi-label images, where each label has its own
/// test.
/// </param>
/// <param name="Ensemble">The ensemble of the two.</param>
/// <param name="Classes">The counts per class, in the order of labels.</param>
/// <param name="OnlyFirstImages">All images that only the first gets wrong, most confident mistakes first.</param>
/// <param name="OnlySecondImages">All images that only the second gets wrong, most confident mistakes first.</param>
public sealed record MistakesResult(
    int Examples,
    MistakeCount Common,
    MistakeCount OnlyFirst,
    MistakeCount OnlySecond,
    MistakeCount BothCorrect,
    MistakeCount SameWrongLabel,
    Estimate? ErrorConsistency,
    [property: JsonPropertyName("mcnemar")] McNemar? McNemar,
    PairEnsemble Ensemble,
    ImmutableArray<ClassMistakes> Classes,
    ImmutableArray<Mistake> OnlyFirstImages,
    ImmutableArray<Mistake> OnlySecondImages
)
{
    /// <summary>
    /// Number of decisions on multi-label images, one per image and label; the shares are shares of it. Null when
    /// images are counted.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Decisions { get; init; }

    /// <summary>
    /// Decisions that only the first gets wrong minus those that only the second gets wrong, as a share of all, with
    /// the 95 % bootstrap interval over images; null when images are counted.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Estimate? Difference { get; init; }

    /// <summary>The total of which the shares are shares: number of decisions or images.</summary>
    [JsonIgnore]
    public int Total => Decisions ?? Examples;
}

/// <summary>A number of images or decisions, and its share of a total.</summary>
/// <param name="Count">The number.</param>
/// <param name="Share">Fraction of the total, in [0, 1]; null when the total is 0.</param>
/// <param name="Low">Lower end of its 95 % bootstrap interval over images, or null.</param>
/// <param name="High">Upper end, or null.</param>
public sealed record MistakeCount(int Count, double? Share, double? Low, double? High);

/// <summary>
/// An ensemble of two classifiers, which averages their softmax outputs, or their probabilities of each label.
/// </summary>
/// <param name="Score">
/// Its accuracy as a fraction, or its mean AUC on multi-label images, with the 95 % bootstrap interval over images.
/// </param>
/// <param name="Gain">
/// Its score minus that of the better of the two, with the paired 95 % bootstrap interval. Which one is better is
/// decided on the same images, so this gain is pessimistic.
/// </param>
/// <param name="GainOverMean">Its score minus the mean of the two, with the paired 95 % bootstrap interval.</param>
public sealed record PairEnsemble(Estimate Score, Estimate Gain, Estimate GainOverMean);

/// <summary>The counts within one class, or of the decisions on one label.</summary>
/// <param name="Label">The class or label.</param>
/// <param name="Examples">Number of its images.</param>
/// <param name="Common">Both wrong.</param>
/// <param name="OnlyFirst">Only the first wrong.</param>
/// <param name="OnlySecond">Only the second wrong.</param>
/// <param name="BothCorrect">Both correct.</param>
/// <param name="SameWrongLabel">Both wrong with the same prediction.</param>
public sealed record ClassMistakes(
    int Label,
    int Examples,
    int Common,
    int OnlyFirst,
    int OnlySecond,
    int BothCorrect,
    int SameWrongLabel
)
{
    /// <summary>Error consistency on this label; null when undefined, and when images have one class each.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? ErrorConsistency { get; init; }

    /// <summary>McNemar's test on this label; null when images have one class each.</summary>
    [JsonPropertyName("mcnemar")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public McNemar? McNemar { get; init; }
}
