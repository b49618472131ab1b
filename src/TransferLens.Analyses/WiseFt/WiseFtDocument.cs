using System.Text.Json.Nodes;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Metrics;

namespace TransferLens.Analyses.WiseFt;

/// <summary>The lines from P in <c>results.json</c>.</summary>
internal static class WiseFtDocument
{
    /// <summary>The entry of one group of runs.</summary>
    public static JsonObject Create(GroupWiseFt group) =>
        new()
        {
            ["target"] = group.Target,
            ["run"] = group.Group.Run,
            ["learningRate"] = group.Group.LearningRate,
            ["members"] = new JsonArray([.. group.Runs.Select(run => (JsonNode)run.Label)]),
            ["diverged"] = group.Diverged,
            ["learned"] = group.Learned,
            ["sourceLearned"] = group.SourceLearned,
            ["margin"] = group.Margin,
            ["alpha"] = group.Choice is null ? null : group.Alpha,
            ["chosenOnValidation"] = group.Choice is null ? null : group.OnValidation,
            ["confirmed"] = group.IsConfirmed,
            ["smallestMargin"] = group.Choice?.SmallestMargin,
            ["model"] = group.Saved is { } saved ? group.Runs[saved].Label : null,
            ["checkpoint"] = group.Checkpoint,
            ["forgotten"] = group.Forgotten?.ToJson(),
            ["regained"] = group.Regained?.ToJson(),
            ["change"] = group.Cost?.ToJson(),
            ["points"] = new JsonArray([
                .. Enumerable.Range(0, group.Choice is null ? 0 : group.Alphas.Length).Select(at => Point(group, at)),
            ]),
            ["lines"] = new JsonArray([.. group.Lines.Select((_, i) => Line(group, i))]),
        };

    // The means over runs.
    private static JsonObject Point(GroupWiseFt group, int at) =>
        new()
        {
            ["alpha"] = group.Alphas[at],
            ["target"] = Side(
                group.Metric,
                group.TargetScore(at),
                group.MeanLoss(lines => lines.Target, at),
                group.Changes[at]
            ),
            ["source"] = group.HasSource
                ? Side(
                    group.SourceMetric,
                    group.SourceScore(at),
                    group.MeanLoss(lines => lines.Source!, at),
                    group.Regains(at)
                )
                : null,
        };

    private static JsonObject Side(Metric metric, Effect score, double loss, Effect change)
    {
        var (_, low, high) = score.Interval();
        return new()
        {
            [metric.JsonKey] = score.Value,
            ["low"] = score.HasInterval ? low : null,
            ["high"] = score.HasInterval ? high : null,
            ["loss"] = double.IsFinite(loss) ? loss : null,
            ["overFineTuned"] = change.ToJson(),
        };
    }

    private static JsonObject Line(GroupWiseFt group, int i)
    {
        var line = group.Lines[i].ToJson(group.Metric, group.SourceMetric);
        line.Insert(0, "model", group.Runs[i].Label);
        return line;
    }
}
