using System.Collections.Immutable;
using TransferLens.Studies.Declarations;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.FineTuningDepth;

/// <summary>Settings of <see cref="FineTuningDepthAnalysis"/>.</summary>
internal sealed record DepthSettings
{
    /// <summary>The run from P that the rungs follow; null for the first run that trains the whole network.</summary>
    [Setting("Run from P that the rungs follow", Default = "the first run from P that trains the whole network")]
    public string? Run { get; init; }

    /// <summary>
    /// How to train: <c>head</c>, <c>norm_head</c>, <c>last_stage</c>, <c>lora</c>, <c>decay</c>, <c>lp_ft</c>,
    /// <c>whole</c>, <c>scratch</c>, or the first module to train.
    /// </summary>
    [Setting(
        "How to train: head, norm_head, last_stage, lora, decay, lp_ft, whole, scratch, or the first module to train"
    )]
    public ImmutableArray<string> Rungs { get; init; } = DefaultRungs;

    /// <summary>The rungs where none are set.</summary>
    public static ImmutableArray<string> DefaultRungs { get; } =
    [DepthChoice.Head, DepthChoice.ProbeFirst, DepthChoice.LastStage, DepthChoice.Whole, DepthChoice.Scratch];

    /// <summary>Learning rate of rungs that train a part of the network; null for that of the run.</summary>
    [Setting(
        "Learning rate of rungs that train a part of the network",
        Minimum = 0,
        AboveMinimum = true,
        Default = "that of the run"
    )]
    public double? LearningRate { get; init; }

    /// <summary>Factor of the learning rate from each module to the one before, for the rung <c>decay</c>.</summary>
    [Setting(
        "Factor of the learning rate from each module to the one before, for the rung decay",
        Minimum = 0,
        AboveMinimum = true,
        Maximum = 1,
        BelowMaximum = true
    )]
    public double LayerDecay { get; init; } = DepthChoice.DefaultLayerDecay;

    /// <summary>Rank of the updates of the rung <c>lora</c>.</summary>
    [Setting("Rank of the updates of the rung lora", Minimum = 0)]
    public int LoraRank { get; init; } = LoraSettings.Default.Rank;

    /// <summary>Updates of the rung <c>lora</c> are multiplied by this number divided by the rank.</summary>
    [Setting("Alpha: updates of the rung lora are multiplied by alpha / rank", Minimum = 0, AboveMinimum = true)]
    public double LoraAlpha { get; init; } = LoraSettings.Default.Alpha;

    /// <summary>What counts as no worse than another rung, in points (hundredths) of the metric.</summary>
    [Setting("Largest loss, in points of the metric, that still counts as no worse", Minimum = 0, AboveMinimum = true)]
    public double Margin { get; init; } = 1;
}
