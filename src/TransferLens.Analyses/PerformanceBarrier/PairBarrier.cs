using System.Text.Json.Serialization;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Interpolation;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.PerformanceBarrier;

/// <summary>The barrier between two training runs of a study.</summary>
/// <param name="Pair">The two runs.</param>
/// <param name="Epochs">The epoch of both: <c>last</c> or <c>best</c>.</param>
/// <param name="Diverged">Whether one of them diverged; its last finite weights were used.</param>
/// <param name="Learned">
/// Whether both ends are beyond chance by more than the uncertainty of the test images: accuracy above the share of the
/// largest class, or a mean AUC above 0.5. Otherwise a line shows nothing.
/// </param>
/// <param name="Raw">With running statistics interpolated like weights.</param>
/// <param name="Recalibrated">
/// With running statistics recomputed at each point; null for networks without batch normalization.
/// </param>
/// <param name="Samples">The curve to judge the weights by, on the resamples of the test images.</param>
internal sealed record PairBarrier(
    [property: JsonIgnore] RunPair Pair,
    string Epochs,
    bool Diverged,
    bool Learned,
    BarrierCurve Raw,
    BarrierCurve? Recalibrated,
    [property: JsonIgnore] LineSamples Samples
)
{
    /// <summary>The line after permuting hidden channels; null when that was not asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AlignedLine? Aligned { get; init; }

    /// <summary>The same line on the resamples of the test images.</summary>
    [JsonIgnore]
    public LineSamples? AlignedSamples { get; init; }

    /// <summary>The line without permuting that the aligned one is compared with, on the resamples.</summary>
    [JsonIgnore]
    public LineSamples ComparedSamples { get; init; } = Samples;

    /// <summary>Its barrier.</summary>
    [JsonIgnore]
    public BarrierHeight Compared => (Aligned?.Repaired ?? Recalibrated ?? Raw).Barrier;

    /// <summary>The target.</summary>
    [JsonPropertyOrder(-1)]
    public string Target => Pair.First.Target;

    /// <summary>The first run.</summary>
    [JsonPropertyOrder(-1)]
    public string First => Pair.First.Label;

    /// <summary>The second run.</summary>
    [JsonPropertyOrder(-1)]
    public string Second => Pair.Second!.Label;

    /// <summary>What the two start from.</summary>
    [JsonPropertyOrder(-1)]
    public string Start => Pair.Start;

    /// <summary>
    /// The barrier to judge the weights by: the recalibrated one where the network has batch normalization.
    /// </summary>
    [JsonIgnore]
    public BarrierHeight Barrier => (Recalibrated ?? Raw).Barrier;

    /// <summary>Whether both start from the same random weights.</summary>
    [JsonIgnore]
    public bool SameRandomWeights => Pair is { SameStart: true, First.Initialization: Initialization.Random };

    /// <summary>Whether it was measured at the last epochs.</summary>
    [JsonIgnore]
    public bool AtLastEpochs => Epochs == "last";
}
