using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Execution.Artifacts;
using TransferLens.Report.TensorBoard;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Training;

namespace TransferLens.Runs;

/// <summary>Every training run of a plan for TensorBoard, including those of P and of analyses.</summary>
internal static class TrainingEvents
{
    /// <summary>
    /// The curves: runs by target and label, P under <c>source</c>, training runs of analyses by target and title.
    /// </summary>
    public static IEnumerable<TrainingScalars> Create(Plan plan, StoreResults results, ArtifactStore store)
    {
        var runs = plan.Runs.Select(run => (run.Target, Name: run.Label, Task: run.Train)).ToList();
        var known = runs.Select(run => run.Task.Key).ToHashSet(StringComparer.Ordinal);
        var others = plan
            .Tasks.Where(task => task.Kind.Has(TaskTraits.LeavesCurve) && !known.Contains(task.Key))
            .Select(task => Named(task, plan));
        return runs.Concat(others)
            .Select(training => new TrainingScalars(
                training.Target,
                training.Name,
                Started(training.Task, store),
                Steps(training.Task, results)
            ));
    }

    private static (string Target, string Name, TaskSpec Task) Named(TaskSpec task, Plan plan)
    {
        if (task.Key == plan.Pretraining?.Key)
        {
            return ("source", "P", task);
        }

        var images = task.Inputs.GetValueOrDefault("train")?.Key;
        var target = plan.Runs.FirstOrDefault(run => run.TrainImages.Key == images)?.Target ?? "other";
        var start = $"train {target} ";
        return (
            target,
            task.Title.StartsWith(start, StringComparison.Ordinal) ? task.Title[start.Length..] : task.Title,
            task
        );
    }

    private static DateTimeOffset Started(TaskSpec task, ArtifactStore store) =>
        DateTimeOffset.Parse((string)store.Manifest(task.Key)["provenance"]!["started"]!, CultureInfo.InvariantCulture);

    private static ImmutableArray<ScalarStep> Steps(TaskSpec task, StoreResults results)
    {
        if (results.Read(task)["epochs"] is not JsonArray { Count: > 0 } epochs)
        {
            return [];
        }

        try
        {
            var metric = Metric.OfCurve(epochs);
            var read = epochs.Deserialize<ImmutableArray<TrainingEpoch>>(metric.Json);
            return [.. read.Select(epoch => Step(epoch, metric.ScoreKey))];
        }
        catch (JsonException failure)
        {
            throw new InputException(
                $"The learning curve of the task '{task.Title}' has another form than tasks of a kind that leaves a "
                    + $"curve write: {failure.Message}",
                failure
            );
        }
    }

    private static ScalarStep Step(TrainingEpoch epoch, string key) =>
        new(
            epoch.Epoch,
            [
                .. from scalar in new[]
                {
                    KeyValuePair.Create("train/loss", epoch.TrainLoss),
                    KeyValuePair.Create($"train/{key}", epoch.TrainScore),
                    KeyValuePair.Create("test/loss", epoch.TestLoss),
                    KeyValuePair.Create($"test/{key}", epoch.TestScore),
                    KeyValuePair.Create("learning_rate", epoch.LearningRate),
                }
                where scalar.Value is not null
                select KeyValuePair.Create(scalar.Key, scalar.Value!.Value),
            ]
        );
}
