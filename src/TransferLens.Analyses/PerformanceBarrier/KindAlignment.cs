using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Findings;

namespace TransferLens.Analyses.PerformanceBarrier;

/// <summary>What permuting channels does to the barrier of one kind of pair.</summary>
/// <param name="Before">
/// The barrier between the models as they are, with recalibrated statistics or repaired activations.
/// </param>
/// <param name="After">The same after permuting the second model of each pair.</param>
internal sealed record KindAlignment(MeanBarrier Before, MeanBarrier After)
{
    /// <summary>Which of three cases holds.</summary>
    public AlignmentVerdict Verdict =>
        !Before.IsDetected ? AlignmentVerdict.AsTheyAre
        : After.IsDetected ? AlignmentVerdict.NotEvenAligned
        : AlignmentVerdict.OnlyAligned;

    /// <summary>Whether the barrier that the verdict rests on is shown to be within the margin.</summary>
    public bool IsWithinMargin => Judged.IsAtMost(NonInferiority.DefaultMargin);

    /// <summary>The barrier that the verdict rests on.</summary>
    public MeanBarrier Judged => Verdict == AlignmentVerdict.AsTheyAre ? Before : After;

    /// <summary>The decision that the verdict rests on.</summary>
    public Decision Decision => Judged.Decision;

    /// <summary>What permuting does over pairs of one kind; null where it was not measured.</summary>
    /// <param name="pairs">The pairs.</param>
    public static KindAlignment? Create(ImmutableArray<PairBarrier> pairs) =>
        pairs.All(pair => pair.Aligned is not null)
        && KindBarrier.MeanScore(pairs, pair => (pair.ComparedSamples, pair.Compared)) is { } before
        && KindBarrier.MeanScore(pairs, pair => (pair.AlignedSamples!, pair.Aligned!.Recalibrated.Barrier)) is { } after
            ? new(before, after)
            : null;

    /// <summary>Its part of an entry in results.json.</summary>
    public JsonObject ToJson() =>
        new()
        {
            ["lambda"] = After.Lambda,
            ["before"] = Before.ToJson(),
            ["barrier"] = After.ToJson(),
        };
}

/// <summary>Whether models share a basin.</summary>
internal enum AlignmentVerdict
{
    /// <summary>No barrier is detected between them.</summary>
    AsTheyAre,

    /// <summary>A barrier is detected, and none after permuting channels.</summary>
    OnlyAligned,

    /// <summary>A barrier is detected before and after.</summary>
    NotEvenAligned,
}
