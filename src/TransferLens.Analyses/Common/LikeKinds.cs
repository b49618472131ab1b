using System.Collections.Immutable;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.Common;

/// <summary>
/// Which two kinds are compared: one of runs from P, the other of runs from random weights. Where a side has several,
/// as with several learning rates, the first two that were trained with equal settings are taken, and without such the
/// first of each side.
/// </summary>
/// <typeparam name="T">What is known of a kind.</typeparam>
/// <param name="Pretrained">The kind of runs from P.</param>
/// <param name="Random">The kind of runs from random weights.</param>
/// <param name="SameRecipe">Whether both were trained with equal settings.</param>
/// <param name="Others">Whether a side has further kinds, which are left out.</param>
internal sealed record LikeKinds<T>(T Pretrained, T Random, bool SameRecipe, bool Others)
    where T : class
{
    /// <summary>
    /// Two kinds of pairs of runs; null when a side has none. A kind whose pairs were trained with unlike settings, or
    /// from one start at random, is no candidate.
    /// </summary>
    /// <param name="kinds">All kinds on one target.</param>
    /// <param name="pair">A pair of a kind.</param>
    public static LikeKinds<T>? Choose(IEnumerable<T> kinds, Func<T, RunPair> pair)
    {
        ImmutableArray<T> like = [.. kinds.Where(kind => IsLike(pair(kind)))];
        return Choose(
            [.. like.Where(kind => pair(kind).BothPretrained)],
            [.. like.Where(kind => pair(kind).BothRandom)],
            kind => pair(kind).First
        );
    }

    /// <summary>Two kinds of runs; null when a side has none.</summary>
    /// <param name="kinds">All kinds on one target.</param>
    /// <param name="run">A run of a kind.</param>
    public static LikeKinds<T>? ChooseRuns(IReadOnlyCollection<T> kinds, Func<T, PlannedRun> run) =>
        Choose(
            [.. kinds.Where(kind => run(kind).Initialization == Initialization.Pretrained)],
            [.. kinds.Where(kind => run(kind).Initialization == Initialization.Random)],
            run
        );

    private static bool IsLike(RunPair pair) => pair.EqualSettings && pair.First.Run == pair.Second!.Run;

    private static LikeKinds<T>? Choose(ImmutableArray<T> pretrained, ImmutableArray<T> random, Func<T, PlannedRun> run)
    {
        if (pretrained.IsEmpty || random.IsEmpty)
        {
            return null;
        }

        var others = pretrained.Length > 1 || random.Length > 1;
        var same =
            from first in pretrained
            from second in random
            where RunPair.SameRecipe(run(first), run(second))
            select new LikeKinds<T>(first, second, true, others);
        return same.FirstOrDefault() ?? new(pretrained[0], random[0], false, others);
    }
}
