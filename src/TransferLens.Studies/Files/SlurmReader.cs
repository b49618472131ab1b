using System.Collections.Immutable;
using System.Text.RegularExpressions;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Studies.Yaml;

namespace TransferLens.Studies.Files;

/// <summary>Reads <c>slurm:</c>.</summary>
internal static partial class SlurmReader
{
    /// <summary>The keys of a job's resources.</summary>
    internal static ImmutableArray<string> ResourceKeys { get; } =
    ["partition", "time", "cpus", "memory", "gpus", "lines"];

    /// <summary>The valid keys.</summary>
    internal static ImmutableArray<string> Keys { get; } =
    [.. ResourceKeys, "kinds", "setup", "command", "in_flight", "retries", "images_per_job", "tasks_per_job", "poll"];

    internal static SlurmSettings Read(StudyNode node, IReadOnlyList<string>? kinds)
    {
        var byDefault = SlurmSettings.Default;
        return new(Resources(node.Keys(Keys)), node.Find("kinds") is { } byKind ? Kinds(byKind, kinds) : [])
        {
            Setup = node.Find("setup") is { } setup ? [.. setup.Items().Select(line => line.Word())] : [],
            Command = node.Find("command")?.Word(),
            InFlight = node.Find("in_flight")?.Integer(1, 1000) ?? byDefault.InFlight,
            Retries = node.Find("retries")?.Integer(0, 100) ?? byDefault.Retries,
            ImagesPerJob = node.Find("images_per_job")?.NotNegative() ?? byDefault.ImagesPerJob,
            TasksPerJob = node.Find("tasks_per_job")?.Integer(1, 1000) ?? byDefault.TasksPerJob,
            Poll = node.Find("poll")?.Integer(1, 3600) ?? byDefault.Poll,
        };
    }

    /// <summary>Checks a resource from the command line.</summary>
    /// <param name="option">The option, for messages.</param>
    /// <param name="key">The resource's key in <c>slurm:</c>: partition, time, memory, gpus, or lines for one
    /// line.</param>
    /// <param name="value">The value; null for none.</param>
    /// <returns>The value.</returns>
    /// <exception cref="InputException">It is not in the syntax of sbatch.</exception>
    public static string? Check(string option, string key, string? value) =>
        value is null || Rule(key).Pattern.IsMatch(value)
            ? value
            : throw new InputException($"{option} is '{Sentence.Short(value)}', but must be {Rule(key).Words}.");

    private static ImmutableArray<KeyValuePair<string, SlurmResources>> Kinds(
        StudyNode node,
        IReadOnlyList<string>? known
    ) =>
        [
            .. node.Keys([.. known ?? [.. node.Entries().Select(entry => entry.Key)]])
                .Entries()
                .Select(entry => KeyValuePair.Create(entry.Key, Resources(entry.Value.Keys(ResourceKeys)))),
        ];

    private static SlurmResources Resources(StudyNode node) =>
        new(
            node.Find("partition") is { } partition ? Matching(partition, "partition", partition.Word()) : null,
            node.Find("time") is { } time ? Matching(time, "time", time.Text()) : null,
            node.Find("cpus")?.Integer(1, 4096),
            node.Find("memory") is { } memory ? Matching(memory, "memory", memory.Text()) : null,
            node.Find("gpus") is { } gpus ? Matching(gpus, "gpus", gpus.Text()) : null,
            node.Find("lines") is { } lines
                ? [.. lines.Items().Select(line => Matching(line, "lines", line.Word()))]
                : []
        );

    private static string Matching(StudyNode node, string key, string text) =>
        Rule(key).Pattern.IsMatch(text)
            ? text
            : throw node.Wrong($"is '{Sentence.Short(text)}', but must be {Rule(key).Words}.");

    private static (Regex Pattern, string Words) Rule(string key) =>
        key switch
        {
            "partition" => (Partition(), "a partition's name, or several separated by commas"),
            "time" => (
                Time(),
                "a time in the syntax of sbatch: minutes, hours:minutes:seconds, days-hours, "
                    + "or days-hours:minutes:seconds"
            ),
            "memory" => (
                Memory(),
                "a whole number of megabytes, or a number with the suffix K, M, G or T, for example 16G"
            ),
            "gpus" => (Gpus(), "a whole number, or a type and a number, for example a100:1"),
            _ => (
                Line(),
                "an option of sbatch that begins with two dashes, for example --account=vision. "
                    + "TransferLens itself sets array, dependency, output, job-name, chdir, open-mode, requeue and wrap"
            ),
        };

    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9_.,+-]*\z")]
    private static partial Regex Partition();

    [GeneratedRegex(@"^(0*[1-9]\d{0,8}|\d{1,4}(:\d\d){1,2}|\d{1,4}-\d\d?(:\d\d){0,2})\z")]
    private static partial Regex Time();

    [GeneratedRegex(@"^[1-9]\d{0,8}[KMGT]?\z")]
    private static partial Regex Memory();

    [GeneratedRegex(@"^([A-Za-z][A-Za-z0-9_.-]*:)?\d{1,3}\z")]
    private static partial Regex Gpus();

    [GeneratedRegex(
        @"^--(?!array\b|dependency\b|output\b|job-name\b|chdir\b|open-mode\b|requeue\b|no-requeue\b|wrap\b|parsable\b)"
            + @"[a-z][^\r\n]*\z"
    )]
    private static partial Regex Line();
}
