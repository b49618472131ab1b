using System.Collections.Immutable;
using TransferLens.Studies.Declarations;

namespace TransferLens.Analyses.FineTuningDepth;

/// <summary>Settings of <see cref="FineTuningDepthAnalysis"/>.</summary>
internal sealed record DepthSettings
{
    /// <summary>The run from P that the rungs follow; null for the first that trains the whole network.</summary>
    [Setting("Run from P that the rungs follow", Default = "the first run from P that trains the whole network")]
    public string? Run { get; init; }

    /// <summary>How much is trained: <c>head</c>, <c>last_stage</c>, <c>whole</c>, <c>scratch</c>, or a module from which on.</summary>
    [Setting("How much is trained: head, last_stage, whole, scratch, or a module from which on")]
    public ImmutableArray<string> Rungs { get; init; } =
    [DepthChoice.Head, DepthChoice.LastStage, DepthChoice.Whole, DepthChoice.Scratch];

    /// <summary>Learning rate of rungs that freeze something; null for the run's own.</summary>
    [Setting(
        "Learning rate of rungs that freeze something",
        Minimum = 0,
        AboveMinimum = true,
        Default = "the run's own"
    )]
    public double? LearningRate { get; init; }
}
