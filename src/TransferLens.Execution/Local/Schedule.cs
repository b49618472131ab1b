using TransferLens.Studies.Plans;

namespace TransferLens.Execution.Local;

/// <summary>
/// The order in which tasks start: the task with the most work behind it first, so that no core is idle at the end. The
/// cost of scheduling a task does not grow with the number of waiting tasks.
/// </summary>
internal sealed class Schedule
{
    private readonly LinkedList<TaskSpec> waiting = [];
    private readonly Dictionary<string, Entry> entries = new(StringComparer.Ordinal);
    private readonly PriorityQueue<TaskSpec, int> ready = new();

    /// <summary>Schedules tasks.</summary>
    /// <param name="all">Every task, inputs before the tasks that read them.</param>
    /// <param name="missing">The tasks to compute; the others have an artifact in the store.</param>
    public Schedule(IReadOnlyList<TaskSpec> all, IEnumerable<TaskSpec> missing)
    {
        var ahead = WorkBehind(all);
        foreach (var task in missing.OrderByDescending(task => ahead.GetValueOrDefault(task.Key) + task.Cost))
        {
            entries.Add(task.Key, new(waiting.AddLast(task), entries.Count));
        }

        foreach (var task in waiting)
        {
            var entry = entries[task.Key];
            foreach (var input in task.Inputs.Values.Select(input => input.Key).Distinct().Where(entries.ContainsKey))
            {
                entries[input].Followers.Add(task);
                entry.OpenInputs++;
            }

            Offer(task, entry);
        }
    }

    /// <summary>Whether every task was started.</summary>
    public bool IsEmpty => waiting.Count == 0;

    /// <summary>The tasks that were not started, the most urgent first.</summary>
    public IReadOnlyCollection<TaskSpec> Waiting => waiting;

    /// <summary>The task with a key, if it was not started.</summary>
    public TaskSpec? Find(string key) =>
        entries.GetValueOrDefault(key) is { Node.List: not null } entry ? entry.Node.Value : null;

    /// <summary>Starts the most urgent task whose inputs are all done; null when there is none now.</summary>
    public TaskSpec? Next()
    {
        while (ready.TryDequeue(out var next, out _))
        {
            if (Take(next))
            {
                return next;
            }
        }

        return null;
    }

    /// <summary>
    /// Records that a task is done, by this run or another. Tasks that waited only for it become ready.
    /// </summary>
    public void Done(TaskSpec task)
    {
        Take(task);
        foreach (var follower in Followers(task))
        {
            var entry = entries[follower.Key];
            entry.OpenInputs--;
            Offer(follower, entry);
        }
    }

    /// <summary>Removes a failed task and all tasks that need it, directly or not.</summary>
    /// <returns>The tasks that need it.</returns>
    public List<TaskSpec> Abandon(TaskSpec failed)
    {
        Take(failed);
        var (lost, open) = (new List<TaskSpec>(), new Queue<TaskSpec>([failed]));
        while (open.TryDequeue(out var gone))
        {
            foreach (var follower in Followers(gone).Where(Take))
            {
                lost.Add(follower);
                open.Enqueue(follower);
            }
        }

        return lost;
    }

    // The cost of the longest chain of tasks that read a task's artifact, directly or not; the task itself not
    // included.
    private static Dictionary<string, double> WorkBehind(IReadOnlyList<TaskSpec> all)
    {
        var ahead = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var task in all.Reverse())
        {
            var path = Math.Max(1, task.Cost) + ahead.GetValueOrDefault(task.Key);
            foreach (var input in task.Inputs.Values)
            {
                ahead[input.Key] = Math.Max(ahead.GetValueOrDefault(input.Key), path);
            }
        }

        return ahead;
    }

    private List<TaskSpec> Followers(TaskSpec task) => entries.GetValueOrDefault(task.Key)?.Followers ?? [];

    private void Offer(TaskSpec task, Entry entry)
    {
        if (entry.OpenInputs == 0 && entry.Node.List is not null)
        {
            ready.Enqueue(task, entry.Rank);
        }
    }

    // False when the task was started before.
    private bool Take(TaskSpec task)
    {
        if (Find(task.Key) is null)
        {
            return false;
        }

        waiting.Remove(entries[task.Key].Node);
        return true;
    }

    private sealed class Entry(LinkedListNode<TaskSpec> node, int rank)
    {
        public LinkedListNode<TaskSpec> Node { get; } = node;

        public int Rank { get; } = rank;

        public int OpenInputs { get; set; }

        public List<TaskSpec> Followers { get; } = [];
    }
}
