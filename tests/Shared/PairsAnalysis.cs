using System.Text.Json.Nodes;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;

namespace TransferLens.Tests;

/// <summary>An analysis that looks at each pair of neighbouring trainings.</summary>
internal sealed class PairsAnalysis : IAnalysis
{
    public string Name => "performance_barrier";

    public IReadOnlyList<string> Settings => ["points"];

    public JsonObject Validate(JsonObject settings) =>
        settings["points"] is { } points && (int)points < 2
            ? throw new InputException("analyses.performance_barrier.points must be at least 2.")
            : new JsonObject { ["points"] = settings["points"]?.DeepClone() ?? 11 };

    public IReadOnlyList<TaskSpec> Plan(PlannedStudy study, JsonObject settings) =>
        [
            .. study.Runs.Zip(study.Runs.Skip(1), (first, second) =>
                SomeTasks.Named($"pair {settings["points"]}", 1, first.Train, second.Train)
            ),
        ];

    public AnalysisSection Conclude(
        PlannedStudy study,
        JsonObject settings,
        IReadOnlyList<TaskSpec> tasks,
        ITaskResults results
    ) => throw new NotSupportedException();
}
