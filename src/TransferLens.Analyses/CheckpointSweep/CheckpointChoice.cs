using System.Collections.Immutable;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Training;
using TransferLens.Vision.Weights;

namespace TransferLens.Analyses.CheckpointSweep;

/// <summary>
/// Which checkpoint of a pretraining is worth transferring. Fine-tune from several epochs of it and compare final test
/// scores, accuracies or mean AUCs, in [0, 1]: the answer is the earliest epoch that is shown to be no worse than the
/// last one by more than a margin, as are all between them (<see cref="NonInferiority"/>). A second answer is the
/// earliest epoch from which on no performance barrier to the last one on the source is larger than the margin, where
/// pretraining had entered its final basin. Source: Neyshabur, Sedghi, Zhang 2020, Figure 7.
/// </summary>
/// <remarks>
/// With few seeds or test images, only late epochs are shown to be no worse: the answer becomes cheaper with more data.
/// Each fine-tuning is an ordinary one, from the weights of an epoch with a new head: without a study, use
/// <see cref="Trainer.Train"/> on a network that <see cref="WeightsLoader"/> loaded.
/// </remarks>
public static class CheckpointChoice
{
    /// <summary>
    /// Walks from the checkpoint before the last backwards, to the first that is not shown to be no worse.
    /// </summary>
    /// <param name="checkpoints">
    /// The scores of the sound runs from each checkpoint, in order of training, on the same test images; one that has
    /// none does not pass.
    /// </param>
    /// <param name="margin">The margin, in the unit of the score, above 0.</param>
    /// <param name="validation">
    /// The same on validation images, which then make the choice: the walk is on these, and the chosen checkpoint is
    /// compared on the test images. Null for none.
    /// </param>
    /// <returns>The answer; null when there is no run from the last checkpoint.</returns>
    /// <exception cref="InputException">The numbers of test images differ.</exception>
    public static CheckpointAnswer? Choose(
        IReadOnlyList<ImmutableArray<ScoreSample>> checkpoints,
        double margin,
        IReadOnlyList<ImmutableArray<ScoreSample>>? validation = null
    )
    {
        ArgumentNullException.ThrowIfNull(checkpoints);
        var onTest = Walk(checkpoints, margin);
        return validation is null || onTest is null || Walk(validation, margin) is not { } chosen
            ? onTest
            : onTest with
            {
                Earliest = chosen.Earliest,
                Validation = chosen,
            };
    }

    private static CheckpointAnswer? Walk(IReadOnlyList<ImmutableArray<ScoreSample>> checkpoints, double margin)
    {
        if (checkpoints.Count == 0 || checkpoints[^1].IsEmpty)
        {
            return null;
        }

        ImmutableArray<Effect?> against =
        [
            .. checkpoints
                .Take(checkpoints.Count - 1)
                .Select(scores => scores.IsEmpty ? null : ScoreContrast.Difference(scores, checkpoints[^1])),
        ];
        var walk = NonInferiority.Walk(
            [.. against.Reverse().Select(effect => effect is null ? [] : ImmutableArray.Create(effect))],
            margin
        );
        return new(against.Length - walk.Passed, against, margin, walk.SmallestMargin);
    }

    /// <summary>
    /// Finds the earliest checkpoint from which on every barrier to the last one is shown to be below a margin: the
    /// upper ends of the two-sided 95 % intervals decide, walked from the last one backwards. That is stricter than the
    /// one-sided test of <see cref="Choose"/>, and it is the interval that a finding quotes.
    /// </summary>
    /// <param name="barriers">
    /// By checkpoint, in order: its barrier to the last one, with its interval over images; 0 for the last.
    /// </param>
    /// <param name="margin">The largest barrier that counts as none.</param>
    /// <returns>Its index; the last one's when that before it may have a barrier.</returns>
    public static int EarliestWithoutBarrier(IReadOnlyList<Estimate> barriers, double margin)
    {
        ArgumentNullException.ThrowIfNull(barriers);
        var before = barriers.Take(barriers.Count - 1).Reverse();
        return barriers.Count - 1 - before.TakeWhile(barrier => BasinTest.IsWithin(barrier, margin)).Count();
    }
}

/// <summary>Which checkpoint is enough.</summary>
/// <param name="Earliest">
/// Index of the earliest checkpoint that is shown to be no worse than the last; that of the last when none is.
/// </param>
/// <param name="AgainstLast">
/// For each checkpoint before the last, its score minus that of the last; null without a sound run.
/// </param>
/// <param name="Margin">The margin, in the unit of the score.</param>
/// <param name="SmallestMargin">
/// The smallest margin at which the checkpoint before the last would pass; null when nothing tells.
/// </param>
public sealed record CheckpointAnswer(
    int Earliest,
    ImmutableArray<Effect?> AgainstLast,
    double Margin,
    double? SmallestMargin
)
{
    /// <summary>
    /// The answer on validation images, from which <see cref="Earliest"/> comes; null where it was chosen on the test
    /// images.
    /// </summary>
    public CheckpointAnswer? Validation { get; init; }

    /// <summary>Whether a checkpoint before the last was chosen.</summary>
    public bool IsEarlier => Earliest < AgainstLast.Length;

    /// <summary>Whether the test images show the chosen checkpoint to be no worse, whatever images chose it.</summary>
    public bool IsConfirmed => IsEarlier && AgainstLast[Earliest]?.IsNoWorse(Margin) == true;

    /// <summary>
    /// The checkpoints that are better than the last beyond their uncertainty, adjusted by <see cref="Holm"/> for the
    /// number of checkpoints, the best first. Where validation images choose, only the best there.
    /// </summary>
    public ImmutableArray<int> Better
    {
        get
        {
            int[] candidates = Validation is null
                ? [.. Enumerable.Range(0, AgainstLast.Length)]
                : [.. Validation.Better.Take(1)];
            var adjusted = Holm.Adjust([.. candidates.Select(i => AgainstLast[i]?.P ?? 1)]);
            return
            [
                .. candidates
                    .Where((i, k) => adjusted[k] < Effect.Alpha && AgainstLast[i]!.IsPositive)
                    .OrderByDescending(i => AgainstLast[i]!.Value),
            ];
        }
    }

    /// <summary>
    /// Whether every earlier checkpoint that has a sound run is worse than the last beyond its uncertainty.
    /// </summary>
    public bool IsLastBest =>
        AgainstLast.Any(effect => effect is not null)
        && AgainstLast.All(effect => effect is null or { IsNegative: true });

    /// <summary>
    /// The differences that the answer rests on: those of the checkpoints that passed, or of the one that validation
    /// images chose; of the one before the last when none did.
    /// </summary>
    internal ImmutableArray<Effect> Tested
    {
        get
        {
            var first = Math.Min(Earliest, AgainstLast.Length - 1);
            return [.. AgainstLast[first..(Validation is null ? AgainstLast.Length : first + 1)].OfType<Effect>()];
        }
    }
}
