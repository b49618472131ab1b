namespace TransferLens.Execution.Leases;

/// <summary>
/// The process that owns a lease. Others on the same machine can tell from it whether the process lives.
/// </summary>
/// <param name="Host">
/// The machine since its last boot, and the name space of its processes. Processes with equal hosts see each other.
/// </param>
/// <param name="Process">The process id.</param>
/// <param name="Started">
/// When the process started, in the machine's own units: a later process may get the same id.
/// </param>
/// <param name="Job">The batch job that the process is part of, or null.</param>
internal sealed record LeaseOwner(string Host, int Process, string Started, string? Job)
{
    /// <summary>This process.</summary>
    public static LeaseOwner Current { get; } =
        new(
            ProcessTable.Host(),
            Environment.ProcessId,
            ProcessTable.StartOf(Environment.ProcessId) ?? "",
            CurrentJob()
        );

    /// <summary>
    /// Whether the process lives, as seen by <paramref name="observer"/>; null when it cannot tell, because the process
    /// is on another machine or hidden by the system.
    /// </summary>
    public bool? IsAlive(LeaseOwner observer)
    {
        if (Host != observer.Host)
        {
            return null;
        }

        if (ProcessTable.StartOf(Process) is { } start && Started.Length > 0)
        {
            return start == Started;
        }

        return ProcessTable.IsGone(Process) ? false : null;
    }

    private static string? CurrentJob() =>
        Environment.GetEnvironmentVariable("SLURM_ARRAY_JOB_ID") is { } array
            ? $"{array}_{Environment.GetEnvironmentVariable("SLURM_ARRAY_TASK_ID")}"
            : Environment.GetEnvironmentVariable("SLURM_JOB_ID");
}
