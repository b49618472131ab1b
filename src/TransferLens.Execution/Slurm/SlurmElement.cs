using System.Globalization;

namespace TransferLens.Execution.Slurm;

/// <summary>One element of a job array, as Slurm reports it.</summary>
/// <param name="Name">The job's name.</param>
/// <param name="Job">The array's job id.</param>
/// <param name="Index">The element's index in the array.</param>
/// <param name="State">Slurm's name of its state, for example <c>PENDING</c>.</param>
/// <param name="Reason">Why it waits or how it ended; may be empty.</param>
internal sealed record SlurmElement(string Name, string Job, int Index, string State, string Reason)
{
    /// <summary>The state of an element that Slurm no longer knows.</summary>
    public const string Unknown = "UNKNOWN";

    // Slurm gives up on such a job but keeps it in the queue until somebody acts.
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

    private static readonly HashSet<string> Interrupted = new(StringComparer.Ordinal)
    {
        "TIMEOUT",
        "PREEMPTED",
        "NODE_FAIL",
        "BOOT_FAIL",
        "REVOKED",
        "DEADLINE",
    };

    /// <summary>Slurm's id of the element, for example <c>12_3</c>.</summary>
    public string Id => $"{Job}_{Index}";

    /// <summary>Whether it is in the queue only because Slurm holds it after a failure.</summary>
    public bool IsStuck =>
        State is "REQUEUE_HOLD" or "SPECIAL_EXIT" || (State == "PENDING" && Reason.Replace('_', ' ') == Stuck);

    /// <summary>Whether it waits or runs, and continues without intervention.</summary>
    public bool IsActive => !IsStuck && (Waiting.Contains(State) || Working.Contains(State));

    /// <summary>Whether it has a node.</summary>
    public bool IsRunning => Working.Contains(State);

    /// <summary>Whether it ended through no fault of its task, so that another attempt may get further.</summary>
    public bool IsInterruption => Interrupted.Contains(State) || IsStuck;

    /// <summary>How it ended, to follow "its Slurm job ... ".</summary>
    public string Ending =>
        State switch
        {
            _ when IsStuck => $"could not be started and is held ({State})",
            "TIMEOUT" => "reached its time limit (TIMEOUT)",
            "OUT_OF_MEMORY" => "used more memory than it requested (OUT_OF_MEMORY)",
            "CANCELLED" => "was cancelled (CANCELLED)",
            "PREEMPTED" => "was preempted by another job (PREEMPTED)",
            "NODE_FAIL" => "lost its node (NODE_FAIL)",
            "COMPLETED" => "ended without it (COMPLETED)",
            Unknown => "ended, and Slurm no longer knows how",
            _ => $"ended as {State}",
        };

    /// <summary>The element and its state in words: <c>Slurm job 12_3, pending (Priority)</c>.</summary>
    public string Words
    {
        get
        {
            var state = State.ToLowerInvariant().Replace('_', ' ');
            var reason = Reason is "" or "None" || IsRunning ? "" : $" ({Reason})";
            return $"Slurm job {Id}, {state}{reason}";
        }
    }

    /// <summary>Reads the lines of <c>squeue --format=%F|%K|%T|%j|%r</c>. Other lines are ignored.</summary>
    public static IEnumerable<SlurmElement> FromQueue(string text)
    {
        foreach (var fields in Lines(text).Select(line => line.Split('|', 5)).Where(fields => fields.Length == 5))
        {
            if (int.TryParse(fields[1], CultureInfo.InvariantCulture, out var index))
            {
                yield return new(fields[3], fields[0], index, fields[2], fields[4].Trim('(', ')'));
            }
        }
    }

    /// <summary>
    /// Reads the lines of <c>sacct --parsable2 --format=JobID,State,JobName</c>. Lines of job steps, and of arrays
    /// whose elements all wait, are ignored.
    /// </summary>
    public static IEnumerable<SlurmElement> FromAccounting(string text)
    {
        foreach (var fields in Lines(text).Select(line => line.Split('|', 3)).Where(fields => fields.Length == 3))
        {
            var id = fields[0].Split('_');
            if (id.Length == 2 && int.TryParse(id[1], CultureInfo.InvariantCulture, out var index))
            {
                var state = fields[1].Split(' ')[0]; // "CANCELLED by 1000"
                yield return new(fields[2], id[0], index, state, "");
            }
        }
    }

    private static string[] Lines(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
