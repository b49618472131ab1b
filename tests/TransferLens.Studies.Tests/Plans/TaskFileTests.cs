using System.Text.Json.Nodes;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Tests;

namespace TransferLens.Studies.Tests.Plans;

public class TaskFileTests
{
    private static readonly TaskSpec Input = SomeTasks.Named("input");

    private static readonly TaskSpec Some = SomeTasks.Named("task", 12.5, Input);

    [Fact]
    public void A_task_is_read_as_it_was_written_also_through_text()
    {
        var read = Read(JsonNode.Parse(TaskFile.Write(Some).ToJsonString())!.AsObject());
        Assert.Equal((Some.Key, Some.Kind, Some.Title, Some.Cost), (read.Key, read.Kind, read.Title, read.Cost));
        Assert.Equal(Some.Settings.ToJsonString(), read.Settings.ToJsonString());
        Assert.Equal(Some.Locations.ToJsonString(), read.Locations.ToJsonString());
        Assert.Equal(
            [KeyValuePair.Create("input0", Input.Key)],
            read.Inputs.Select(input => KeyValuePair.Create(input.Key, input.Value.Key))
        );
    }

    [Fact]
    public void Traits_of_the_kind_survive_and_are_not_part_of_the_key()
    {
        for (var traits = TaskTraits.None; (int)traits < 16; traits++)
        {
            var task = Some with { Kind = Some.Kind with { Traits = traits } };
            var read = Read(JsonNode.Parse(TaskFile.Write(task).ToJsonString())!.AsObject());
            Assert.Equal(task.Kind, read.Kind);
            Assert.Equal(Some.Key, read.Key);
        }

        Assert.Equal(15, Enum.GetValues<TaskTraits>().Sum(trait => (int)trait)); // all of them are among the 16
    }

    /// <summary>Changes to a written task that change what it means.</summary>
    public static TheoryData<string, Action<JsonObject>> Changes =>
        new()
        {
            { "kind", json => json["kind"] = "other" },
            { "version", json => json["version"] = 2 },
            { "setting", json => json["settings"]!["name"] = "other" },
            { "number", json => json["settings"]!["nested"]!["rate"] = 1e-5 },
            { "more settings", json => json["settings"]!["more"] = true },
            { "role", json => json["inputs"] = new JsonObject { ["other"] = Input.Key } },
            { "no input", json => json["inputs"] = new JsonObject() },
            { "key", json => json["key"] = Input.Key },
        };

    [Theory]
    [MemberData(nameof(Changes), DisableDiscoveryEnumeration = true)]
    public void A_task_whose_meaning_was_changed_is_refused(string what, Action<JsonObject> change)
    {
        Assert.NotEmpty(what);
        var json = TaskFile.Write(Some);
        change(json);
        Assert.Contains("'do task'", Assert.Throws<InputException>(() => Read(json)).Message);
    }

    [Fact]
    public void What_decides_nothing_may_be_changed()
    {
        var json = TaskFile.Write(Some);
        json["title"] = "other";
        json["cost"] = 0.0;
        json["locations"] = new JsonObject { ["data"] = "/elsewhere" };
        Assert.Equal(Some.Key, Read(json).Key);
    }

    [Fact]
    public void Writing_hands_out_nothing_of_the_task_itself()
    {
        var json = TaskFile.Write(Some);
        json["settings"]!["name"] = "other";
        json["locations"]!["data"] = "other";
        Assert.Equal("task", (string)Some.Settings["name"]!);
        Assert.Equal("/somewhere/task", (string)Some.Locations["data"]!);
    }

    private static TaskSpec Read(JsonObject json) =>
        TaskFile.Read(json, key => key == Input.Key ? Input : throw new KeyNotFoundException(key));
}
