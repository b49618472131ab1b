using System.Text.Json.Serialization;
using TransferLens.Analyses.Interpolation;

namespace TransferLens.Analyses.PerformanceBarrier;

/// <summary>A trained curve between two runs, next to the straight line between them.</summary>
/// <param name="Line">The straight line.</param>
/// <param name="TrainedCurve">The curve.</param>
/// <param name="OnLine">The barrier on the line.</param>
/// <param name="OnCurve">The barrier on the curve; null when its training diverged.</param>
internal sealed record PairCurve(
    [property: JsonIgnore] PairBarrier Line,
    TrainedCurve TrainedCurve,
    [property: JsonIgnore] MeanBarrier OnLine,
    [property: JsonIgnore] MeanBarrier? OnCurve
)
{
    /// <summary>The target.</summary>
    [JsonPropertyOrder(-1)]
    public string Target => Line.Target;

    /// <summary>The first run.</summary>
    [JsonPropertyOrder(-1)]
    public string First => Line.First;

    /// <summary>The second run.</summary>
    [JsonPropertyOrder(-1)]
    public string Second => Line.Second;

    /// <summary>Puts a curve next to its line.</summary>
    /// <param name="line">The line.</param>
    /// <param name="curve">The curve.</param>
    /// <param name="samples">The curve on the resamples of the test images; null when its training diverged.</param>
    public static PairCurve Create(PairBarrier line, TrainedCurve curve, LineSamples? samples) =>
        new(
            line,
            curve,
            // 0.5 is always among the points.
            KindBarrier.MeanScore([line], pair => (pair.Samples, pair.Barrier))!,
            samples is null ? null : KindBarrier.MeanScore([line], _ => (samples, curve.Curve!.Barrier))
        );
}
