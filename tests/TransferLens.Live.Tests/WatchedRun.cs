using System.Collections.Immutable;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using TransferLens.Execution.Artifacts;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Tests;

namespace TransferLens.Live.Tests;

/// <summary>A run of two tasks, created by hand: images and a training run on them. Its clock is fake.</summary>
internal sealed class WatchedRun : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public WatchedRun()
    {
        Store = new(folder["store"]);
        Directory.CreateDirectory(folder["run"]);
    }

    /// <summary>A task whose title contains markup.</summary>
    public static TaskSpec Images { get; } =
        new()
        {
            Kind = StudyTasks.ImagesKind,
            Settings = new() { ["digest"] = "d" },
            Title = "decode <b>source</b>",
        };

    /// <summary>A training run of four epochs.</summary>
    public static TaskSpec Train { get; } =
        new()
        {
            Kind = StudyTasks.TrainKind,
            Settings = TaskSettings.Write(
                new TrainTaskSettings(
                    "cifar_resnet8",
                    2,
                    1,
                    0.1,
                    TrainingSettings.Default with
                    {
                        Epochs = 4,
                    },
                    Normalization.None,
                    null
                )
            ),
            Title = "train P on the source",
            Cost = 100,
            Inputs = ImmutableSortedDictionary.Create<string, TaskSpec>().Add("train", Images),
        };

    /// <summary>The clock of the server.</summary>
    public FakeTimeProvider Time { get; } = new(DateTimeOffset.UnixEpoch.AddYears(55));

    /// <summary>The store.</summary>
    public ArtifactStore Store { get; }

    /// <summary>A path below the run's folder.</summary>
    public string this[params string[] parts] => folder[["run", .. parts]];

    /// <summary>A path next to the run's folder.</summary>
    public string NextTo(string name) => folder[name];

    /// <summary>All files and folders with their modification times.</summary>
    public List<string> ListFiles() =>
        [
            .. Directory
                .GetFileSystemEntries(folder.Path, "*", SearchOption.AllDirectories)
                .Order()
                .Select(path => $"{path} {File.GetLastWriteTimeUtc(path):O}"),
        ];

    /// <summary>Writes a file into the run's folder.</summary>
    public void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(this[name])!);
        File.WriteAllText(this[name], text);
    }

    /// <summary>Starts the run by writing its plan.</summary>
    public void Begin() => Write("plan.json", "{}");

    /// <summary>Commits the artifact of a task.</summary>
    public void Done(TaskSpec task, params double?[] accuracy)
    {
        var made = Directory.CreateDirectory(folder["made"]).FullName;
        File.WriteAllText(Path.Combine(made, "result.json"), Epochs(accuracy));
        Store.Commit(task, made, new() { ["started"] = Time.GetUtcNow().ToString("O", null), ["seconds"] = 1.0 });
    }

    /// <summary>Starts a task whose worker stops immediately.</summary>
    public void Start(TaskSpec task)
    {
        var running = Store.Running(task.Key);
        using var lease = running.Take(() => Assert.Fail("The task is taken."));
        running.Begin(lease);
    }

    /// <summary>Writes the state that the training run leaves after some epochs.</summary>
    public void Resume(params double?[] accuracy)
    {
        Start(Train);
        File.WriteAllText(
            Path.Combine(Store.Running(Train.Key).Work, $"resume-{accuracy.Length - 1:000}.json"),
            Epochs(accuracy)
        );
    }

    /// <summary>Serves the run on a free port.</summary>
    public Task<LiveServer> ServeAsync() =>
        LiveServer.StartAsync(new(this[[]], Open), IPAddress.Loopback, 0, Time, TestContext.Current.CancellationToken);

    /// <summary>The state of the run.</summary>
    public LiveFeed CreateFeed() => new(new(this[[]], Open), Time);

    public void Dispose() => folder.Dispose();

    private (Plan Plan, ArtifactStore Store) Open() =>
        File.Exists(this["plan.json"])
            ? (new(Study, [Images, Train], Train, [], []), Store)
            : throw new InputException($"'{this[[]]}' is not the folder of a run.");

    private static Study Study { get; } =
        new("made-up", "cifar_resnet8", new(8, 8, Normalization.None), null, [], TrainingSettings.Default, [], [], "/");

    private static string Epochs(double?[] accuracy) =>
        new JsonObject
        {
            ["epochs"] = new JsonArray([
                .. accuracy.Select((value, epoch) => new JsonObject { ["epoch"] = epoch, ["testAccuracy"] = value }),
            ]),
        }.ToJsonString();
}
