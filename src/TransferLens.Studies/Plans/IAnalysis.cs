using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Studies.Declarations;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Studies.Yaml;

namespace TransferLens.Studies.Plans;

/// <summary>
/// An analysis, independent of the types of its settings and result. Derive from
/// <see cref="Analysis{TSettings,TResult}"/> to implement one.
/// </summary>
public interface IAnalysis
{
    /// <summary>Its key in study file and results, for example <c>performance_barrier</c>.</summary>
    string Name { get; }

    /// <summary>
    /// The word that names the models it offers, for example <c>soup</c>; null for an analysis that offers none.
    /// </summary>
    string? ModelWord { get; }

    /// <summary>Its settings in a study file.</summary>
    ImmutableArray<Setting> Settings { get; }

    /// <summary>Reads its settings and fills in the defaults.</summary>
    /// <param name="node">The settings in the study file; null for none.</param>
    /// <exception cref="InputException">A setting is unknown, of the wrong type or out of range.</exception>
    internal JsonObject ReadSettings(StudyNode? node);

    /// <summary>The tasks that it needs besides the training runs.</summary>
    /// <param name="study">The training runs.</param>
    /// <param name="settings">What <see cref="ReadSettings"/> returned.</param>
    internal ImmutableArray<PlannedTask> PlanTasks(PlannedStudy study, JsonObject settings);

    /// <summary>Its numbers, findings, figures and tables.</summary>
    /// <param name="study">The training runs.</param>
    /// <param name="settings">What <see cref="ReadSettings"/> returned.</param>
    /// <param name="tasks">The tasks of <see cref="PlanTasks"/>, by role.</param>
    /// <param name="results">Reads the results of tasks.</param>
    /// <exception cref="InputException">Another version planned the tasks.</exception>
    internal AnalysisSection Conclude(
        PlannedStudy study,
        JsonObject settings,
        PlannedAnalysis tasks,
        ITaskResults results
    );
}

/// <summary>A study and its training runs, from which analyses plan their tasks.</summary>
/// <param name="Study">The study.</param>
/// <param name="Pretraining">The task that produces P, the pretrained weights; null without P.</param>
/// <param name="Runs">The training runs.</param>
public sealed record PlannedStudy(Study Study, TaskSpec? Pretraining, ImmutableArray<PlannedRun> Runs)
{
    /// <summary>Everything that the study may name.</summary>
    public required Catalog Catalog { get; init; }
}

/// <summary>A task of an analysis, with the role by which the analysis finds its result.</summary>
/// <param name="Role">Unique within the analysis, for example <c>line cartoon P-T s1 &amp; P-T s2</c>.</param>
/// <param name="Task">The task.</param>
public sealed record PlannedTask(string Role, TaskSpec Task);

/// <summary>Reads the results of finished tasks.</summary>
public interface ITaskResults
{
    /// <summary>Reads a JSON file of a task's artifact, by default <c>result.json</c>.</summary>
    JsonNode Read(TaskSpec task, string file = "result.json");
}
