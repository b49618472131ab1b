using TransferLens.Analyses.Common;

namespace TransferLens.Analyses.Mistakes;

/// <summary>The mistakes of two runs of a study.</summary>
/// <param name="Pair">The two runs.</param>
/// <param name="Diverged">Whether one of them diverged; its last finite weights were used.</param>
/// <param name="Result">Their mistakes, without the list of images.</param>
internal sealed record PairMistakes(RunPair Pair, bool Diverged, MistakesResult Result)
{
    /// <summary>Whether one starts from P and the other from random weights.</summary>
    public bool IsMixed => Pair.IsMixed;

    /// <summary>
    /// Of the images or decisions that at least one model gets wrong, the share that both get wrong; null without a
    /// mistake.
    /// </summary>
    public double? Overlap =>
        Result.BothCorrect.Count == Result.Total
            ? null
            : Result.Common.Count / (double)(Result.Total - Result.BothCorrect.Count);
}
