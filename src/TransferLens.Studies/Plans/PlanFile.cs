using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Settings;

namespace TransferLens.Studies.Plans;

/// <summary>
/// A plan as JSON, saved in a run's folder so that status and report need neither the study file nor the data.
/// </summary>
internal static class PlanFile
{
    /// <summary>Version of the format; since 2, tasks of analyses are stored by role.</summary>
    public const int Version = 2;

    /// <summary>Writes a plan as JSON.</summary>
    public static JsonObject Write(Plan plan) =>
        new()
        {
            ["version"] = Version,
            ["study"] = JsonSerializer.SerializeToNode(plan.Study, StudyJson.Options),
            ["tasks"] = new JsonArray([.. plan.ReferencedTasks.Select(TaskFile.Write)]),
            ["pretraining"] = plan.Pretraining?.Key,
            ["runs"] = new JsonArray([.. plan.Runs.Select(Write)]),
            ["analyses"] = new JsonArray([.. plan.Analyses.Select(Write)]),
            ["targets"] = JsonSerializer.SerializeToNode(plan.Targets, StudyJson.Options),
            ["source"] = JsonSerializer.SerializeToNode(plan.Source, StudyJson.Options),
        };

    /// <summary>Reads what <see cref="Write(Plan)"/> wrote.</summary>
    /// <exception cref="InputException">The text is not a plan, or is of another version.</exception>
    public static Plan Read(string text)
    {
        try
        {
            return Read(JsonNode.Parse(text)!);
        }
        catch (Exception failure) when (IsWrongForm(failure))
        {
            throw new InputException("The run's plan.json is damaged; run the study again.", failure);
        }
    }

    private static Plan Read(JsonNode json)
    {
        if ((int)json["version"]! is not Version and var version)
        {
            throw new InputException(
                $"The run's plan.json has version {version}, but this program reads version {Version}; "
                    + "run the study again."
            );
        }

        var tasks = new Dictionary<string, TaskSpec>(StringComparer.Ordinal);
        foreach (var written in json["tasks"]!.AsArray())
        {
            var task = TaskFile.Read(written!.AsObject(), key => tasks[key]);
            tasks.Add(task.Key, task);
        }

        return new(
            json["study"].Deserialize<Study>(StudyJson.Options)!,
            [.. tasks.Values],
            (string?)json["pretraining"] is { } pretraining ? tasks[pretraining] : null,
            [.. json["runs"]!.AsArray().Select(run => ReadRun(run!, tasks))],
            [.. json["analyses"]!.AsArray().Select(analysis => ReadAnalysis(analysis!, tasks))]
        )
        {
            Targets = json["targets"]?.Deserialize<ImmutableArray<PlannedTarget>>(StudyJson.Options) ?? [],
            Source = json["source"]?.Deserialize<PlannedTarget>(StudyJson.Options),
        };
    }

    private static bool IsWrongForm(Exception failure) =>
        failure
            is JsonException
                or KeyNotFoundException
                or NullReferenceException
                or InvalidOperationException
                or FormatException
                or ArgumentException;

    private static JsonObject Write(PlannedAnalysis analysis)
    {
        var tasks = analysis.Tasks.Select(task => KeyValuePair.Create(task.Role, (JsonNode?)task.Task.Key));
        return new() { ["name"] = analysis.Name, ["tasks"] = new JsonObject(tasks) };
    }

    private static PlannedAnalysis ReadAnalysis(JsonNode analysis, Dictionary<string, TaskSpec> tasks)
    {
        var planned = analysis["tasks"]!
            .AsObject()
            .Select(task => new PlannedTask(task.Key, tasks[(string)task.Value!]));
        return new((string)analysis["name"]!, [.. planned]);
    }

    private static JsonObject Write(PlannedRun run)
    {
        var json = Facts(run);
        if (run.ValidationImages is { } validation)
        {
            json["validation_images"] = validation.Key;
        }

        if (run.IsMultiLabel && run.Metric == run.CurveMetric)
        {
            json["metric"] = run.Metric.ScoreKey;
        }
        else if (run.MetricOverride is not null)
        {
            json["metric"] = DescribedMetric.Write(run.Metric);
            json["multi_label"] = run.IsMultiLabel;
        }

        return json;
    }

    private static JsonObject Facts(PlannedRun run) =>
        new()
        {
            ["target"] = run.Target,
            ["run"] = run.Run,
            ["label"] = run.Label,
            ["initialization"] = JsonSerializer.SerializeToNode(run.Initialization, StudyJson.Options),
            ["learning_rate"] = run.LearningRate,
            ["seed"] = run.Seed,
            ["train"] = run.Train.Key,
            ["evaluate"] = run.Evaluate.Key,
            ["train_images"] = run.TrainImages.Key,
            ["test_images"] = run.TestImages.Key,
        };

    private static PlannedRun ReadRun(JsonNode run, Dictionary<string, TaskSpec> tasks)
    {
        return new(
            (string)run["target"]!,
            (string)run["run"]!,
            run["initialization"].Deserialize<Initialization>(StudyJson.Options),
            (double)run["learning_rate"]!,
            (int)run["seed"]!,
            Task("train"),
            Task("evaluate"),
            Task("train_images"),
            Task("test_images")
        )
        {
            Label = (string)run["label"]!,
            ValidationImages = run["validation_images"] is null ? null : Task("validation_images"),
            Metric = Metric.ReadFrom(run),
            IsMultiLabel = (bool?)run["multi_label"] ?? (run["metric"] is not null),
        };

        TaskSpec Task(string role) => tasks[(string)run[role]!];
    }
}
