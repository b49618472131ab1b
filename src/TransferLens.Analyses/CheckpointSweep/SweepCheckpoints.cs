using System.Collections.Immutable;
using System.Globalization;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.CheckpointSweep;

/// <summary>The checkpoints of P that a sweep starts from, as the study names them.</summary>
internal static class SweepCheckpoints
{
    /// <summary>The word for the last checkpoint.</summary>
    public const string Last = "last";

    /// <summary>Epochs of a pretraining, in order: those named, or all that are kept, and the last one.</summary>
    /// <param name="named">Epochs and <see cref="Last"/>; empty for all that are kept.</param>
    /// <param name="pretraining">How P is trained.</param>
    /// <exception cref="InputException">An epoch is not kept, or is beyond the last.</exception>
    public static ImmutableArray<string> OfPretraining(ImmutableArray<string> named, TrainingSettings pretraining)
    {
        var epochs = named.IsEmpty
            ? [.. Enumerable.Range(0, pretraining.Epochs).Where(IsKept)]
            : Numbers(named, pretraining.Epochs);
        if (epochs.Any(epoch => epoch > pretraining.Epochs))
        {
            throw new InputException(SweepWords.Errors.BeyondLast(epochs[^1], pretraining.Epochs));
        }

        ImmutableArray<int> lost = [.. epochs.Where(epoch => !IsKept(epoch))];
        return lost.IsEmpty
            ? Texts(epochs)
            : throw new InputException(
                SweepWords.Errors.NotKept(lost, pretraining.Keep.Concat(lost).Distinct().Order())
            );

        bool IsKept(int epoch) =>
            epoch == 0
            || pretraining.Keep.Contains(epoch)
            || (pretraining.KeepEvery > 0 && epoch % pretraining.KeepEvery == 0);
    }

    /// <summary>Files of P, in order: those named, or all, and the last one.</summary>
    /// <param name="named">Positions among the files, counted from 0, and <see cref="Last"/>; empty for all.</param>
    /// <param name="files">Number of files.</param>
    /// <exception cref="InputException">A position is beyond the last file.</exception>
    public static ImmutableArray<string> OfFiles(ImmutableArray<string> named, int files)
    {
        var positions = named.IsEmpty ? [.. Enumerable.Range(0, files - 1)] : Numbers(named, files - 1);
        return positions.All(position => position < files)
            ? Texts(positions)
            : throw new InputException(SweepWords.Errors.NoSuchFile(positions[^1], files));
    }

    private static ImmutableArray<int> Numbers(ImmutableArray<string> named, int last) =>
        [
            .. named
                .Where(name => name != Last)
                .Select(name => int.Parse(name, CultureInfo.InvariantCulture))
                .Where(number => number != last)
                .Distinct()
                .Order(),
        ];

    private static ImmutableArray<string> Texts(ImmutableArray<int> numbers) =>
        [.. numbers.Select(number => number.ToString(CultureInfo.InvariantCulture)), Last];
}
