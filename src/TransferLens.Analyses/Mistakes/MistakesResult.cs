using System.Collections.Immutable;

namespace TransferLens.Analyses;

/// <summary>Which pictures two classifiers get wrong.</summary>
/// <param name="Examples">Number of pictures.</param>
/// <param name="Common">Both wrong; share of all pictures.</param>
/// <param name="OnlyFirst">The first wrong, the second right; share of all pictures.</param>
/// <param name="OnlySecond">The second wrong, the first right; share of all pictures.</param>
/// <param name="BothCorrect">Both right; share of all pictures.</param>
/// <param name="SameWrongLabel">Both wrong with the same answer; share of the common mistakes.</param>
/// <param name="ErrorConsistency">Cohen's kappa of right and wrong: 0 when mistakes coincide as often as those of independent
/// classifiers, 1 when they are on the same pictures, negative below chance; null when both are always right or always wrong.</param>
/// <param name="McNemar">Whether one makes more mistakes than the other.</param>
/// <param name="Ensemble">The two together.</param>
/// <param name="Classes">The counts per class, in the order of labels.</param>
/// <param name="OnlyFirstPictures">Every picture that only the first gets wrong, its most confident mistake first.</param>
/// <param name="OnlySecondPictures">The same of the second.</param>
public sealed record MistakesResult(
    int Examples, MistakeCount Common, MistakeCount OnlyFirst, MistakeCount OnlySecond, MistakeCount BothCorrect, MistakeCount SameWrongLabel,
    Estimate? ErrorConsistency, McNemar McNemar, PairEnsemble Ensemble, ImmutableArray<ClassMistakes> Classes,
    ImmutableArray<Mistake> OnlyFirstPictures, ImmutableArray<Mistake> OnlySecondPictures);

/// <summary>How many pictures, and which share of a whole.</summary>
/// <param name="Count">How many.</param>
/// <param name="Share">Fraction of the whole, in [0, 1]; null when the whole is empty.</param>
/// <param name="Low">Lower end of its 95 % bootstrap interval over pictures, or null.</param>
/// <param name="High">Upper end, or null.</param>
public sealed record MistakeCount(int Count, double? Share, double? Low, double? High);

/// <summary>Two classifiers whose softmax outputs are averaged.</summary>
/// <param name="Accuracy">Share of pictures that it gets right, with its 95 % bootstrap interval over pictures.</param>
/// <param name="Gain">Its accuracy minus that of the better of the two, as a fraction; pictures are resampled in pairs.</param>
public sealed record PairEnsemble(Estimate Accuracy, Estimate Gain);

/// <summary>The counts within one class.</summary>
/// <param name="Label">The class.</param>
/// <param name="Examples">Its pictures.</param>
/// <param name="Common">Both wrong.</param>
/// <param name="OnlyFirst">Only the first wrong.</param>
/// <param name="OnlySecond">Only the second wrong.</param>
/// <param name="BothCorrect">Both right.</param>
/// <param name="SameWrongLabel">Both wrong with the same answer.</param>
public sealed record ClassMistakes(int Label, int Examples, int Common, int OnlyFirst, int OnlySecond, int BothCorrect, int SameWrongLabel);

/// <summary>One picture that one classifier gets wrong and the other right.</summary>
/// <param name="Picture">Which picture: its place in the set.</param>
/// <param name="Label">What it is.</param>
/// <param name="Answer">What it was taken for.</param>
/// <param name="Confidence">Softmax probability of that answer; null when the logits give none.</param>
public sealed record Mistake(int Picture, int Label, int Answer, double? Confidence);
