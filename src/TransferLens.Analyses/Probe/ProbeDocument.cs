using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Studies.Metrics;

namespace TransferLens.Analyses.Probe;

/// <summary>Probes as JSON: what <c>transferlens probe --json</c> prints and <c>results.json</c> has.</summary>
internal static class ProbeDocument
{
    /// <summary>Creates the document. Balanced accuracy is written once where it is the metric.</summary>
    /// <param name="result">The probes.</param>
    /// <param name="metric">The metric of the scores.</param>
    public static JsonObject Create(ProbeResult result, Metric metric)
    {
        var document = JsonSerializer.SerializeToNode(result, metric.Json)!.AsObject();
        foreach (var probed in new[] { document, document["random"] as JsonObject }.OfType<JsonObject>())
        {
            foreach (var module in probed["modules"]!.AsArray())
            {
                NameBalanced(module!["logistic"]!.AsObject(), metric);
                NameBalanced(module["knn"]!.AsObject(), metric);
            }
        }

        return document;
    }

    private static void NameBalanced(JsonObject probe, Metric metric)
    {
        var value = (double?)probe[ProbeResult.MeanRecall];
        var at = probe.IndexOf(ProbeResult.MeanRecall);
        probe.Remove(ProbeResult.MeanRecall);
        if (metric != DeclaredMetrics.BalancedAccuracy && value is not null)
        {
            probe.Insert(at, DeclaredMetrics.BalancedAccuracy.JsonKey, value);
        }
    }
}
