using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using TransferLens.Studies.Settings;

namespace TransferLens.Studies.Metrics;

/// <summary>
/// Results as JSON: the names of their records in camelCase, in a task's <c>result.json</c> and in
/// <c>results.json</c>, as in the command's <c>--json</c>. Settings inside a result keep the names of the study file,
/// and words such as <c>random</c> are in snake_case, as in study files.
/// </summary>
internal static class ResultJson
{
    private static readonly ConcurrentDictionary<string, JsonSerializerOptions> ByMetric = new(StringComparer.Ordinal);

    /// <summary>The word <c>score</c> in a property's name becomes <c>accuracy</c>.</summary>
    public static JsonSerializerOptions Options { get; } = ForScore("accuracy");

    /// <summary>The word <c>score</c> in a property's name becomes a metric's name.</summary>
    /// <param name="metric">The metric's name in JSON, for example <c>balancedAccuracy</c>.</param>
    public static JsonSerializerOptions ForScore(string metric) => ByMetric.GetOrAdd(metric, Create);

    private static JsonSerializerOptions Create(string metric)
    {
        var options = StudyJson.CreateStrict(JsonNamingPolicy.CamelCase);
        options.TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { type => NameScores(type, metric) } };
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }

    // In code a property is a score; in JSON it has the metric's name, unless an attribute names it.
    private static void NameScores(JsonTypeInfo type, string metric)
    {
        foreach (var property in type.Properties.Where(property => !HasExplicitName(property)))
        {
            property.Name = NameScore(property.Name, metric);
        }
    }

    // score, scoreLow and meanTrainScore become accuracy, accuracyLow and meanTrainAccuracy.
    private static string NameScore(string name, string metric)
    {
        const string First = "score";
        const string Later = "Score";
        if (name == First || (name.StartsWith(First, StringComparison.Ordinal) && char.IsUpper(name[First.Length])))
        {
            return metric + name[First.Length..];
        }

        var at = name.IndexOf(Later, StringComparison.Ordinal);
        var isWord = at > 0 && (at + Later.Length == name.Length || char.IsUpper(name[at + Later.Length]));
        return isWord ? name[..at] + Capital(metric) + name[(at + Later.Length)..] : name;
    }

    private static string Capital(string name) => char.ToUpperInvariant(name[0]) + name[1..];

    private static bool HasExplicitName(JsonPropertyInfo property) =>
        property.AttributeProvider?.IsDefined(typeof(JsonPropertyNameAttribute), false) == true;
}
