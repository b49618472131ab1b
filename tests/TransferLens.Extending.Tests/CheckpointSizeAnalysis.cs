using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Studies.Declarations;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Plans;

namespace Extending;

/// <summary>Settings of <see cref="CheckpointSizeAnalysis"/>.</summary>
internal sealed record CheckpointSizeSettings
{
    /// <summary>Bytes in a unit.</summary>
    [Setting("Bytes in a unit", Minimum = 1)]
    public int Unit { get; init; } = 1024;
}

/// <summary>An analysis of our own: how large the last checkpoint of each training run is, by a task of its own kind.</summary>
internal sealed class CheckpointSizeAnalysis
    : Analysis<CheckpointSizeSettings, ImmutableArray<(string Run, double Size)>>
{
    public override string Name => "checkpoint_size";

    public override string Title => "Size of checkpoints";

    protected override IEnumerable<PlannedTask> Plan(PlannedStudy study, CheckpointSizeSettings settings) =>
        study.Runs.Select(run => new PlannedTask(
            run.Label,
            CheckpointSizeTask.Declared.CreateTask(settings, $"weigh {run.Label}", cost: 0, ("training", run.Train))
        ));

    protected override ImmutableArray<(string Run, double Size)> Conclude(
        FinishedAnalysis<CheckpointSizeSettings> finished
    ) => [.. finished.Study.Runs.Select(run => (run.Label, (double)finished.Read(run.Label)["size"]!))];

    protected override JsonNode ToJson(ImmutableArray<(string Run, double Size)> result) =>
        new JsonObject(result.Select(one => KeyValuePair.Create(one.Run, (JsonNode?)one.Size)));

    protected override IEnumerable<Finding> Findings(ImmutableArray<(string Run, double Size)> result)
    {
        yield return new(
            Name,
            $"A checkpoint takes {result[0].Size:0.0} units.",
            Confidence.High,
            [new("size of a checkpoint", result[0].Size, null, null, "units")]
        );
    }

    protected override Method Describe(
        FinishedAnalysis<CheckpointSizeSettings> finished,
        ImmutableArray<(string Run, double Size)> result
    ) => new("Length of the file.", $"units of {finished.Settings.Unit} bytes", "none", []);
}

/// <summary>Computes the tasks of <see cref="CheckpointSizeAnalysis"/>.</summary>
internal sealed class CheckpointSizeTask : ITaskRunner
{
    public static TaskKind Declared { get; } = new("checkpoint_size", 1);

    public TaskKind Kind => Declared;

    public void Run(TaskContext context)
    {
        var unit = TaskSettings.Read<CheckpointSizeSettings>(context.Settings).Unit;
        var size = Directory
            .GetFiles(Path.Combine(context.Inputs["training"], "checkpoints"))
            .Max(file => context.PartialResults.Compute(Path.GetFileName(file), _ => new FileInfo(file).Length));
        File.WriteAllText(
            Path.Combine(context.Output, "result.json"),
            new JsonObject { ["size"] = size / (double)unit }.ToJsonString()
        );
    }
}
