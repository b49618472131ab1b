using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Studies.Declarations;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Studies.Yaml;

namespace TransferLens.Studies.Plans;

/// <summary>
/// One question asked of a study. Implemented by <see cref="Analysis{TSettings,TResult}"/>, which knows the types of its
/// settings and its result; readers, planner and report see no more than this.
/// </summary>
public interface IAnalysis
{
    /// <summary>Its key in study file and results, for example <c>performance_barrier</c>.</summary>
    string Name { get; }

    /// <summary>Its settings in a study file.</summary>
    ImmutableArray<Setting> Settings { get; }

    /// <summary>Reads its settings and fills in defaults.</summary>
    /// <param name="node">What the study file says; null for nothing.</param>
    /// <exception cref="InputException">A setting is unknown, of the wrong type or out of range; says file, line and key.</exception>
    internal JsonObject ReadSettings(StudyNode? node);

    /// <summary>The tasks that it needs besides the training runs.</summary>
    /// <param name="study">The training runs.</param>
    /// <param name="settings">What <see cref="ReadSettings"/> returned.</param>
    internal ImmutableArray<PlannedTask> PlanTasks(PlannedStudy study, JsonObject settings);

    /// <summary>Its numbers, findings, figures and tables.</summary>
    /// <param name="study">The training runs.</param>
    /// <param name="settings">What <see cref="ReadSettings"/> returned.</param>
    /// <param name="tasks">The tasks of <see cref="PlanTasks"/>, by role.</param>
    /// <param name="results">What the tasks wrote.</param>
    internal AnalysisSection Conclude(
        PlannedStudy study,
        JsonObject settings,
        PlannedAnalysis tasks,
        ITaskResults results
    );
}

/// <summary>What an analysis may plan from: the study and its training runs.</summary>
/// <param name="Study">The study.</param>
/// <param name="Pretraining">The task that makes P, or null.</param>
/// <param name="Runs">The training runs.</param>
public sealed record PlannedStudy(Study Study, TaskSpec? Pretraining, ImmutableArray<PlannedRun> Runs)
{
    /// <summary>The study's network as declared.</summary>
    public required Catalog Catalog { get; init; }
}

/// <summary>A task of an analysis, with the name by which the analysis finds its result again.</summary>
/// <param name="Role">Unique within the analysis, for example <c>line cartoon P-T s1 &amp; P-T s2</c>.</param>
/// <param name="Task">The task.</param>
public sealed record PlannedTask(string Role, TaskSpec Task);

/// <summary>Reads what finished tasks wrote.</summary>
public interface ITaskResults
{
    /// <summary>A JSON file of a task's artifact, <c>result.json</c> unless another is named.</summary>
    JsonNode Read(TaskSpec task, string file = "result.json");
}
