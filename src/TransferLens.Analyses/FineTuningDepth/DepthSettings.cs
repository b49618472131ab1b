using System.Collections.Immutable;
using TransferLens.Studies.Declarations;

namespace TransferLens.Analyses.FineTuningDepth;

/// <summary>Settings of <see cref="FineTuningDepthAnalysis"/>.</summary>
internal sealed record DepthSettings
{
    /// <summary>The run from P that the rungs follow; null for the first run that trains the whole network.</summary>
    [Setting("Run from P that the rungs follow", Default = "the first run from P that trains the whole network")]
    public string? Run { get; init; }

    /// <summary>
    /// How much to train: <c>head</c>, <c>last_stage</c>, <c>whole</c>, <c>scratch</c>, or the first module to train.
    /// </summary>
    [Setting("How much to train: head, last_stage, whole, scratch, or the first module to train")]
    public ImmutableArray<string> Rungs { get; init; } =
    [DepthChoice.Head, DepthChoice.LastStage, DepthChoice.Whole, DepthChoice.Scratch];

    /// <summary>Learning rate of partly frozen rungs; null for that of the run.</summary>
    [Setting("Learning rate of partly frozen rungs", Minimum = 0, AboveMinimum = true, Default = "that of the run")]
    public double? LearningRate { get; init; }

    /// <summary>What counts as no worse than another rung, in points (hundredths) of the metric.</summary>
    [Setting(
        "Largest loss, in points of the metric, that still counts as no worse",
        Minimum = 0,
        AboveMinimum = true
    )]
    public double Margin { get; init; } = 1;
}
