using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Studies;

namespace TransferLens.Analyses;

/// <summary>The barrier between two trainings of a study.</summary>
/// <param name="Pair">Which two.</param>
/// <param name="Diverged">Whether one of them diverged; its last finite weights were used.</param>
/// <param name="Raw">With running statistics interpolated like weights.</param>
/// <param name="Recalibrated">With running statistics recomputed at each point; null for networks without batch normalization.</param>
/// <param name="Noise">How far an accuracy is uncertain: half the width of the wider 95 % bootstrap interval of the two ends.</param>
internal sealed record PairBarrier(RunPair Pair, bool Diverged, BarrierCurve Raw, BarrierCurve? Recalibrated, double Noise)
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
        ["points"] = JsonSerializer.SerializeToNode(curve.Points, StudyJson.Options),
        ["barrier"] = new JsonObject { ["accuracy"] = curve.Accuracy, ["loss"] = curve.Loss },
    };
}
