namespace TransferLens.Execution.Slurm;

/// <summary>One element of a job array as Slurm tells of it.</summary>
/// <param name="Name">The job's name.</param>
/// <param name="Job">The array's job id.</param>
/// <param name="Index">The element.</param>
/// <param name="State">Its state in Slurm's words, for example <c>PENDING</c>.</param>
/// <param name="Reason">Why it waits, or how it ended; may be empty.</param>
public sealed record SlurmElement(string Name, string Job, int Index, string State, string Reason)
{
    // What Slurm gives up on but keeps in the queue until somebody looks.
    private const string Stuck = "launch failed requeued held";

    private static readonly HashSet<string> Waiting = new(StringComparer.Ordinal)
    {
        "PENDING",
        "CONFIGURING",
        "REQUEUED",
        "REQUEUE_FED",
        "POWER_UP_NODE",
    };

    private static readonly HashSet<string> Working = new(StringComparer.Ordinal)
    {
        "RUNNING",
        "COMPLETING",
        "SUSPENDED",
        "STOPPED",
        "SIGNALING",
        "STAGE_OUT",
        "RESIZING",
        "UPDATE_DB",
    };

    /// <summary>What nobody can tell of an element: Slurm has forgotten it.</summary>
    public const string Unknown = "UNKNOWN";

    /// <summary>How it is called: <c>12_3</c>.</summary>
    public string Id => $"{Job}_{Index}";

    /// <summary>Whether it is in the queue only because Slurm holds it back after a failure.</summary>
    public bool IsStuck =>
        State is "REQUEUE_HOLD" or "SPECIAL_EXIT" || (State == "PENDING" && Reason.Replace('_', ' ') == Stuck);

    /// <summary>Whether it waits or runs, and will go on by itself.</summary>
    public bool IsActive => !IsStuck && (Waiting.Contains(State) || Working.Contains(State));

    /// <summary>Whether it has been given a node.</summary>
    public bool IsRunning => Working.Contains(State);

    /// <summary>Whether it ended for no fault of its task's: another try may come further.</summary>
    public bool IsInterruption =>
        State is "TIMEOUT" or "PREEMPTED" or "NODE_FAIL" or "BOOT_FAIL" or "REVOKED" or "DEADLINE" || IsStuck;

    /// <summary>How it ended, to follow "its Slurm job ... ".</summary>
    public string Ending =>
        State switch
        {
            _ when IsStuck => $"could not be started and is held ({State})",
            "TIMEOUT" => "ran into its time limit (TIMEOUT)",
            "OUT_OF_MEMORY" => "used more memory than it asked for (OUT_OF_MEMORY)",
            "CANCELLED" => "was cancelled (CANCELLED)",
            "PREEMPTED" => "had to make way for another (PREEMPTED)",
            "NODE_FAIL" => "lost its node (NODE_FAIL)",
            "COMPLETED" => "ended without it (COMPLETED)",
            Unknown => "ended, and Slurm does not know any more how",
            _ => $"ended as {State}",
        };

    /// <summary>Where it stands, for people: <c>Slurm job 12_3, pending (Priority)</c>.</summary>
    public string Words =>
        $"Slurm job {Id}, {State.ToLowerInvariant().Replace('_', ' ')}{(Reason is "" or "None" || IsRunning ? "" : $" ({Reason})")}";

    /// <summary>The lines of <c>squeue --format=%F|%K|%T|%j|%r</c>; others are passed over.</summary>
    public static IEnumerable<SlurmElement> OfQueue(string text) =>
        Lines(text)
            .Select(line => line.Split('|', 5))
            .Where(parts => parts.Length == 5 && int.TryParse(parts[1], out _))
            .Select(parts => new SlurmElement(
                parts[3],
                parts[0],
                int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture),
                parts[2],
                parts[4].Trim('(', ')')
            ));

    /// <summary>The lines of <c>sacct --parsable2 --format=JobID,State,JobName</c>; those of steps and of arrays that wait as a whole are passed over.</summary>
    public static IEnumerable<SlurmElement> OfAccounting(string text)
    {
        foreach (var parts in Lines(text).Select(line => line.Split('|', 3)).Where(parts => parts.Length == 3))
        {
            var id = parts[0].Split('_');
            if (id.Length == 2 && int.TryParse(id[1], out var index))
            {
                yield return new(parts[2], id[0], index, parts[1].Split(' ')[0], ""); // "CANCELLED by 1000"
            }
        }
    }

    private static string[] Lines(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
