using System.Text.Json.Nodes;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;

namespace TransferLens.Studies.Plans;

/// <summary>
/// One question asked of a study. It plans the tasks that it needs, and afterwards says in numbers, words and
/// figures what came out. Neither touches a tensor: the computing is in its <see cref="ITaskKind"/>s.
/// </summary>
public interface IAnalysis
{
    /// <summary>Its key in study file and results, for example <c>performance_barrier</c>.</summary>
    string Name { get; }

    /// <summary>Names of the settings it takes, for messages and validation.</summary>
    IReadOnlyList<string> Settings { get; }

    /// <summary>Checks the settings of the study file and fills in defaults.</summary>
    /// <exception cref="InputException">A value is of the wrong type or out of range; names the setting.</exception>
    JsonObject Validate(JsonObject settings);

    /// <summary>The tasks it needs, each named by a role that is unique within the analysis through its title.</summary>
    /// <param name="study">The trainings planned so far.</param>
    /// <param name="settings">What <see cref="Validate"/> gave.</param>
    IReadOnlyList<TaskSpec> Plan(PlannedStudy study, JsonObject settings);

    /// <summary>What came out.</summary>
    /// <param name="study">The trainings.</param>
    /// <param name="settings">What <see cref="Validate"/> gave.</param>
    /// <param name="tasks">What <see cref="Plan"/> gave.</param>
    /// <param name="results">Results by task; every task of the study and of this analysis is there.</param>
    AnalysisSection Conclude(
        PlannedStudy study,
        JsonObject settings,
        IReadOnlyList<TaskSpec> tasks,
        ITaskResults results
    );
}

/// <summary>What an analysis may plan from: the study and its trainings.</summary>
/// <param name="Study">The study.</param>
/// <param name="Pretraining">The task that makes P, or null.</param>
/// <param name="Runs">The trainings.</param>
public sealed record PlannedStudy(Study Study, TaskSpec? Pretraining, IReadOnlyList<PlannedRun> Runs);

/// <summary>Reads what finished tasks left.</summary>
public interface ITaskResults
{
    /// <summary>A JSON file of a task's artifact, <c>result.json</c> unless named.</summary>
    JsonNode Read(TaskSpec task, string file = "result.json");
}
