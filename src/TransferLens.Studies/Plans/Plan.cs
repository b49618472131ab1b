using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Settings;

namespace TransferLens.Studies.Plans;

/// <summary>The task graph of a study.</summary>
/// <param name="Study">The study.</param>
/// <param name="Tasks">All tasks, each key once, each after its inputs.</param>
/// <param name="Pretraining">The task that produces P, the pretrained weights; null without P.</param>
/// <param name="Runs">The training runs on the targets.</param>
/// <param name="Analyses">The requested analyses with their tasks, in the file's order.</param>
public sealed record Plan(
    Study Study,
    ImmutableArray<TaskSpec> Tasks,
    TaskSpec? Pretraining,
    ImmutableArray<PlannedRun> Runs,
    ImmutableArray<PlannedAnalysis> Analyses
)
{
    /// <summary>What planning found out about the images of each target; empty for a plan of an earlier
    /// version.</summary>
    internal ImmutableArray<PlannedTarget> Targets { get; init; } = [];

    /// <summary>The same about the data that P is trained on; null where P is not trained here.</summary>
    internal PlannedTarget? Source { get; init; }

    /// <summary>All tasks, and the image tasks of runs even if no other task reads them; each key once.</summary>
    internal IEnumerable<TaskSpec> ReferencedTasks
    {
        get
        {
            var images = Runs.SelectMany(run => new[] { run.TrainImages, run.TestImages, run.ValidationImages });
            return Tasks.Concat(images.OfType<TaskSpec>()).DistinctBy(task => task.Key);
        }
    }
}

/// <summary>A training run on a target.</summary>
/// <param name="Target">Name of the target.</param>
/// <param name="Run">Name of the run, for example <c>P-T</c>.</param>
/// <param name="Initialization">Its initial weights.</param>
/// <param name="LearningRate">Its base learning rate.</param>
/// <param name="Seed">Its seed.</param>
/// <param name="Train">The task that trains it; its artifact contains <c>result.json</c> with
/// the learning curve, and <c>checkpoints/</c>.</param>
/// <param name="Evaluate">The task that evaluates its final weights on the target's test images.</param>
/// <param name="TrainImages">The task that decodes the target's training images.</param>
/// <param name="TestImages">The task that decodes the target's test images.</param>
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
    /// <summary>
    /// A short name, unique among the runs on a target, for example <c>P-T s1</c>. It includes the learning rate if the
    /// run has several.
    /// </summary>
    public required string Label { get; init; }

    /// <summary>
    /// The metric by which it is judged: the study's, or accuracy, or mean AUC on multi-label images.
    /// </summary>
    public Metric Metric { get; init; } = DeclaredMetrics.Accuracy;

    /// <summary>
    /// The task that decodes the target's validation images, on which analyses choose; null for a target without.
    /// </summary>
    public TaskSpec? ValidationImages { get; init; }

    /// <summary>
    /// The task that evaluates its final weights on the validation images, by which runs are chosen; null for a target
    /// without.
    /// </summary>
    public TaskSpec? Validate => ValidationOf(Train, $"evaluate {Target} {Label} on validation images");

    /// <summary>The task that evaluates other weights on the validation images.</summary>
    /// <param name="train">The task that trains the weights.</param>
    /// <param name="title">A short description.</param>
    /// <returns>The task; null for a target without validation images.</returns>
    public TaskSpec? ValidationOf(TaskSpec train, string title) =>
        ValidationImages is null
            ? null
            : StudyTasks.Evaluate(
                TaskSettings.Read<EvaluateTaskSettings>(Evaluate.Settings),
                train,
                ValidationImages,
                title,
                ValidationCount ?? 0
            );

    /// <summary>Number of the target's validation images; null for a plan that was read from a run's folder.</summary>
    internal int? ValidationCount { get; init; }

    /// <summary>Number of the target's test images; null for a plan that was read from a run's folder.</summary>
    internal int? TestCount { get; init; }

    /// <summary>Whether the target's images are multi-label.</summary>
    public bool IsMultiLabel { get; init; }

    /// <summary>
    /// The metric of its learning curve. It does not depend on the study's metric, so that changing that trains nothing
    /// again.
    /// </summary>
    public Metric CurveMetric => Metric.DefaultFor(IsMultiLabel);

    /// <summary>The metric's key in settings of tasks; null for the default of the target's images.</summary>
    public string? MetricOverride => Metric == CurveMetric ? null : Metric.Key;
}

/// <summary>An analysis with the tasks that it needs besides the training runs.</summary>
/// <param name="Name">Its key in the study file.</param>
/// <param name="Tasks">Its tasks with their roles.</param>
public sealed record PlannedAnalysis(string Name, ImmutableArray<PlannedTask> Tasks)
{
    private ImmutableDictionary<string, TaskSpec> ByRole =>
        field ??= Tasks.ToImmutableDictionary(task => task.Role, task => task.Task, StringComparer.Ordinal);

    /// <summary>The task of a role.</summary>
    /// <exception cref="InputException">There is none, since another version made the plan.</exception>
    public TaskSpec this[string role] =>
        ByRole.TryGetValue(role, out var task) ? task : throw MadeByAnotherVersion($"has no task '{role}' of {Name}");

    /// <summary>Checks that the plan is the one that this version makes. Further tasks do no harm.</summary>
    /// <param name="planned">The tasks that the analysis plans now.</param>
    /// <exception cref="InputException">A role is missing, or belongs to another task.</exception>
    internal void Check(IEnumerable<PlannedTask> planned)
    {
        foreach (var (role, task) in planned)
        {
            if (this[role].Key != task.Key)
            {
                throw MadeByAnotherVersion($"has another task '{role}' of {Name}");
            }
        }
    }

    private static InputException MadeByAnotherVersion(string difference) =>
        new($"The run's plan {difference}: another version made the plan. Run the study again.");
}
