using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Studies.Inputs;

namespace TransferLens.Studies.Plans;

/// <summary>A task as JSON: what a worker is given, and what a run's folder remembers. Inputs are named by their keys.</summary>
public static class TaskFile
{
    /// <summary>A task as JSON.</summary>
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

    /// <summary>The task that <see cref="Write"/> was given.</summary>
    /// <param name="json">What it wrote.</param>
    /// <param name="find">Finds an input by its key.</param>
    /// <exception cref="InputException">The file was changed: its content does not have its key.</exception>
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
                $"The task '{task.Title}' was changed since it was planned; run the study again."
            );
    }
}
