using System.Text.Json.Nodes;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;

namespace TransferLens.Tests;

/// <summary>A catalog for studies that are read and planned but never run.</summary>
internal static class SmallCatalog
{
    /// <summary>Class folders, any network, two analyses, and the kinds <c>images</c> and <c>train</c>.</summary>
    public static Catalog Default { get; } =
        new(
            Formats: [new ClassFolders()],
            Networks: [],
            Metrics: [],
            Analyses: [new PairsAnalysis(), new EmptyAnalysis("mistakes")],
            Tasks: [new FakeRunner(StudyTasks.ImagesKind), new FakeRunner(StudyTasks.TrainKind)],
            Executors: []
        );

    private sealed class ClassFolders : DataFormat
    {
        public override string Name => "image_folder";

        public override string Summary => "One folder of images per class.";

        public override PathKind? Location => PathKind.Folder;
    }
}

/// <summary>A network that has a name and nothing to compute.</summary>
internal sealed class FakeNetwork(string name) : NetworkDeclaration(name, ["head"]);

/// <summary>Runs tasks of a kind by calling a delegate; without one, it does nothing.</summary>
internal sealed class FakeRunner(TaskKind kind, Action<TaskContext>? compute = null) : ITaskRunner
{
    public TaskKind Kind => kind;

    public void Run(TaskContext context) => compute?.Invoke(context);
}

/// <summary>No settings.</summary>
internal sealed record EmptySettings;

/// <summary>An analysis with settings, but without tasks or results.</summary>
internal class EmptyAnalysis<TSettings>(string name) : Analysis<TSettings, int>
    where TSettings : class, new()
{
    public override string Name => name;

    public override string Title => name;

    protected override int Conclude(FinishedAnalysis<TSettings> finished) => throw new NotSupportedException();

    protected override JsonNode ToJson(int result) => throw new NotSupportedException();

    protected override Method Describe(FinishedAnalysis<TSettings> finished, int result) =>
        throw new NotSupportedException();
}

/// <summary>An analysis without settings, tasks or results.</summary>
internal sealed class EmptyAnalysis(string name) : EmptyAnalysis<EmptySettings>(name);
