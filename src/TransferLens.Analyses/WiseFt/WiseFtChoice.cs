using System.Collections.Immutable;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Evaluation;

namespace TransferLens.Analyses.WiseFt;

/// <summary>
/// The smallest alpha whose target score is shown to be no worse than that of P-T by more than a margin, as are all
/// alphas between it and 1 (<see cref="NonInferiority"/>): the walk starts below alpha 1 and ends at the first failure.
/// </summary>
/// <param name="Index">Index of the alpha; of the last one, alpha 1, when no smaller one passed.</param>
/// <param name="AgainstFineTuned">Target score at each alpha minus that of P-T.</param>
/// <param name="Margin">The margin, in the unit of the score.</param>
/// <param name="SmallestMargin">The smallest margin at which the alpha below 1 would pass; null when nothing tells.
/// </param>
public sealed record WiseFtChoice(
    int Index,
    ImmutableArray<Effect> AgainstFineTuned,
    double Margin,
    double? SmallestMargin
)
{
    /// <summary>Whether an alpha below 1 was chosen.</summary>
    public bool IsBelowOne => Index < AgainstFineTuned.Length - 1;

    /// <summary>The differences behind the choice: of all alphas that passed; of the first when none did.</summary>
    internal ImmutableArray<Effect> Tested => AgainstFineTuned[Math.Min(Index, AgainstFineTuned.Length - 2)..^1];

    /// <summary>Chooses.</summary>
    /// <param name="lines">
    /// For each run, its target score at each alpha, in order of alpha, all on the same images; at least one run.
    /// </param>
    /// <param name="fineTuned">
    /// For each run, the score of P-T as it is used, with its own running statistics, on these images.
    /// </param>
    /// <param name="margin">The margin, in the unit of the score, above 0.</param>
    /// <exception cref="InputException">There is no run, or the numbers of images differ.</exception>
    public static WiseFtChoice Choose(
        IReadOnlyList<ImmutableArray<ScoreSample>> lines,
        IReadOnlyList<ScoreSample> fineTuned,
        double margin = NonInferiority.DefaultMargin
    )
    {
        ArgumentNullException.ThrowIfNull(lines);
        if (lines.Count == 0)
        {
            throw new InputException("There is no line to choose an alpha from. Give the scores of at least one run.");
        }

        ImmutableArray<Effect> against =
        [
            .. Enumerable
                .Range(0, lines[0].Length)
                .Select(at => ScoreContrast.PairedDifference(lines.Select(line => line[at]), fineTuned)),
        ];
        var walk = NonInferiority.Walk(
            [.. against.Reverse().Skip(1).Select(effect => ImmutableArray.Create(effect))],
            margin
        );
        return new(against.Length - 1 - walk.Passed, against, margin, walk.SmallestMargin);
    }
}
