using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Studies.Settings;

namespace TransferLens.Report.Comparisons;

/// <summary>A comparison as JSON, for other programs; it holds no host, time or path.</summary>
public static class ComparisonFile
{
    /// <summary>Version of the document.</summary>
    public const int Version = 1;

    private static readonly JsonSerializerOptions Indented = new(StudyJson.Options) { WriteIndented = true };

    /// <summary>The document as text.</summary>
    public static string Of(Comparison comparison)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        return new JsonObject
        {
            ["version"] = Version,
            ["studies"] = new JsonArray([.. comparison.Studies.Select(Study)]),
            ["differences"] = JsonSerializer.SerializeToNode(comparison.Differences, StudyJson.Options),
            ["limits"] = JsonSerializer.SerializeToNode(comparison.Limits, StudyJson.Options),
            ["answers"] = new JsonArray([
                .. comparison.Answers.Select(question => new JsonObject
                {
                    ["question"] = question.Question,
                    ["answers"] = JsonSerializer.SerializeToNode(question.Answers, StudyJson.Options),
                }),
            ]),
        }.ToJsonString(Indented);
    }

    private static JsonObject Study(ComparedStudy study) =>
        new()
        {
            ["study"] = study.Name,
            ["results_sha256"] = study.Digest,
            ["settings"] = new JsonObject(
                study.Settings.Select(setting => KeyValuePair.Create(setting.Key, (JsonNode?)setting.Value))
            ),
            ["targets"] = JsonSerializer.SerializeToNode(study.Targets, StudyJson.Options),
        };
}
