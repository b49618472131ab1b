using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TransferLens.Execution.Artifacts;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;

namespace TransferLens.Execution.Progress;

/// <summary>
/// Reads learning curves from a store: those of finished training runs from their results, those of others from the
/// files from which they resume.
/// </summary>
/// <param name="store">The store.</param>
internal sealed partial class TrainingCurves(ArtifactStore store)
{
    private const string ResumePrefix = "resume-";
    private const string ResumeSuffix = ".json";

    private readonly Dictionary<string, Curve> known = new(StringComparer.Ordinal);

    /// <summary>The curves of all training runs that have started, in the order of their groups.</summary>
    public ImmutableArray<TrainingSoFar> Read(RunView run) => [.. run.Groups.SelectMany(group => Read(run, group))];

    private IEnumerable<TrainingSoFar> Read(RunView run, TaskGroup group)
    {
        foreach (var outcome in run.OutcomesOf(group).Where(outcome => outcome.Task.Kind.Has(TaskTraits.LeavesCurve)))
        {
            var curve = Read(outcome);
            if (curve.Values.Length > 0)
            {
                yield return Named(group, outcome.Task, curve);
            }
        }
    }

    // Any kind may leave a curve, so its settings need not be those of a training task.
    private static TrainingSoFar Named(TaskGroup group, TaskSpec task, Curve curve)
    {
        var name = Without(Without(task.Title, "train "), $"{group.Panel} ");
        return new(
            task,
            group.Panel,
            SeedInName().Replace(name, "", 1),
            name,
            (int?)task.Settings["seed"] ?? 0,
            (int?)task.Settings["training"]?["epochs"] ?? curve.Values.Length - 1,
            curve.Values
        )
        {
            Metric = curve.Metric,
        };
    }

    private static string Without(string text, string start) =>
        text.StartsWith(start, StringComparison.Ordinal) ? text[start.Length..] : text;

    private Curve Read(TaskOutcome outcome)
    {
        var key = outcome.Task.Key;
        var curve = known.GetValueOrDefault(key, Curve.Empty);
        try
        {
            var file = outcome.State == TaskState.Done ? "result.json" : Newest(store.Running(key).Work);
            if (file is not null && file != curve.File)
            {
                known[key] = curve = Parse(file, ReadText(outcome, file));
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
            // The training run wrote its next file or finished between the two looks. The next look finds it.
        }

        return curve;
    }

    private string ReadText(TaskOutcome outcome, string file)
    {
        var key = outcome.Task.Key;
        return outcome.State == TaskState.Done
            ? store.Read(key, file)
            : File.ReadAllText(Path.Combine(store.Running(key).Work, file));
    }

    private static Curve Parse(string file, string text)
    {
        var epochs = JsonNode.Parse(text)!["epochs"]!.AsArray();
        var metric = Metric.OfCurve(epochs);
        return new(file, metric, [.. epochs.Select(epoch => (double?)epoch![metric.JsonKeyAfter("test")])]);
    }

    private static string? Newest(string work) =>
        Directory.Exists(work)
            ? Directory
                .GetFiles(work, $"{ResumePrefix}*{ResumeSuffix}")
                .Select(Path.GetFileName)
                .MaxBy(file => EpochOf(file!))
            : null;

    private static int EpochOf(string file)
    {
        var digits = file[ResumePrefix.Length..^ResumeSuffix.Length];
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var epoch) ? epoch : -1;
    }

    [GeneratedRegex(@" s\d+(?=$|[, ])")]
    private static partial Regex SeedInName();

    private sealed record Curve(string File, Metric Metric, ImmutableArray<double?> Values)
    {
        public static Curve Empty { get; } = new("", DeclaredMetrics.Accuracy, []);
    }
}
