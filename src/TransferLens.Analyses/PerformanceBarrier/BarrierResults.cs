using System.Collections.Immutable;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using TransferLens.Analyses.Interpolation;
using TransferLens.Studies.Metrics;

namespace TransferLens.Analyses.PerformanceBarrier;

/// <summary>What was measured of a study's models along lines, on planes and within basins.</summary>
/// <param name="Pairs">The line between each pair of training runs.</param>
/// <param name="Kinds">The barriers of each kind of pair within one run.</param>
/// <param name="Planes">The planes through three models.</param>
/// <param name="Basins">The basin tests.</param>
internal sealed record BarrierResults(
    ImmutableArray<PairBarrier> Pairs,
    ImmutableArray<KindBarrier> Kinds,
    ImmutableArray<MeasuredPlane> Planes,
    ImmutableArray<TestedBasin> Basins
)
{
    /// <summary>The trained curves.</summary>
    public ImmutableArray<PairCurve> Curves { get; init; } = [];

    /// <summary>How pairs from P and from random weights compare.</summary>
    public ImmutableArray<BarrierComparison> Comparisons { get; } = BarrierComparison.Find(Kinds);

    /// <summary>
    /// One array in <c>results.json</c>: pairs, kinds of pairs and their comparisons, curves, planes, basins, each with
    /// the names of its metric.
    /// </summary>
    public JsonArray ToJson() =>
        [
            .. Pairs.Select(pair => Entry(pair, pair.Pair.Metric)),
            .. Kinds.Select(kind => kind.ToJson()),
            .. Comparisons.Select(comparison => comparison.ToJson()),
            .. Curves.Select(curve => Entry(curve, curve.Line.Pair.Metric)),
            .. Planes.Select(plane => Entry(plane, plane.Set.Metric)),
            .. Basins.Select(basin => Entry(basin, basin.Set.Metric)),
        ];

    private static JsonNode Entry<T>(T entry, Metric metric) =>
        System.Text.Json.JsonSerializer.SerializeToNode(entry, metric.Json)!;
}

/// <summary>A plane of a study.</summary>
/// <param name="Set">Its models.</param>
/// <param name="Plane">What was measured.</param>
internal sealed record MeasuredPlane([property: JsonIgnore] ModelSet Set, PlaneResult Plane)
{
    /// <summary>The target.</summary>
    [JsonPropertyOrder(-1)]
    public string Target => Set.Target;

    /// <summary>The training runs that the models are from.</summary>
    [JsonPropertyOrder(-1)]
    public ImmutableArray<string> Runs => Set.Labels;
}

/// <summary>A basin test of a study.</summary>
/// <param name="Set">The models that were tested.</param>
/// <param name="Diverged">Whether one of their runs diverged.</param>
/// <param name="Learned">Whether all of them are beyond chance, as for a <see cref="PairBarrier"/>.</param>
/// <param name="Basin">What was measured.</param>
internal sealed record TestedBasin(
    [property: JsonIgnore] ModelSet Set,
    [property: JsonIgnore] bool Diverged,
    [property: JsonIgnore] bool Learned,
    BasinResult Basin
)
{
    /// <summary>The target.</summary>
    [JsonPropertyOrder(-1)]
    public string Target => Set.Target;

    /// <summary>The training runs that the models are from.</summary>
    [JsonPropertyOrder(-1)]
    public ImmutableArray<string> Runs => Set.Labels;
}
