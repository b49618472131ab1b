using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Studies.Inputs;

namespace TransferLens.Studies.Plans;

/// <summary>A task as JSON, as in a run's folder and as a worker gets it. Inputs are written as their keys.</summary>
internal static class TaskFile
{
    /// <summary>Writes a task as JSON.</summary>
    public static JsonObject Write(TaskSpec task) =>
        new()
        {
            ["key"] = task.Key,
            ["kind"] = task.Kind.Name,
            ["version"] = task.Kind.Version,
            ["traits"] = task.Kind.TraitNames(),
            ["title"] = task.Title,
            ["cost"] = task.Cost,
            ["settings"] = task.Settings.DeepClone(),
            ["inputs"] = new JsonObject(
                task.Inputs.Select(input => KeyValuePair.Create(input.Key, (JsonNode?)input.Value.Key))
            ),
            ["locations"] = task.Locations.DeepClone(),
        };

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <param name="json">The JSON.</param>
    /// <param name="find">Finds an input by its key.</param>
    /// <exception cref="InputException">The task was changed: its content does not match its key.</exception>
    public static TaskSpec Read(JsonObject json, Func<string, TaskSpec> find)
    {
        var task = new TaskSpec
        {
            Kind = new((string)json["kind"]!, (int)json["version"]!, TaskKind.ParseTraits(json["traits"]!.AsArray())),
            Title = (string)json["title"]!,
            Cost = (double)json["cost"]!,
            Settings = json["settings"]!.DeepClone().AsObject(),
            Inputs = json["inputs"]!
                .AsObject()
                .ToImmutableSortedDictionary(
                    input => input.Key,
                    input => find((string)input.Value!),
                    StringComparer.Ordinal
                ),
            Locations = json["locations"]!.DeepClone().AsObject(),
        };
        return task.Key == (string)json["key"]!
            ? task
            : throw new InputException(
                $"The task '{task.Title}' has changed since it was planned; run the study again."
            );
    }
}
