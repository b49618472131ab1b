using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using TransferLens.Studies.Findings;

namespace TransferLens.Analyses.Statistics;

/// <summary>A number with its interval.</summary>
/// <param name="Value">The number.</param>
/// <param name="Low">Lower end of the interval.</param>
/// <param name="High">Upper end of the interval.</param>
public sealed record Estimate(double Value, double Low, double High)
{
    /// <summary>Whether the whole interval is above 0.</summary>
    [JsonIgnore]
    public bool IsPositive => Low > 0;

    /// <summary>Whether the whole interval is below 0.</summary>
    [JsonIgnore]
    public bool IsNegative => High < 0;

    /// <summary>Its form in results.json.</summary>
    public JsonObject ToJson() =>
        new()
        {
            ["value"] = Value,
            ["low"] = Low,
            ["high"] = High,
        };

    /// <summary>The estimate as evidence of a finding.</summary>
    /// <param name="name">What was estimated.</param>
    /// <param name="unit">Its unit.</param>
    public Evidence Evidence(string name, string unit) => new(name, Value, Low, High, unit);
}
