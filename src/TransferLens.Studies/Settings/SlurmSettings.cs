using System.Collections.Immutable;

namespace TransferLens.Studies.Settings;

/// <summary>How a study's tasks run on a cluster under Slurm. Decides where and when, never what: no part of a task's key.</summary>
/// <param name="Job">What a job asks for, unless its kind of task asks for other.</param>
/// <param name="Kinds">What jobs of a kind of task ask for instead, by the kind's name.</param>
public sealed record SlurmSettings(SlurmResources Job, ImmutableArray<KeyValuePair<string, SlurmResources>> Kinds)
{
    /// <summary>What is taken without a word of it.</summary>
    public static SlurmSettings Default { get; } = new(SlurmResources.None, []);

    /// <summary>Shell lines of every job before its command, for example <c>module load cuda</c>.</summary>
    public ImmutableArray<string> Setup { get; init; } = [];

    /// <summary>The command <c>transferlens</c> as a shell on a node finds it; this very program when null.</summary>
    public string? Command { get; init; }

    /// <summary>At most so many elements of job arrays in Slurm's queue at a time, waiting and running.</summary>
    public int InFlight { get; init; } = 100;

    /// <summary>How often a task that failed or was broken off is tried again.</summary>
    public int Retries { get; init; } = 2;

    /// <summary>Tasks share a job until they pass so many images forward; a training step counts three for each image.</summary>
    public double ImagesPerJob { get; init; } = 50_000;

    /// <summary>At most so many tasks share a job.</summary>
    public int TasksPerJob { get; init; } = 16;

    /// <summary>Seconds between two questions to Slurm.</summary>
    public int Poll { get; init; } = 10;

    /// <summary>What a job with tasks of a kind asks for.</summary>
    public SlurmResources For(string kind) =>
        Kinds.FirstOrDefault(entry => entry.Key == kind).Value is { } own ? own.Over(Job) : Job;

    /// <summary>These settings with some of what jobs ask for laid over all of it, that of kinds too.</summary>
    public SlurmSettings With(SlurmResources over) =>
        this with
        {
            Job = over.Over(Job),
            Kinds = [.. Kinds.Select(entry => KeyValuePair.Create(entry.Key, over.Over(entry.Value)))],
        };
}

/// <summary>What a job asks of Slurm; null for what the cluster gives by itself. Texts are as sbatch takes them.</summary>
/// <param name="Partition">Partition, or several with commas.</param>
/// <param name="Time">Time limit: minutes, <c>hours:minutes:seconds</c>, <c>days-hours</c> and so on.</param>
/// <param name="Cpus">Processor cores, and as many threads; 1 when null.</param>
/// <param name="Memory">Memory, in MB or with K, M, G or T.</param>
/// <param name="Gpus">GPUs: a number, or <c>type:number</c>.</param>
/// <param name="Lines">Further options, for example <c>--account=vision</c>.</param>
public sealed record SlurmResources(
    string? Partition,
    string? Time,
    int? Cpus,
    string? Memory,
    string? Gpus,
    ImmutableArray<string> Lines
)
{
    /// <summary>Asks for nothing.</summary>
    public static SlurmResources None { get; } = new(null, null, null, null, null, []);

    /// <summary>These laid over others; further options come after those of the others.</summary>
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
