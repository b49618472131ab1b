using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Studies.Declarations;
using TransferLens.Studies.Figures;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Yaml;

namespace TransferLens.Studies.Plans;

/// <summary>
/// Declares an analysis: its settings, its tasks, and how their results become numbers, findings, figures and tables.
/// An analysis uses no tensors: its tasks compute, in separate processes.
/// </summary>
/// <typeparam name="TSettings">Record of <see cref="SettingAttribute">declared</see> settings; a new one has the
/// defaults.</typeparam>
/// <typeparam name="TResult">Its numbers as plain data.</typeparam>
public abstract class Analysis<TSettings, TResult> : IAnalysis
    where TSettings : class, new()
{
    /// <summary>Its key in study file and results, for example <c>performance_barrier</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Its heading in the report.</summary>
    public abstract string Title { get; }

    /// <inheritdoc/>
    public ImmutableArray<Setting> Settings => SettingsReader<TSettings>.All;

    /// <summary>
    /// The word that names the models it offers, for example <c>soup</c>; null for an analysis that offers none.
    /// </summary>
    public virtual string? ModelWord => null;

    /// <summary>Checks that the settings, each of which is valid, are valid together.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="errors">Creates the error to throw, with file, line and key.</param>
    /// <returns>The settings, in a normal form if there is one.</returns>
    protected virtual TSettings Check(TSettings settings, SettingErrors errors) => settings;

    /// <summary>The tasks that it needs besides the training runs; none by default.</summary>
    /// <exception cref="InputException">The study lacks something that the settings require.</exception>
    protected virtual IEnumerable<PlannedTask> Plan(PlannedStudy study, TSettings settings) => [];

    /// <summary>Its numbers.</summary>
    protected abstract TResult Conclude(FinishedAnalysis<TSettings> finished);

    /// <summary>Its numbers as they appear in <c>results.json</c>.</summary>
    protected abstract JsonNode ToJson(TResult result);

    /// <summary>How the numbers were computed.</summary>
    protected abstract Method Describe(FinishedAnalysis<TSettings> finished, TResult result);

    /// <summary>The findings that the numbers support.</summary>
    protected virtual IEnumerable<Finding> Findings(TResult result) => [];

    /// <summary>Its figures.</summary>
    protected virtual IEnumerable<Figure> Figures(TResult result) => [];

    /// <summary>Small figures for the first screen of the report, at most one for each target.</summary>
    protected virtual IEnumerable<Highlight> Highlights(TResult result) => [];

    /// <summary>Its tables.</summary>
    protected virtual IEnumerable<Table> Tables(TResult result) => [];

    /// <summary>Weights that it produced and that users may want.</summary>
    protected virtual IEnumerable<MadeCheckpoint> Checkpoints(FinishedAnalysis<TSettings> finished, TResult result) =>
        [];

    /// <summary>The models that it offers under <see cref="ModelWord"/>, at most one for each target.</summary>
    protected virtual IEnumerable<ModelOffer> Models(FinishedAnalysis<TSettings> finished, TResult result) => [];

    JsonObject IAnalysis.ReadSettings(StudyNode? node)
    {
        var settings = SettingsReader<TSettings>.Read(node);
        return SettingsReader<TSettings>.Write(Check(settings, new SettingErrors(node, $"analyses.{Name}")));
    }

    ImmutableArray<PlannedTask> IAnalysis.PlanTasks(PlannedStudy study, JsonObject settings) =>
        PlanTasks(study, SettingsReader<TSettings>.Read(settings));

    private ImmutableArray<PlannedTask> PlanTasks(PlannedStudy study, TSettings settings)
    {
        ImmutableArray<PlannedTask> tasks = [.. Plan(study, settings)];
        return tasks.Select(task => task.Role).Distinct().Count() == tasks.Length
            ? tasks
            : throw new InvalidOperationException($"The analysis {Name} plans two tasks with the same role.");
    }

    AnalysisSection IAnalysis.Conclude(
        PlannedStudy study,
        JsonObject settings,
        PlannedAnalysis tasks,
        ITaskResults results
    )
    {
        var read = SettingsReader<TSettings>.Read(settings);
        tasks.Check(PlanTasks(study, read));
        var finished = new FinishedAnalysis<TSettings>(study, read, tasks, results);
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
            Highlights = [.. Highlights(result)],
            Checkpoints = [.. Checkpoints(finished, result)],
            Models = [.. Models(finished, result)],
        };
    }
}

/// <summary>The finished tasks of an analysis.</summary>
/// <param name="Study">The study and its training runs.</param>
/// <param name="Settings">Its settings.</param>
/// <param name="Tasks">Its tasks, by role.</param>
/// <param name="Results">Reads the results of tasks.</param>
/// <typeparam name="TSettings">The settings record.</typeparam>
public sealed record FinishedAnalysis<TSettings>(
    PlannedStudy Study,
    TSettings Settings,
    PlannedAnalysis Tasks,
    ITaskResults Results
)
{
    /// <summary>Reads the result of the task with a role.</summary>
    public JsonNode Read(string role) => Results.Read(Tasks[role]);
}
