using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Studies.Metrics;

namespace TransferLens.Report.Comparisons;

/// <summary>Formats comparisons as JSON, for other programs. The document contains no host, time or path.</summary>
public static class ComparisonFile
{
    /// <summary>The version of the document.</summary>
    public const int Version = 2;

    private static readonly JsonSerializerOptions Indented = new(ResultJson.Options) { WriteIndented = true };

    /// <summary>The JSON document of a comparison, indented.</summary>
    /// <param name="comparison">The comparison.</param>
    public static string Format(Comparison comparison)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        return new JsonObject
        {
            ["version"] = Version,
            ["studies"] = new JsonArray([.. comparison.Studies.Select(Study)]),
            ["differences"] = JsonSerializer.SerializeToNode(comparison.Differences, ResultJson.Options),
            ["limits"] = JsonSerializer.SerializeToNode(comparison.Limits, ResultJson.Options),
            ["answers"] = new JsonArray([
                .. comparison.Answers.Select(question => new JsonObject
                {
                    ["question"] = question.Question,
                    ["answers"] = JsonSerializer.SerializeToNode(question.Answers, ResultJson.Options),
                }),
            ]),
        }.ToJsonString(Indented);
    }

    private static JsonObject Study(ComparedStudy study) =>
        new()
        {
            ["study"] = study.Name,
            ["resultsSha256"] = study.Digest,
            ["settings"] = new JsonObject(
                study.Settings.Select(setting => KeyValuePair.Create(setting.Key, (JsonNode?)setting.Value))
            ),
            ["targets"] = JsonSerializer.SerializeToNode(study.Targets, ResultJson.Options),
        };
}
