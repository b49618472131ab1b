using TransferLens.Plans;

namespace TransferLens.Execution;

/// <summary>Which task is worth starting first: the one with the most work behind it, so that no core idles at the end.</summary>
internal sealed class Schedule
{
    private readonly Dictionary<string, double> ahead = new(StringComparer.Ordinal);
    private readonly List<TaskSpec> waiting;

    /// <summary>Takes the tasks that are to be computed.</summary>
    /// <param name="all">Every task, inputs first.</param>
    /// <param name="missing">Those that the store does not hold.</param>
    public Schedule(IReadOnlyList<TaskSpec> all, IEnumerable<TaskSpec> missing)
    {
        foreach (var task in all.Reverse())
        {
            var path = Math.Max(1, task.Cost) + ahead.GetValueOrDefault(task.Key);
            foreach (var input in task.Inputs.Values)
            {
                ahead[input.Key] = Math.Max(ahead.GetValueOrDefault(input.Key), path);
            }
        }

        waiting = [.. missing.OrderByDescending(task => ahead.GetValueOrDefault(task.Key) + task.Cost)];
    }

    /// <summary>Whether nothing is left to start.</summary>
    public bool IsEmpty => waiting.Count == 0;

    /// <summary>What is left to start, the most urgent first.</summary>
    public IReadOnlyList<TaskSpec> Waiting => waiting;

    /// <summary>Takes the next task whose inputs are all there; null when there is none now.</summary>
    public TaskSpec? Next(Func<TaskSpec, bool> isThere)
    {
        var next = waiting.Find(task => task.Inputs.Values.All(isThere));
        if (next is not null)
        {
            waiting.Remove(next);
        }

        return next;
    }

    /// <summary>Takes tasks that have come to an end elsewhere.</summary>
    public void Remove(IReadOnlySet<string> keys) => waiting.RemoveAll(task => keys.Contains(task.Key));

    /// <summary>Takes all tasks that wait, directly or not, for one that will not come.</summary>
    public List<TaskSpec> Abandon(TaskSpec failed)
    {
        var (gone, lost) = (new HashSet<string>(StringComparer.Ordinal) { failed.Key }, new List<TaskSpec>());
        while (waiting.Find(task => task.Inputs.Values.Any(input => gone.Contains(input.Key))) is { } task)
        {
            waiting.Remove(task);
            gone.Add(task.Key);
            lost.Add(task);
        }

        return lost;
    }

    /// <summary>Puts a task back.</summary>
    public void Return(TaskSpec task) => waiting.Insert(0, task);
}
