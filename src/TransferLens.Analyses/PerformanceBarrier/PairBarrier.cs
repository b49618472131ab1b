using System.Text.Json.Nodes;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Interpolation;
using TransferLens.Studies.Metrics;

namespace TransferLens.Analyses.PerformanceBarrier;

/// <summary>The barrier between two trainings of a study.</summary>
/// <param name="Pair">Which two.</param>
/// <param name="Epochs">Of which epoch of both: <c>last</c> or <c>best</c>.</param>
/// <param name="Diverged">Whether one of them diverged; its last finite weights were used.</param>
/// <param name="Raw">With running statistics interpolated like weights.</param>
/// <param name="Recalibrated">With running statistics recomputed at each point; null for networks without batch normalization.</param>
/// <param name="Learned">Whether both ends are beyond chance, right more often than naming the largest class would be or of a mean AUC above 0.5, by more than the test images leave uncertain: else a line shows nothing.</param>
internal sealed record PairBarrier(
    RunPair Pair,
    string Epochs,
    bool Diverged,
    BarrierCurve Raw,
    BarrierCurve? Recalibrated,
    bool Learned
)
{
    /// <summary>The curve that speaks about the weights: recalibrated where the network normalizes.</summary>
    public BarrierCurve Curve => Recalibrated ?? Raw;

    /// <summary>As it stands in results.json.</summary>
    public JsonObject ToJson() =>
        new()
        {
            ["target"] = Pair.First.Target,
            ["first"] = Pair.First.Label,
            ["second"] = Pair.Second!.Label,
            ["start"] = Pair.Start,
            ["epochs"] = Epochs,
            ["diverged"] = Diverged,
            ["learned"] = Learned,
            ["raw"] = Write(Raw, Pair.Metric.ScoreKey),
            ["recalibrated"] = Recalibrated is null ? null : Write(Recalibrated, Pair.Metric.ScoreKey),
        };

    private static JsonObject Write(BarrierCurve curve, string key) =>
        new()
        {
            ["points"] = new JsonArray([
                .. curve.Points.Select(point => new JsonObject
                {
                    ["lambda"] = point.Lambda,
                    [key] = point.Score,
                    [$"{key}_low"] = point.ScoreInterval?.Low,
                    [$"{key}_high"] = point.ScoreInterval?.High,
                    ["loss"] = Finite(point.Loss),
                    ["loss_low"] = point.LossInterval?.Low,
                    ["loss_high"] = point.LossInterval?.High,
                }),
            ]),
            ["barrier"] = new JsonObject
            {
                [key] = curve.Score,
                [$"{key}_low"] = curve.ScoreInterval?.Low,
                [$"{key}_high"] = curve.ScoreInterval?.High,
                [$"{key}_noise"] = curve.ScoreInterval?.Noise,
                ["loss"] = Finite(curve.Loss),
                ["loss_low"] = curve.LossInterval?.Low,
                ["loss_high"] = curve.LossInterval?.High,
                ["loss_noise"] = curve.LossInterval?.Noise,
            },
        };

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
