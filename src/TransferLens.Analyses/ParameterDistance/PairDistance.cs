using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Settings;

namespace TransferLens.Analyses.ParameterDistance;

/// <summary>The distance between two solutions of a study.</summary>
/// <param name="Pair">Which two.</param>
/// <param name="Diverged">Whether one of them diverged; its last finite weights were used.</param>
/// <param name="Distance">How far apart.</param>
internal sealed record PairDistance(RunPair Pair, bool Diverged, DistanceResult Distance)
{
    /// <summary>As it stands in results.json.</summary>
    public JsonObject ToJson()
    {
        var json = JsonSerializer.SerializeToNode(Distance, StudyJson.Options)!.AsObject();
        json.Insert(0, "target", Pair.First.Target);
        json.Insert(1, "first", Pair.First.Label);
        json.Insert(2, "second", Pair.Second?.Label ?? "P");
        json.Insert(3, "diverged", Diverged);
        return json;
    }
}
