using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Studies.Declarations;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Yaml;

namespace TransferLens.Studies.Plans;

/// <summary>
/// Declares an analysis: its settings, the tasks that it plans, and what it concludes from their results in numbers, words,
/// figures and tables. None of that touches a tensor: tasks compute, in processes of their own.
/// </summary>
/// <typeparam name="TSettings">A record of <see cref="SettingAttribute">declared</see> settings; a new one has the defaults.</typeparam>
/// <typeparam name="TResult">Its numbers, as plain data.</typeparam>
public abstract class Analysis<TSettings, TResult> : IAnalysis
    where TSettings : class, new()
{
    /// <summary>Its key in study file and results, for example <c>performance_barrier</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Its heading in the report.</summary>
    public abstract string Title { get; }

    /// <inheritdoc/>
    public ImmutableArray<Setting> Settings => SettingsReader<TSettings>.All;

    /// <summary>Checks that settings which are each valid fit together.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="errors">Makes the error to throw; it names file, line and key.</param>
    /// <returns>The settings, or equal ones in a form that is easier to work with.</returns>
    protected virtual TSettings Check(TSettings settings, SettingErrors errors) => settings;

    /// <summary>The tasks that it needs besides the training runs; none unless overridden.</summary>
    /// <exception cref="InputException">The study cannot give what the settings ask for.</exception>
    protected virtual IEnumerable<PlannedTask> Plan(PlannedStudy study, TSettings settings) => [];

    /// <summary>Its numbers.</summary>
    protected abstract TResult Conclude(FinishedAnalysis<TSettings> finished);

    /// <summary>Its numbers as they appear in <c>results.json</c>.</summary>
    protected abstract JsonNode ToJson(TResult result);

    /// <summary>How the numbers were computed.</summary>
    protected abstract Method Describe(FinishedAnalysis<TSettings> finished, TResult result);

    /// <summary>What the numbers support, in words.</summary>
    protected virtual IEnumerable<Finding> Findings(TResult result) => [];

    /// <summary>Its figures.</summary>
    protected virtual IEnumerable<Figure> Figures(TResult result) => [];

    /// <summary>Its tables.</summary>
    protected virtual IEnumerable<Table> Tables(TResult result) => [];

    /// <summary>Weights that it made and a reader may want to use.</summary>
    protected virtual IEnumerable<MadeCheckpoint> Checkpoints(FinishedAnalysis<TSettings> finished, TResult result) =>
        [];

    JsonObject IAnalysis.ReadSettings(StudyNode? node) =>
        SettingsReader<TSettings>.Write(
            Check(SettingsReader<TSettings>.Read(node), new SettingErrors(node, $"analyses.{Name}"))
        );

    ImmutableArray<PlannedTask> IAnalysis.PlanTasks(PlannedStudy study, JsonObject settings)
    {
        ImmutableArray<PlannedTask> tasks = [.. Plan(study, SettingsReader<TSettings>.Read(settings))];
        return tasks.Select(task => task.Role).Distinct().Count() == tasks.Length
            ? tasks
            : throw new InvalidOperationException($"The analysis {Name} plans two tasks of one role.");
    }

    AnalysisSection IAnalysis.Conclude(
        PlannedStudy study,
        JsonObject settings,
        PlannedAnalysis tasks,
        ITaskResults results
    )
    {
        var finished = new FinishedAnalysis<TSettings>(study, SettingsReader<TSettings>.Read(settings), tasks, results);
        var result = Conclude(finished);
        return new(
            Name,
            Title,
            ToJson(result),
            [.. Findings(result)],
            [.. Figures(result)],
            [.. Tables(result)],
            Describe(finished, result)
        )
        {
            Checkpoints = [.. Checkpoints(finished, result)],
        };
    }
}

/// <summary>What an analysis concludes from.</summary>
/// <param name="Study">The study and its training runs.</param>
/// <param name="Settings">Its settings.</param>
/// <param name="Tasks">Its tasks, by role.</param>
/// <param name="Results">What tasks wrote.</param>
/// <typeparam name="TSettings">The settings record.</typeparam>
public sealed record FinishedAnalysis<TSettings>(
    PlannedStudy Study,
    TSettings Settings,
    PlannedAnalysis Tasks,
    ITaskResults Results
)
{
    /// <summary>What the task of a role wrote.</summary>
    public JsonNode Read(string role) => Results.Read(Tasks[role]);
}
