using TransferLens.Execution.Artifacts;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Tests;

namespace TransferLens.Execution.Tests.Artifacts;

public sealed class ArtifactStoreTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly ArtifactStore store;
    private readonly TaskSpec task = SomeTasks.Named("task");

    public ArtifactStoreTests() => store = new(folder["store"]);

    [Fact]
    public void A_store_creates_no_folder_before_the_first_write()
    {
        Assert.False(store.Contains(task));
        Assert.Throws<DamagedArtifactException>(() => store.Open(task.Key));
        Assert.Throws<InputException>(() => store.ReadTask(task.Key));
        Assert.False(Directory.Exists(folder["store"]));
    }

    [Fact]
    public void Commit_moves_the_folder_and_keeps_its_files()
    {
        var finished = Finished();
        store.Commit(task, finished, new() { ["machine"] = "here" });
        Assert.False(Directory.Exists(finished));
        Assert.True(store.Contains(task));
        var opened = store.Open(task.Key);
        Assert.Equal("{\"a\": 1}", File.ReadAllText(Path.Combine(opened, "result.json")));
        Assert.Equal([1, 2, 3], File.ReadAllBytes(Path.Combine(opened, "deep", "er", "weights.bin")));
        Assert.Equal("{\"a\": 1}", store.Read(task.Key, "result.json"));
        Assert.Equal("here", (string)store.Manifest(task.Key)["provenance"]!["machine"]!);
        Assert.Equal(task.Key, (string)store.Manifest(task.Key)["task"]!["key"]!);
        Assert.Equal([task.Key], Directory.GetFileSystemEntries(folder["store", "artifacts"]).Select(Path.GetFileName));
    }

    [Fact]
    public async Task An_artifact_is_complete_from_the_moment_it_appears()
    {
        TaskSpec[] tasks = [.. Enumerable.Range(0, 30).Select(i => SomeTasks.Named($"{i}"))];
        var reader = Task.Run(
            () =>
            {
                // Opening an incomplete artifact throws.
                while (tasks.Count(task => store.Contains(task) && store.Open(task.Key).Length > 0) < tasks.Length)
                {
                    TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
                }
            },
            TestContext.Current.CancellationToken
        );
        foreach (var one in tasks)
        {
            store.Commit(one, Finished(), []);
        }

        await reader.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
    }

    [Fact]
    public void The_second_of_two_equal_artifacts_is_discarded()
    {
        store.Commit(task, Finished(), new() { ["machine"] = "first" });
        var second = Finished();
        store.Commit(task, second, new() { ["machine"] = "second" });
        Assert.False(Directory.Exists(second));
        Assert.Equal("first", (string)store.Manifest(task.Key)["provenance"]!["machine"]!);
    }

    [Fact]
    public void Work_that_a_kill_left_behind_a_published_artifact_is_removed()
    {
        store.Commit(task, Finished(), []);
        var work = Directory.CreateDirectory(store.Running(task.Key).Work).FullName;
        File.WriteAllText(Path.Combine(work, "parts"), "a lot");
        Assert.True(store.ContainsIntact(task));
        Assert.False(Directory.Exists(work));
        Assert.True(store.ContainsIntact(task));
    }

    /// <summary>Ways to damage an artifact.</summary>
    public static TheoryData<string, Action<string>> Damages =>
        new()
        {
            { "a file changed", at => File.WriteAllText(Path.Combine(at, "result.json"), "{\"a\": 2}") },
            { "a file cut", at => File.WriteAllBytes(Path.Combine(at, "deep", "er", "weights.bin"), [1, 2]) },
            { "a file missing", at => File.Delete(Path.Combine(at, "deep", "er", "weights.bin")) },
            { "no manifest", at => File.Delete(Path.Combine(at, "artifact.json")) },
            { "an empty manifest", at => File.WriteAllText(Path.Combine(at, "artifact.json"), "") },
            { "another manifest", at => File.WriteAllText(Path.Combine(at, "artifact.json"), "{}") },
            { "not an object", at => File.WriteAllText(Path.Combine(at, "artifact.json"), "[1]") },
            { "null", at => File.WriteAllText(Path.Combine(at, "artifact.json"), "null") },
            {
                "a duplicate name",
                at => File.WriteAllText(Path.Combine(at, "artifact.json"), "{\"seal\": \"\", \"seal\": \"\"}")
            },
            { "a seal of another type", at => File.WriteAllText(Path.Combine(at, "artifact.json"), "{\"seal\": {}}") },
            { "the provenance changed", at => Replace(at, "\"machine\": \"here\"", "\"machine\": \"there\"") },
            { "a file not listed", at => Replace(at, "result.json", "result.jsom") },
        };

    [Theory]
    [MemberData(nameof(Damages), DisableDiscoveryEnumeration = true)]
    public void A_damaged_artifact_is_detected_discarded_and_committed_again(string name, Action<string> damage)
    {
        Assert.NotEmpty(name);
        store.Commit(task, Finished(), new() { ["machine"] = "here" });
        damage(folder["store", "artifacts", task.Key]);
        Assert.Equal(task.Key, Assert.Throws<DamagedArtifactException>(() => store.Open(task.Key)).Key);
        Assert.True(store.Contains(task));
        store.Discard(task.Key);
        Assert.False(store.Contains(task));
        Assert.Empty(Directory.GetFileSystemEntries(folder["store", "artifacts"]));
        store.Discard(task.Key); // another run may have discarded it first
        store.Commit(task, Finished(), []);
        store.Open(task.Key);
    }

    [Fact]
    public void A_file_that_the_manifest_does_not_list_is_not_read()
    {
        store.Commit(task, Finished(), []);
        File.WriteAllText(folder["store", "artifacts", task.Key, "later.json"], "{}");
        Assert.Throws<DamagedArtifactException>(() => store.Read(task.Key, "later.json"));
        Assert.Throws<DamagedArtifactException>(() => store.Read(task.Key, "../../tasks/other.json"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("../../etc")]
    [InlineData("ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef0123456789")]
    public void An_invalid_key_is_rejected(string key)
    {
        Assert.Throws<InputException>(() => store.Open(key));
        Assert.Throws<InputException>(() => store.ReadTask(key));
        Assert.Throws<InputException>(() => store.Running(key));
        Assert.Throws<InputException>(() => store.Discard(key));
    }

    [Fact]
    public void A_task_is_read_with_its_inputs()
    {
        var (first, second) = (SomeTasks.Named("first"), SomeTasks.Named("second"));
        var last = SomeTasks.Named("last", 7, first, second);
        store.WriteTasks([first, second, last]);
        var read = store.ReadTask(last.Key);
        Assert.Equal(last.Key, read.Key);
        Assert.Equal((last.Title, last.Cost, $"{last.Locations}"), (read.Title, read.Cost, $"{read.Locations}"));
        Assert.Equal([first.Key, second.Key], read.Inputs.Values.Select(input => input.Key));
    }

    [Fact]
    public void A_task_whose_data_moved_is_written_again()
    {
        store.WriteTasks([task]);
        store.WriteTasks([task with { Locations = new() { ["data"] = "/elsewhere" } }]);
        Assert.Equal("/elsewhere", (string)store.ReadTask(task.Key).Locations["data"]!);
        Assert.Equal(
            [$"{task.Key}.json"],
            Directory.GetFileSystemEntries(folder["store", "tasks"]).Select(Path.GetFileName)
        );
    }

    [Fact]
    public void A_task_file_that_was_changed_is_rejected()
    {
        store.WriteTasks([task]);
        var path = folder["store", "tasks", $"{task.Key}.json"];
        File.WriteAllText(path, File.ReadAllText(path).Replace("\"task\"", "\"tusk\"", StringComparison.Ordinal));
        Assert.Contains(
            "changed since it was planned",
            Assert.Throws<InputException>(() => store.ReadTask(task.Key)).Message
        );
    }

    public void Dispose() => folder.Dispose();

    private static void Replace(string artifact, string old, string with)
    {
        var path = Path.Combine(artifact, "artifact.json");
        var text = File.ReadAllText(path);
        Assert.Contains(old, text, StringComparison.Ordinal);
        File.WriteAllText(path, text.Replace(old, with, StringComparison.Ordinal));
    }

    private string Finished()
    {
        var path = folder["finished"];
        Directory.CreateDirectory(Path.Combine(path, "deep", "er"));
        File.WriteAllText(Path.Combine(path, "result.json"), "{\"a\": 1}");
        File.WriteAllBytes(Path.Combine(path, "deep", "er", "weights.bin"), [1, 2, 3]);
        return path;
    }
}
