using TransferLens.Studies.Plans;

namespace TransferLens.Execution.Slurm;

/// <summary>What is in Slurm's queue, as the store's submissions and Slurm's own list tell at one moment.</summary>
internal sealed class InFlight
{
    private readonly Dictionary<string, SlurmElement> byKey = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Name, int Index), SlurmElement> known = [];
    private readonly HashSet<string> silent = new(StringComparer.Ordinal);

    private InFlight(IReadOnlyList<Submission> submissions, IEnumerable<SlurmElement> elements)
    {
        foreach (var element in elements)
        {
            known[(element.Name, element.Index)] = element;
        }

        foreach (var submission in submissions)
        {
            for (var i = 0; i < submission.Elements.Length; i++)
            {
                if (Of(submission, i) is { IsActive: true } element)
                {
                    Count++;
                    foreach (var key in submission.Elements[i])
                    {
                        byKey[key] = element;
                    }
                }
            }

            if (submission.Job is null)
            {
                silent.UnionWith(submission.Elements.SelectMany(keys => keys));
            }
        }
    }

    /// <summary>How many elements wait or run.</summary>
    public int Count { get; }

    /// <summary>Asks Slurm, and its accounting of those that it has forgotten.</summary>
    /// <exception cref="SlurmSilentException">Slurm did not answer.</exception>
    public static async Task<InFlight> AskAsync(SlurmQueue slurm, IReadOnlyList<Submission> submissions)
    {
        var elements = await slurm
            .FindAsync([.. submissions.Select(submission => submission.Name)])
            .ConfigureAwait(false);
        var found = elements.Select(element => (element.Name, element.Index)).ToHashSet();
        var forgotten = submissions.Where(submission =>
            submission.Job is not null
            && Enumerable.Range(0, submission.Elements.Length).Any(i => !found.Contains((submission.Name, i)))
        );
        var remembered = await slurm
            .RememberAsync([.. forgotten.Select(submission => submission.Job!)])
            .ConfigureAwait(false);
        return new(submissions, remembered.Concat(elements));
    }

    /// <summary>An element as Slurm knows it; of a submission that has no job id yet, null when Slurm does not know it.</summary>
    public SlurmElement? Of(Submission submission, int index) =>
        known.GetValueOrDefault((submission.Name, index))
        ?? (submission.Job is { } job ? new(submission.Name, job, index, SlurmElement.Unknown, "") : null);

    /// <summary>The job that a task waits or runs in; null when there is none.</summary>
    public SlurmElement? Of(TaskSpec task) => byKey.GetValueOrDefault(task.Key);

    /// <summary>Whether a task is in a job, or was being submitted when Slurm was asked.</summary>
    public bool Holds(TaskSpec task) => byKey.ContainsKey(task.Key) || silent.Contains(task.Key);
}
