using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using TransferLens.Studies.Metrics;

namespace TransferLens.Analyses.WiseFt;

/// <summary>A line on one data set, for both kinds of running statistics.</summary>
/// <param name="Raw">Statistics interpolated like weights.</param>
/// <param name="Recalibrated">
/// Statistics recomputed at each alpha; null for networks without batch normalization, or when it was not asked for.
/// </param>
public sealed record WiseFtLine(WiseFtCurve Raw, WiseFtCurve? Recalibrated)
{
    /// <summary>The curve to judge the weights by: recalibrated where there is one.</summary>
    [JsonIgnore]
    public WiseFtCurve Curve => Recalibrated ?? Raw;
}

/// <summary>The lines of one fine-tuned model.</summary>
/// <param name="Target">On the target's test images, with the head of P-T.</param>
/// <param name="Source">On the source's test images, with the head of P; null where these are not known.</param>
internal sealed record WiseFtLines(WiseFtLine Target, WiseFtLine? Source)
{
    /// <summary>As JSON; scores have the names of their metrics.</summary>
    /// <param name="target">The target's metric.</param>
    /// <param name="source">The source's metric.</param>
    public JsonObject ToJson(Metric target, Metric source) =>
        new()
        {
            ["target"] = JsonSerializer.SerializeToNode(Target, target.Json),
            ["source"] = Source is null ? null : JsonSerializer.SerializeToNode(Source, source.Json),
        };

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    public static WiseFtLines Read(JsonNode json, Metric target, Metric source) =>
        new(
            json["target"].Deserialize<WiseFtLine>(target.Json)!,
            json["source"] is { } line ? line.Deserialize<WiseFtLine>(source.Json) : null
        );
}
