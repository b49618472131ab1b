using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Metrics;

namespace TransferLens.Analyses.Mistakes;

/// <summary>The mistakes of two trainings of a study.</summary>
/// <param name="Pair">Which two.</param>
/// <param name="Diverged">Whether one of them diverged; its last finite weights were used.</param>
/// <param name="Result">Their mistakes, without the list of images.</param>
internal sealed record PairMistakes(RunPair Pair, bool Diverged, MistakesResult Result)
{
    /// <summary>One starts from P and the other from random weights.</summary>
    public bool Mixed => !Pair.BothPretrained && !Pair.BothRandom;

    /// <summary>Share of the images, or decisions, that either gets wrong which both get wrong; null without a mistake.</summary>
    public double? Overlap =>
        Result.BothCorrect.Count == Result.Whole
            ? null
            : Result.Common.Count / (double)(Result.Whole - Result.BothCorrect.Count);

    /// <summary>As it stands in results.json.</summary>
    /// <param name="classes">Names of the classes.</param>
    public JsonObject ToJson(IReadOnlyList<string> classes)
    {
        var json = JsonSerializer.SerializeToNode(Result, Pair.DefaultMetric.Json)!.AsObject();
        json.Remove("only_first_images");
        json.Remove("only_second_images");
        foreach (var entry in json["classes"]!.AsArray())
        {
            entry!["label"] = classes[(int)entry["label"]!];
        }

        json.Insert(0, "target", Pair.First.Target);
        json.Insert(1, "first", Pair.First.Label);
        json.Insert(2, "second", Pair.Second!.Label);
        json.Insert(3, "diverged", Diverged);
        return json;
    }
}
