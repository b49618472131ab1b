using System.Net;
using System.Text.Json.Nodes;
using TransferLens.Execution.Artifacts;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Tests;

namespace TransferLens.Live.Tests;

/// <summary>A run of two tasks, made by hand: images, and a training on them.</summary>
internal sealed class WatchedRun : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public WatchedRun()
    {
        Store = new(folder["store"]);
        Directory.CreateDirectory(folder["run"]);
    }

    /// <summary>A task whose title is markup.</summary>
    public static TaskSpec Images { get; } =
        new()
        {
            Kind = StudyTasks.ImagesKind,
            Settings = new() { ["digest"] = "d" },
            Title = "decode <b>source</b>",
        };

    /// <summary>A training of four epochs.</summary>
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
            Inputs = StudyTasks.Roles(("train", Images)),
        };

    /// <summary>Its store.</summary>
    public ArtifactStore Store { get; }

    /// <summary>A path below its folder.</summary>
    public string this[params string[] parts] => folder[["run", .. parts]];

    /// <summary>A path beside its folder.</summary>
    public string Beside(string name) => folder[name];

    /// <summary>Everything there is, with the time of its last change.</summary>
    public List<string> Everything() =>
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

    /// <summary>Begins the run: its plan is there from now on.</summary>
    public void Begin() => Write("plan.json", "{}");

    /// <summary>Makes a task's artifact.</summary>
    public void Done(TaskSpec task, params double?[] accuracy)
    {
        var made = Directory.CreateDirectory(folder["made"]).FullName;
        File.WriteAllText(Path.Combine(made, "result.json"), Epochs(accuracy));
        Store.Commit(task, made, new() { ["started"] = DateTimeOffset.UtcNow.ToString("O", null), ["seconds"] = 1.0 });
    }

    /// <summary>Starts a task, whose worker dies at once.</summary>
    public void Start(TaskSpec task)
    {
        var running = Store.Running(task.Key);
        using var lease = running.Take(() => Assert.Fail("Nobody else has it."));
        running.Begin(lease);
    }

    /// <summary>Leaves what the training leaves after so many epochs.</summary>
    public void Resume(params double?[] accuracy)
    {
        Start(Train);
        File.WriteAllText(
            Path.Combine(Store.Running(Train.Key).Work, $"resume-{accuracy.Length - 1:000}.json"),
            Epochs(accuracy)
        );
    }

    /// <summary>Serves it at a free port.</summary>
    public Task<LiveServer> ServeAsync() =>
        LiveServer.StartAsync(
            new(this[[]], Open),
            IPAddress.Loopback,
            0,
            TimeProvider.System,
            TestContext.Current.CancellationToken
        );

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
                .. accuracy.Select((value, epoch) => new JsonObject { ["epoch"] = epoch, ["test_accuracy"] = value }),
            ]),
        }.ToJsonString();
}
