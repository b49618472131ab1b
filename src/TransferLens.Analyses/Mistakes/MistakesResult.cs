using System.Collections.Immutable;
using System.Text.Json.Serialization;
using TransferLens.Analyses.Common;

namespace TransferLens.Analyses.Mistakes;

/// <summary>Which images two classifiers get wrong.</summary>
/// <param name="Examples">Number of images.</param>
/// <param name="Common">Both wrong; share of all images.</param>
/// <param name="OnlyFirst">The first wrong, the second right; share of all images.</param>
/// <param name="OnlySecond">The second wrong, the first right; share of all images.</param>
/// <param name="BothCorrect">Both right; share of all images.</param>
/// <param name="SameWrongLabel">Both wrong with the same answer; share of the common mistakes.</param>
/// <param name="ErrorConsistency">Cohen's kappa of right and wrong: 0 when mistakes coincide as often as those of independent
/// classifiers, 1 when they are on the same images, negative below chance; null when both are always right or always wrong.</param>
/// <param name="McNemar">Whether one makes more mistakes than the other; null for several labels an image, of which each has its own test.</param>
/// <param name="Ensemble">The two together.</param>
/// <param name="Classes">The counts per class, in the order of labels.</param>
/// <param name="OnlyFirstImages">Every image that only the first gets wrong, its most confident mistake first.</param>
/// <param name="OnlySecondImages">The same of the second.</param>
public sealed record MistakesResult(
    int Examples,
    MistakeCount Common,
    MistakeCount OnlyFirst,
    MistakeCount OnlySecond,
    MistakeCount BothCorrect,
    MistakeCount SameWrongLabel,
    Estimate? ErrorConsistency,
    McNemar? McNemar,
    PairEnsemble Ensemble,
    ImmutableArray<ClassMistakes> Classes,
    ImmutableArray<Mistake> OnlyFirstImages,
    ImmutableArray<Mistake> OnlySecondImages
)
{
    /// <summary>Number of decisions, of which the counts are shares, where images may show several labels: one an image and label; null where images are counted.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Decisions { get; init; }

    /// <summary>Decisions that only the first gets wrong less those that only the second does, as a share of all, with its 95 % bootstrap interval over images; null where images are counted.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Estimate? Difference { get; init; }

    /// <summary>What the shares are shares of: decisions or images.</summary>
    [JsonIgnore]
    public int Whole => Decisions ?? Examples;
}

/// <summary>How many images, and which share of a whole.</summary>
/// <param name="Count">How many.</param>
/// <param name="Share">Fraction of the whole, in [0, 1]; null when the whole is empty.</param>
/// <param name="Low">Lower end of its 95 % bootstrap interval over images, or null.</param>
/// <param name="High">Upper end, or null.</param>
public sealed record MistakeCount(int Count, double? Share, double? Low, double? High);

/// <summary>Two classifiers whose softmax outputs, or probabilities of each label, are averaged.</summary>
/// <param name="Score">Share of images that it gets right, or its mean AUC where they may show several labels, with its 95 % bootstrap interval over images.</param>
/// <param name="Gain">Its score minus that of the better of the two, as a fraction; images are resampled in pairs.</param>
public sealed record PairEnsemble(Estimate Score, Estimate Gain);

/// <summary>The counts within one class, or of the decisions on one label.</summary>
/// <param name="Label">The class.</param>
/// <param name="Examples">Its images.</param>
/// <param name="Common">Both wrong.</param>
/// <param name="OnlyFirst">Only the first wrong.</param>
/// <param name="OnlySecond">Only the second wrong.</param>
/// <param name="BothCorrect">Both right.</param>
/// <param name="SameWrongLabel">Both wrong with the same answer.</param>
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
    /// <summary>Error consistency on this label alone; null where it is undefined or images have one class each.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? ErrorConsistency { get; init; }

    /// <summary>McNemar's test on this label; null where images have one class each.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public McNemar? McNemar { get; init; }
}
