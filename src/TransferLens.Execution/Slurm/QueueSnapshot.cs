using TransferLens.Studies.Plans;

namespace TransferLens.Execution.Slurm;

/// <summary>What is in Slurm's queue at one moment, according to the store's submissions and to Slurm itself.</summary>
internal sealed class QueueSnapshot
{
    private readonly Dictionary<string, SlurmElement> byKey = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Name, int Index), SlurmElement> known = [];
    private readonly HashSet<string> unconfirmed = new(StringComparer.Ordinal);

    private QueueSnapshot(IReadOnlyList<Submission> submissions, IEnumerable<SlurmElement> elements)
    {
        foreach (var element in elements)
        {
            known[(element.Name, element.Index)] = element;
        }

        foreach (var submission in submissions)
        {
            for (var i = 0; i < submission.Elements.Length; i++)
            {
                if (Find(submission, i) is { IsActive: true } element)
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
                unconfirmed.UnionWith(submission.Elements.SelectMany(keys => keys));
            }
        }
    }

    /// <summary>Number of elements that wait or run.</summary>
    public int Count { get; }

    /// <summary>Asks Slurm, and its accounting about the elements that the queue no longer lists.</summary>
    /// <exception cref="SlurmUnavailableException">Slurm did not answer.</exception>
    public static async Task<QueueSnapshot> TakeAsync(SlurmQueue slurm, IReadOnlyList<Submission> submissions)
    {
        var elements = await slurm
            .FindAsync([.. submissions.Select(submission => submission.Name)])
            .ConfigureAwait(false);
        var listed = elements.Select(element => (element.Name, element.Index)).ToHashSet();
        var forgotten = submissions.Where(submission => submission.Job is not null && !AreAllListed(submission));
        var remembered = await slurm
            .FindEndedAsync([.. forgotten.Select(submission => submission.Job!)])
            .ConfigureAwait(false);
        return new(submissions, remembered.Concat(elements));

        bool AreAllListed(Submission submission) =>
            Enumerable.Range(0, submission.Elements.Length).All(i => listed.Contains((submission.Name, i)));
    }

    /// <summary>
    /// The state of an element of a submission. Null when the submission has no job id and Slurm does not list it.
    /// </summary>
    public SlurmElement? Find(Submission submission, int index) =>
        known.GetValueOrDefault((submission.Name, index))
        ?? (submission.Job is { } job ? new(submission.Name, job, index, SlurmElement.Unknown, "") : null);

    /// <summary>The element in which a task waits or runs; null without one.</summary>
    public SlurmElement? Find(TaskSpec task) => byKey.GetValueOrDefault(task.Key);

    /// <summary>Whether a task is in the queue, or was being submitted when the snapshot was taken.</summary>
    public bool Contains(TaskSpec task) => byKey.ContainsKey(task.Key) || unconfirmed.Contains(task.Key);
}
