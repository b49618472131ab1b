using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TransferLens.Execution.Artifacts;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;

namespace TransferLens.Execution.Progress;

/// <summary>The learning curve of a training, also while it runs.</summary>
/// <param name="Task">The training's task.</param>
/// <param name="Panel">Which curves share an image.</param>
/// <param name="Group">Trainings of one group differ in nothing but their seed.</param>
/// <param name="Name">Its name among those of its panel.</param>
/// <param name="Seed">Its seed.</param>
/// <param name="Epochs">How many epochs it is to have.</param>
/// <param name="TestScore">Test score, in [0, 1], after epoch 0 (before any step), 1, 2 and so on; null where it diverged.</param>
public sealed record TrainingSoFar(
    TaskSpec Task,
    string Panel,
    string Group,
    string Name,
    int Seed,
    int Epochs,
    ImmutableArray<double?> TestScore
)
{
    /// <summary>By what it is judged.</summary>
    public Metric Metric { get; init; } = DeclaredMetrics.Accuracy;
}

/// <summary>Reads learning curves from a store: of a finished training from its result, of another from what it keeps to go on from.</summary>
/// <param name="store">The store.</param>
public sealed partial class TrainingCurves(ArtifactStore store)
{
    private readonly Dictionary<string, (string File, Metric Metric, ImmutableArray<double?> Values)> read = new(
        StringComparer.Ordinal
    );

    /// <summary>All trainings of a run that have begun, in the order of their groups.</summary>
    public ImmutableArray<TrainingSoFar> Read(RunView run) =>
        [
            .. run.Groups.SelectMany(group =>
                run.Of(group)
                    .Where(outcome => outcome.Task.Kind.Has(TaskTraits.LeavesCurve))
                    .Select(outcome => (outcome.Task, Curve: Values(outcome)))
                    .Where(training => training.Curve.Values.Length > 0)
                    .Select(training =>
                        Named(group, training.Task, training.Curve.Values) with
                        {
                            Metric = training.Curve.Metric,
                        }
                    )
            ),
        ];

    private static TrainingSoFar Named(TaskGroup group, TaskSpec task, ImmutableArray<double?> values)
    {
        var settings = TaskSettings.Read<TrainTaskSettings>(task.Settings);
        var name = Without(Without(task.Title, "train "), $"{group.Panel} ");
        return new(
            task,
            group.Panel,
            SeedInName().Replace(name, "", 1),
            name,
            settings.Seed,
            settings.Training.Epochs,
            values
        );
    }

    private static string Without(string text, string start) =>
        text.StartsWith(start, StringComparison.Ordinal) ? text[start.Length..] : text;

    private (Metric Metric, ImmutableArray<double?> Values) Values(TaskOutcome outcome)
    {
        var key = outcome.Task.Key;
        var known = read.GetValueOrDefault(key, ("", DeclaredMetrics.Accuracy, []));
        try
        {
            var file = outcome.State == TaskState.Done ? "result.json" : Newest(store.Running(key).Work);
            if (file is not null && file != known.Item1)
            {
                var text =
                    outcome.State == TaskState.Done
                        ? store.Read(key, file)
                        : File.ReadAllText(Path.Combine(store.Running(key).Work, file));
                var epochs = JsonNode.Parse(text)!["epochs"]!.AsArray();
                var metric = Metric.OfCurve(epochs);
                read[key] = known = (
                    file,
                    metric,
                    [.. epochs.Select(epoch => (double?)epoch![$"test_{metric.ScoreKey}"])]
                );
            }
        }
        catch (Exception failure)
            when (failure
                    is IOException
                        or JsonException
                        or UnauthorizedAccessException
                        or DamagedArtifactException
                        or InvalidOperationException
                        or NullReferenceException
            )
        {
            // The training went on, or was finished, between the two looks; the next look sees more.
        }

        return (known.Item2, known.Item3);
    }

    private static string? Newest(string work) =>
        !Directory.Exists(work)
            ? null
            : Directory
                .GetFiles(work, "resume-*.json")
                .Select(Path.GetFileName)
                .MaxBy(file =>
                    int.TryParse(
                        file!["resume-".Length..^".json".Length],
                        NumberStyles.None,
                        CultureInfo.InvariantCulture,
                        out var epoch
                    )
                        ? epoch
                        : -1
                );

    [GeneratedRegex(@" s\d+(?=$|[, ])")]
    private static partial Regex SeedInName();
}
