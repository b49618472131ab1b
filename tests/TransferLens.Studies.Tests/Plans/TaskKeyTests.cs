using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Studies.Plans;

namespace TransferLens.Studies.Tests.Plans;

public class TaskKeyTests
{
    private static TaskSpec Task(JsonObject settings, int version = 1, params (string Role, TaskSpec Task)[] inputs) =>
        new()
        {
            Kind = new("train", version),
            Settings = settings,
            Title = "any",
            Inputs = inputs.ToImmutableSortedDictionary(i => i.Role, i => i.Task, StringComparer.Ordinal),
        };

    [Fact]
    public void The_order_of_settings_decides_nothing() =>
        Assert.Equal(
            Task(
                new()
                {
                    ["a"] = 1,
                    ["b"] = new JsonObject { ["c"] = 2, ["d"] = 3 },
                }
            ).Key,
            Task(
                new()
                {
                    ["b"] = new JsonObject { ["d"] = 3, ["c"] = 2 },
                    ["a"] = 1,
                }
            ).Key
        );

    [Fact]
    public void Settings_version_inputs_and_their_roles_decide_the_key()
    {
        var plain = Task(new() { ["a"] = 1 });
        var input = Task(new() { ["x"] = 1 });
        string[] keys =
        [
            plain.Key,
            Task(new() { ["a"] = 2 }).Key,
            Task(new() { ["a"] = 1 }, version: 2).Key,
            Task(new() { ["a"] = 1 }, 1, ("first", input)).Key,
            Task(new() { ["a"] = 1 }, 1, ("second", input)).Key,
            Task(new() { ["a"] = 1 }, 1, ("first", plain)).Key,
        ];
        Assert.Equal(keys.Length, keys.Distinct().Count());
    }

    [Fact]
    public void Title_locations_and_cost_decide_nothing() =>
        Assert.Equal(
            Task(new() { ["a"] = 1 }).Key,
            (
                Task(new() { ["a"] = 1 }) with
                {
                    Title = "another",
                    Cost = 7,
                    Locations = new() { ["weights"] = "/elsewhere" },
                }
            ).Key
        );
}
