using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Settings;

namespace TransferLens.Studies.Plans;

/// <summary>The task graph of a study: every task once, inputs before the tasks that read them.</summary>
/// <param name="Study">The study it was made from.</param>
/// <param name="Tasks">All tasks, each key once, inputs first.</param>
/// <param name="Pretraining">The task that makes P (its kind is <c>train</c> or <c>import_weights</c>), or null.</param>
/// <param name="Runs">The trainings on the targets.</param>
/// <param name="Analyses">For each analysis asked for, in the file's order, its own tasks.</param>
public sealed record Plan(
    Study Study,
    ImmutableArray<TaskSpec> Tasks,
    TaskSpec? Pretraining,
    ImmutableArray<PlannedRun> Runs,
    ImmutableArray<PlannedAnalysis> Analyses
)
{
    /// <summary>All tasks, and those of images that runs name though no task of the graph reads them; each key once.</summary>
    public IEnumerable<TaskSpec> Named =>
        Tasks.Concat(Runs.SelectMany(run => new[] { run.TrainImages, run.TestImages })).DistinctBy(task => task.Key);
}

/// <summary>One training on a target.</summary>
/// <param name="Target">Name of the target.</param>
/// <param name="Run">Name of the run, for example <c>P-T</c>.</param>
/// <param name="Initialization">What it starts from.</param>
/// <param name="LearningRate">Its base learning rate.</param>
/// <param name="Seed">Its seed.</param>
/// <param name="Train">The task that trains it; its artifact holds <c>curve.json</c> and <c>checkpoints/</c>.</param>
/// <param name="Evaluate">The task that evaluates its last weights on the target's test images.</param>
/// <param name="TrainImages">The task that makes the target's training images.</param>
/// <param name="TestImages">The task that makes the target's test images.</param>
public sealed record PlannedRun(
    string Target,
    string Run,
    Initialization Initialization,
    double LearningRate,
    int Seed,
    TaskSpec Train,
    TaskSpec Evaluate,
    TaskSpec TrainImages,
    TaskSpec TestImages
)
{
    /// <summary>Unique among the study's runs and short, for example <c>P-T s1</c>; the learning rate is in it when
    /// the run has several.</summary>
    public required string Label { get; init; }

    /// <summary>What judges it: the study's choice, else accuracy, or mean AUC for multi-label images.</summary>
    public Metric Metric { get; init; } = DeclaredMetrics.Accuracy;

    /// <summary>Whether the target's images are multi-label.</summary>
    public bool IsMultiLabel { get; init; }

    /// <summary>What its learning curve is measured in, whatever the study's choice: a choice must not train again.</summary>
    public Metric CurveMetric => Metric.DefaultFor(IsMultiLabel);

    /// <summary>The metric's key as tasks carry it; null for the target's default, whose tasks carry none.</summary>
    public string? ChosenMetric => Metric == CurveMetric ? null : Metric.Key;
}

/// <summary>An analysis with the tasks that it needs besides the training runs.</summary>
/// <param name="Name">Its name in the study file.</param>
/// <param name="Tasks">Its tasks, each with the role by which the analysis finds it again.</param>
public sealed record PlannedAnalysis(string Name, ImmutableArray<PlannedTask> Tasks)
{
    private ImmutableDictionary<string, TaskSpec> ByRole =>
        field ??= Tasks.ToImmutableDictionary(task => task.Role, task => task.Task, StringComparer.Ordinal);

    /// <summary>The task of a role.</summary>
    /// <exception cref="InputException">The plan has none: it was made by another version.</exception>
    public TaskSpec this[string role] =>
        ByRole.TryGetValue(role, out var task)
            ? task
            : throw new InputException(
                $"The run's plan has no task '{role}' of {Name}: another version planned it. Run the study again."
            );
}
