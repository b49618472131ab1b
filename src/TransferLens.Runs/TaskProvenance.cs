using System.Globalization;
using System.Text.Json.Nodes;
using TransferLens.Execution.Artifacts;
using TransferLens.Report.Content;
using TransferLens.Studies.Plans;

namespace TransferLens.Runs;

/// <summary>How and where an artifact was made, as the store recorded it, for the report.</summary>
internal static class TaskProvenance
{
    /// <summary>The line of one finished task.</summary>
    public static ProvenanceLine Create(TaskSpec task, ArtifactStore store)
    {
        var made = store.Manifest(task.Key)["provenance"]!;
        return new(
            task.Title,
            task.Kind.Name,
            task.Key,
            (double)made["seconds"]!,
            (string)made["machine"]!,
            DateTimeOffset.Parse((string)made["started"]!, CultureInfo.InvariantCulture),
            (string)made["program"]!
        )
        {
            Seeds = Seeds(task),
            // Artifacts of an earlier version do not have these.
            ProcessorSeconds = (double?)made["processor_seconds"],
            Software = made["software"] is JsonObject software
                ? string.Join(
                    ", ",
                    software.Select(part => part.Key == "system" ? $"{part.Value}" : $"{part.Key} {part.Value}")
                )
                : null,
        };
    }

    /// <summary>
    /// The seeds in a task's settings, for example <c>seed 1, shuffle 1234</c>; without a seed of its own, also those
    /// of its inputs.
    /// </summary>
    public static string Seeds(TaskSpec task)
    {
        var read = task.Settings.ContainsKey("seed")
            ? []
            : task.Inputs.Values.SelectMany(input => Named(input.Settings, ""));
        return string.Join(", ", read.Concat(Named(task.Settings, "")).Distinct());
    }

    private static IEnumerable<string> Named(JsonNode? node, string parent) =>
        node switch
        {
            JsonObject members => members.SelectMany(member =>
                (member.Key, member.Value) switch
                {
                    ("seed", JsonValue seed) => [$"{(parent.Length == 0 ? "seed" : parent)} {seed}"],
                    _ => Named(member.Value, member.Key is "options" ? parent : member.Key),
                }
            ),
            JsonArray items => items.SelectMany(item => Named(item, parent)),
            _ => [],
        };
}
