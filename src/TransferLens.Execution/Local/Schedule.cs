using TransferLens.Studies.Plans;

namespace TransferLens.Execution.Local;

/// <summary>
/// Which task is worth starting first: the one with the most work behind it, so that no core idles at the end. What one task
/// costs it does not grow with how many others wait: it asks nobody what is there, but is told when a task is done.
/// </summary>
internal sealed class Schedule
{
    private readonly LinkedList<TaskSpec> waiting = [];
    private readonly Dictionary<string, Place> places = new(StringComparer.Ordinal);
    private readonly PriorityQueue<TaskSpec, int> ready = new();

    /// <summary>Takes the tasks that are to be computed.</summary>
    /// <param name="all">Every task, inputs first.</param>
    /// <param name="missing">Those that the store does not hold; the others are there.</param>
    public Schedule(IReadOnlyList<TaskSpec> all, IEnumerable<TaskSpec> missing)
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

        foreach (var task in missing.OrderByDescending(task => ahead.GetValueOrDefault(task.Key) + task.Cost))
        {
            places.Add(task.Key, new(waiting.AddLast(task), places.Count));
        }

        foreach (var task in waiting)
        {
            var place = places[task.Key];
            foreach (var input in task.Inputs.Values.Select(input => input.Key).Distinct().Where(places.ContainsKey))
            {
                places[input].Followers.Add(task);
                place.Open++;
            }

            Offer(task, place);
        }
    }

    /// <summary>Whether nothing is left to start.</summary>
    public bool IsEmpty => waiting.Count == 0;

    /// <summary>What is left to start, the most urgent first.</summary>
    public IReadOnlyCollection<TaskSpec> Waiting => waiting;

    /// <summary>The task with a key, when it is left to start.</summary>
    public TaskSpec? Find(string key) =>
        places.GetValueOrDefault(key) is { Node.List: not null } place ? place.Node.Value : null;

    /// <summary>Takes the next task whose inputs are all there; null when there is none now.</summary>
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

    /// <summary>Takes in that a task is done, here or elsewhere: what waited for it alone may start.</summary>
    public void Done(TaskSpec task)
    {
        Take(task);
        foreach (var follower in Followers(task))
        {
            var place = places[follower.Key];
            place.Open--;
            Offer(follower, place);
        }
    }

    /// <summary>Takes a task that came to no good end, and all that wait for it, directly or not.</summary>
    /// <returns>Those that waited.</returns>
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

    private List<TaskSpec> Followers(TaskSpec task) => places.GetValueOrDefault(task.Key)?.Followers ?? [];

    private void Offer(TaskSpec task, Place place)
    {
        if (place.Open == 0 && place.Node.List is not null)
        {
            ready.Enqueue(task, place.Rank);
        }
    }

    // Whether it was there to take.
    private bool Take(TaskSpec task)
    {
        if (Find(task.Key) is null)
        {
            return false;
        }

        waiting.Remove(places[task.Key].Node);
        return true;
    }

    // A task's place in the order, how many of its inputs are open, and who waits for it.
    private sealed class Place(LinkedListNode<TaskSpec> node, int rank)
    {
        public LinkedListNode<TaskSpec> Node { get; } = node;

        public int Rank { get; } = rank;

        public int Open { get; set; }

        public List<TaskSpec> Followers { get; } = [];
    }
}
