using System.Collections.Immutable;

namespace TransferLens.Studies.Settings;

/// <summary>
/// How a study's tasks run under Slurm. It does not affect what they compute and is not part of any task's key.
/// </summary>
/// <param name="Job">Resources that a job requests, unless <paramref name="Kinds"/> overrides them.</param>
/// <param name="Kinds">Resources for single kinds of tasks, by the kind's name.</param>
public sealed record SlurmSettings(SlurmResources Job, ImmutableArray<KeyValuePair<string, SlurmResources>> Kinds)
{
    /// <summary>The defaults.</summary>
    public static SlurmSettings Default { get; } = new(SlurmResources.None, []);

    /// <summary>Shell lines of every job before its command, for example <c>module load cuda</c>.</summary>
    public ImmutableArray<string> Setup { get; init; } = [];

    /// <summary>Shell command that starts <c>transferlens</c> on a node; null for the path of this program.</summary>
    public string? Command { get; init; }

    /// <summary>Largest number of array elements in Slurm's queue at a time, pending and running.</summary>
    public int InFlight { get; init; } = 100;

    /// <summary>How often a failed or interrupted task is retried.</summary>
    public int Retries { get; init; } = 2;

    /// <summary>
    /// Tasks are added to a job until they amount to this many forward passes of an image; a training step counts as
    /// three per image.
    /// </summary>
    public double ImagesPerJob { get; init; } = 50_000;

    /// <summary>Largest number of tasks in one job.</summary>
    public int TasksPerJob { get; init; } = 16;

    /// <summary>Seconds between two queries of Slurm.</summary>
    public int Poll { get; init; } = 10;

    /// <summary>Resources that a job with tasks of a kind requests.</summary>
    public SlurmResources For(string kind) =>
        Kinds.FirstOrDefault(entry => entry.Key == kind).Value is { } resources ? resources.Over(Job) : Job;

    /// <summary>
    /// These settings with some resources overridden for every job, including those of <see cref="Kinds"/>.
    /// </summary>
    public SlurmSettings With(SlurmResources over) =>
        this with
        {
            Job = over.Over(Job),
            Kinds = [.. Kinds.Select(entry => KeyValuePair.Create(entry.Key, over.Over(entry.Value)))],
        };
}

/// <summary>Resources that a job requests, in the syntax of sbatch; null for the cluster's default.</summary>
/// <param name="Partition">Partition, or several separated by commas.</param>
/// <param name="Time">Time limit: minutes, <c>hours:minutes:seconds</c>, <c>days-hours</c> or another form of
/// sbatch.</param>
/// <param name="Cpus">CPU cores, which is also the number of threads; 1 when null.</param>
/// <param name="Memory">Memory in MB, or with the suffix K, M, G or T.</param>
/// <param name="Gpus">Number of GPUs, or <c>type:number</c>.</param>
/// <param name="Lines">More options of sbatch, for example <c>--account=vision</c>.</param>
public sealed record SlurmResources(
    string? Partition,
    string? Time,
    int? Cpus,
    string? Memory,
    string? Gpus,
    ImmutableArray<string> Lines
)
{
    /// <summary>Requests nothing.</summary>
    public static SlurmResources None { get; } = new(null, null, null, null, null, []);

    /// <summary>These, completed by others; <see cref="Lines"/> of both are joined, these last.</summary>
    public SlurmResources Over(SlurmResources below) =>
        new(
            Partition ?? below.Partition,
            Time ?? below.Time,
            Cpus ?? below.Cpus,
            Memory ?? below.Memory,
            Gpus ?? below.Gpus,
            [.. below.Lines, .. Lines]
        );
}
