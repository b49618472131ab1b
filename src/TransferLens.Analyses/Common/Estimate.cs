using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using TransferLens.Studies.Findings;

namespace TransferLens.Analyses.Common;

/// <summary>A number with the range that it may lie in.</summary>
/// <param name="Value">The number.</param>
/// <param name="Low">Lower end of the range.</param>
/// <param name="High">Upper end of the range.</param>
public sealed record Estimate(double Value, double Low, double High)
{
    /// <summary>The whole range lies above 0.</summary>
    [JsonIgnore]
    public bool IsPositive => Low > 0;

    /// <summary>The whole range lies below 0.</summary>
    [JsonIgnore]
    public bool IsNegative => High < 0;

    /// <summary>The difference of two, over every combination of what each may be.</summary>
    /// <param name="other">What is taken away.</param>
    public Estimate Minus(Estimate other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new(Value - other.Value, Low - other.High, High - other.Low);
    }

    /// <summary>Whether the two ranges have nothing in common.</summary>
    /// <param name="other">The other.</param>
    public bool IsApartFrom(Estimate other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Low > other.High || High < other.Low;
    }

    /// <summary>As it stands in results.json.</summary>
    public JsonObject ToJson() =>
        new()
        {
            ["value"] = Value,
            ["low"] = Low,
            ["high"] = High,
        };

    /// <summary>As evidence.</summary>
    /// <param name="name">What it is.</param>
    /// <param name="unit">Its unit.</param>
    public Evidence Evidence(string name, string unit) => new(name, Value, Low, High, unit);
}
