using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Studies.Plans;

namespace TransferLens.Tests;

/// <summary>Tasks without a meaning.</summary>
internal static class SomeTasks
{
    /// <summary>Their kind.</summary>
    public static TaskKind Kind { get; } = new("some", 1);

    /// <summary>A task whose key depends on its name and inputs.</summary>
    public static TaskSpec Named(string name, double cost = 0, params TaskSpec[] inputs) =>
        new()
        {
            Kind = Kind,
            Settings = new()
            {
                ["name"] = name,
                ["nested"] = new JsonObject { ["rate"] = 1e-4, ["list"] = new JsonArray(1, 2.5, null, "ü") },
            },
            Title = $"do {name}",
            Cost = cost,
            Locations = new() { ["data"] = $"/somewhere/{name}" },
            Inputs = inputs.Select((input, i) => (input, i)).ToImmutableSortedDictionary(one => $"input{one.i}", one => one.input),
        };
}
