using TransferLens.Analyses.Common;
using TransferLens.Analyses.Statistics;
using TransferLens.Vision.Evaluation;

namespace TransferLens.Analyses.Mistakes;

/// <summary>The mistakes of two runs of a study.</summary>
/// <param name="Pair">The two runs.</param>
/// <param name="Diverged">Whether one of them diverged; its last finite weights were used.</param>
/// <param name="Result">Their mistakes, without the list of images.</param>
internal sealed record PairMistakes(RunPair Pair, bool Diverged, MistakesResult Result)
{
    /// <summary>Their error consistency in the form in which pairs are compared.</summary>
    public required ScoreSample Consistency { get; init; }

    /// <summary>The score of their ensemble minus the mean of the two.</summary>
    public required ScoreSample EnsembleGain { get; init; }

    /// <summary>Whether one starts from P and the other from random weights.</summary>
    public bool IsMixed => Pair.IsMixed;

    /// <summary>Whether both differ only in their seed.</summary>
    public bool IsOfOneGroup =>
        Pair.Second is { } second && (Pair.First.Run, Pair.First.LearningRate) == (second.Run, second.LearningRate);

    /// <summary>
    /// Of the images or decisions that at least one model gets wrong, the share that both get wrong; null without a
    /// mistake.
    /// </summary>
    public double? Overlap =>
        Result.BothCorrect.Count == Result.Total
            ? null
            : Result.Common.Count / (double)(Result.Total - Result.BothCorrect.Count);

    /// <summary>Its two runs with a number of it.</summary>
    public SeedPair With(double value) => new(Pair.First.Label, Pair.Second!.Label, value);
}
