using System.Collections.Immutable;
using System.Globalization;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Training;
using TransferLens.Vision.Weights;

namespace TransferLens.Analyses.CheckpointSweep;

/// <summary>
/// Which checkpoint of a pretraining is worth transferring. Fine-tune from several epochs of it and compare final test
/// scores, accuracies or mean AUCs, in [0, 1]: the answer is the earliest epoch whose P-T is no worse than that of the last one. Beside it: the
/// earliest epoch with no performance barrier to the last one on the source, where pretraining had entered its final basin.
/// Source: Neyshabur, Sedghi, Zhang 2020, Figure 7.
/// </summary>
/// <remarks>
/// "No worse" means that the ranges over seeds meet: few seeds, or seeds far apart, make an early epoch pass. The trainings
/// are ordinary ones from the weights of an epoch with a new head: <see cref="Trainer.Train"/> on a network that
/// <see cref="WeightsLoader"/> filled does one without a study.
/// </remarks>
public static class CheckpointChoice
{
    /// <summary>The word for the last epoch.</summary>
    public const string Last = "last";

    /// <summary>The earliest checkpoint that is no worse than the last: its range reaches that of the last one, or lies above it.</summary>
    /// <param name="accuracies">Final accuracies by checkpoint, the last one last; null where every training diverged.</param>
    /// <returns>Its index; null when the last one has no accuracy.</returns>
    public static int? EarliestNoWorse(IReadOnlyList<Estimate?> accuracies)
    {
        ArgumentNullException.ThrowIfNull(accuracies);
        return accuracies.Count > 0 && accuracies[^1] is { } last
            ? First(accuracies.Count, i => IsNoWorse(accuracies[i], last))
            : null;
    }

    /// <summary>The earliest checkpoint with no barrier to the last one beyond the noise.</summary>
    /// <param name="barriers">By checkpoint, the last one last: its barrier to the last one, with its interval over images.</param>
    /// <returns>Its index; the last one's when all earlier ones have a barrier.</returns>
    public static int EarliestWithoutBarrier(IReadOnlyList<Estimate> barriers)
    {
        ArgumentNullException.ThrowIfNull(barriers);
        return First(barriers.Count - 1, i => !barriers[i].IsPositive) ?? barriers.Count - 1;
    }

    /// <summary>The checkpoints to start from: those named, or all that are kept, in order of their epoch, and the last one.</summary>
    /// <param name="named">Epochs and <see cref="Last"/>; empty for all that are kept.</param>
    /// <param name="pretraining">How P is trained.</param>
    /// <exception cref="InputException">An epoch is not kept, or is beyond the last.</exception>
    public static ImmutableArray<string> Checkpoints(ImmutableArray<string> named, TrainingSettings pretraining)
    {
        ArgumentNullException.ThrowIfNull(pretraining);
        bool Kept(int epoch) =>
            epoch == 0
            || pretraining.Keep.Contains(epoch)
            || (pretraining.KeepEvery > 0 && epoch % pretraining.KeepEvery == 0);
        ImmutableArray<int> epochs = named.IsEmpty
            ? [.. Enumerable.Range(0, pretraining.Epochs).Where(Kept)]
            :
            [
                .. named
                    .Where(name => name != Last)
                    .Select(name => int.Parse(name, CultureInfo.InvariantCulture))
                    .Where(epoch => epoch != pretraining.Epochs)
                    .Distinct()
                    .Order(),
            ];
        if (epochs.Any(epoch => epoch > pretraining.Epochs))
        {
            throw new InputException(
                $"analyses.checkpoint_sweep.checkpoints holds {epochs[^1]}, but the pretraining has {pretraining.Epochs} epochs; write epochs up to that, or {Last}."
            );
        }

        return epochs.Where(epoch => !Kept(epoch)).ToList() is { Count: > 0 } lost
            ? throw new InputException(
                $"analyses.checkpoint_sweep.checkpoints holds {string.Join(", ", lost)}, which the pretraining does not keep; write keep: [{string.Join(", ", pretraining.Keep.Concat(lost).Distinct().Order())}] under pretrained."
            )
            : [.. epochs.Select(epoch => epoch.ToString(CultureInfo.InvariantCulture)), Last];
    }

    /// <summary>The checkpoints to start from when P comes from several files: those named, or all, in order, and the last one.</summary>
    /// <param name="named">Positions among the files, counted from 0, and <see cref="Last"/>; empty for all.</param>
    /// <param name="files">Number of files.</param>
    /// <exception cref="InputException">There are not so many files.</exception>
    public static ImmutableArray<string> Files(ImmutableArray<string> named, int files)
    {
        ImmutableArray<int> chosen = named.IsEmpty
            ? [.. Enumerable.Range(0, files - 1)]
            :
            [
                .. named
                    .Where(name => name != Last)
                    .Select(name => int.Parse(name, CultureInfo.InvariantCulture))
                    .Where(position => position != files - 1)
                    .Distinct()
                    .Order(),
            ];
        return chosen.All(position => position < files)
            ? [.. chosen.Select(position => position.ToString(CultureInfo.InvariantCulture)), Last]
            : throw new InputException(
                $"analyses.checkpoint_sweep.checkpoints holds {chosen[^1]}, but pretrained lists {files} files, counted from 0; write positions below that, or {Last}."
            );
    }

    /// <summary>Whether an accuracy is no worse than another: it is there, and its range reaches the other's or lies above it.</summary>
    internal static bool IsNoWorse(Estimate? accuracy, Estimate last) =>
        accuracy is not null && accuracy.High >= last.Low;

    private static int? First(int count, Func<int, bool> holds) =>
        Enumerable.Range(0, count).Where(holds).Select(i => (int?)i).FirstOrDefault();
}
