using System.Text.Json.Nodes;

namespace TransferLens.Analyses;

/// <summary>The barrier between two trainings of a study.</summary>
/// <param name="Pair">Which two.</param>
/// <param name="Diverged">Whether one of them diverged; its last finite weights were used.</param>
/// <param name="Raw">With running statistics interpolated like weights.</param>
/// <param name="Recalibrated">With running statistics recomputed at each point; null for networks without batch normalization.</param>
/// <param name="Noise">How far an accuracy is uncertain: half the width of the wider 95 % bootstrap interval of the two ends.</param>
/// <param name="Learned">Whether both ends are right more often than naming the largest class would be, beyond that noise: else a line shows nothing.</param>
internal sealed record PairBarrier(RunPair Pair, bool Diverged, BarrierCurve Raw, BarrierCurve? Recalibrated, double Noise, bool Learned)
{
    /// <summary>The curve that speaks about the weights: recalibrated where the network normalizes.</summary>
    public BarrierCurve Curve => Recalibrated ?? Raw;

    /// <summary>As it stands in results.json.</summary>
    public JsonObject ToJson() => new()
    {
        ["target"] = Pair.First.Target,
        ["first"] = Pair.First.Label,
        ["second"] = Pair.Second!.Label,
        ["diverged"] = Diverged,
        ["raw"] = Write(Raw),
        ["recalibrated"] = Recalibrated is null ? null : Write(Recalibrated),
    };

    private static JsonObject Write(BarrierCurve curve) => new()
    {
        ["points"] = new JsonArray([.. curve.Points.Select(point => new JsonObject { ["lambda"] = point.Lambda, ["accuracy"] = point.Accuracy, ["loss"] = Finite(point.Loss) })]),
        ["barrier"] = new JsonObject { ["accuracy"] = curve.Accuracy, ["loss"] = Finite(curve.Loss) },
    };

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
