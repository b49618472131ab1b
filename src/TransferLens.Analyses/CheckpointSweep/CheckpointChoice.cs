using TransferLens.Analyses.Common;
using TransferLens.Vision.Training;
using TransferLens.Vision.Weights;

namespace TransferLens.Analyses.CheckpointSweep;

/// <summary>
/// Which checkpoint of a pretraining is worth transferring. Fine-tune from several epochs of it and compare final test
/// scores, accuracies or mean AUCs, in [0, 1]: the answer is the earliest epoch whose P-T is no worse than that of the
/// last one. A second answer is the earliest epoch without a performance barrier to the last one on the source, where
/// pretraining had entered its final basin. Source: Neyshabur, Sedghi, Zhang 2020, Figure 7.
/// </summary>
/// <remarks>
/// "No worse" means that the ranges over seeds overlap: with few seeds, or seeds far apart, an early epoch passes. Each
/// fine-tuning is an ordinary one, from the weights of an epoch with a new head: without a study, use
/// <see cref="Trainer.Train"/> on a network that <see cref="WeightsLoader"/> loaded.
/// </remarks>
public static class CheckpointChoice
{
    /// <summary>
    /// Finds the earliest checkpoint that is no worse than the last: its range reaches or exceeds that one's.
    /// </summary>
    /// <param name="scores">Final scores by checkpoint, in order; null where every run diverged.</param>
    /// <returns>Its index; null when the last one has no score.</returns>
    public static int? EarliestNoWorse(IReadOnlyList<Estimate?> scores)
    {
        ArgumentNullException.ThrowIfNull(scores);
        return scores.Count > 0 && scores[^1] is { } last ? First(scores.Count, i => IsNoWorse(scores[i], last)) : null;
    }

    /// <summary>Finds the earliest checkpoint without a detected barrier to the last one.</summary>
    /// <param name="barriers">
    /// By checkpoint, in order: its barrier to the last one, with its interval over images.
    /// </param>
    /// <returns>Its index; the last one's when all earlier ones have a barrier.</returns>
    public static int EarliestWithoutBarrier(IReadOnlyList<Estimate> barriers)
    {
        ArgumentNullException.ThrowIfNull(barriers);
        return First(barriers.Count - 1, i => !barriers[i].IsPositive) ?? barriers.Count - 1;
    }

    /// <summary>Whether a score exists and its range reaches or exceeds that of another.</summary>
    internal static bool IsNoWorse(Estimate? score, Estimate last) => score is not null && score.High >= last.Low;

    private static int? First(int count, Func<int, bool> condition) =>
        Enumerable.Range(0, count).Where(condition).Select(i => (int?)i).FirstOrDefault();
}
