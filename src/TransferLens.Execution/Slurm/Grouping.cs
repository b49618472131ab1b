using System.Collections.Immutable;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;

namespace TransferLens.Execution.Slurm;

/// <summary>
/// Groups tasks into job arrays. Short tasks share an element, so that the element is worth starting; a short task that
/// reads only tasks of one element follows them in it. Tasks whose inputs are done form the first arrays. Tasks that
/// wait for those form further arrays that depend on them, as long as there is room in the queue.
/// </summary>
/// <param name="settings">What jobs request, and how many tasks share one.</param>
internal sealed class Grouping(SlurmSettings settings)
{
    /// <summary>The arrays to submit, in this order: later ones may depend on earlier ones.</summary>
    /// <param name="waiting">Tasks that are neither done nor in a job, the most urgent first.</param>
    /// <param name="isDone">Whether a task is done.</param>
    /// <param name="isQueued">Whether a task is in a job that waits or runs.</param>
    /// <param name="room">Largest number of elements.</param>
    public List<JobArray> Arrays(
        IReadOnlyList<TaskSpec> waiting,
        Func<TaskSpec, bool> isDone,
        Func<TaskSpec, bool> isQueued,
        int room
    )
    {
        var arrays = new List<JobArray>();
        var placement = new Placement(this, waiting, isDone, room);
        for (var level = 0; placement.Room > 0; level++)
        {
            var before = placement.Keys();
            bool IsComing(TaskSpec task) =>
                isDone(task) || (level > 0 && (before.Contains(task.Key) || isQueued(task)));
            var elements = placement.Place(task => task.Inputs.Values.All(IsComing));
            arrays.AddRange(
                elements
                    .GroupBy(element => settings.For(element[0].Kind.Name), SameResources.Instance)
                    .Select(array => ToArray(array.Key, [.. array], isDone))
            );
            if (elements.Count == 0 && level > 0)
            {
                break;
            }
        }

        return arrays;
    }

    private static JobArray ToArray(
        SlurmResources resources,
        ImmutableArray<List<TaskSpec>> elements,
        Func<TaskSpec, bool> isDone
    )
    {
        var after = elements.SelectMany(element =>
            element.SelectMany(task => task.Inputs.Values).Where(input => !isDone(input) && !element.Contains(input))
        );
        return new(
            resources,
            [.. elements.Select(element => element.ToImmutableArray())],
            [.. after.DistinctBy(input => input.Key)]
        );
    }

    private bool IsShort(TaskSpec task) => task.Cost < settings.ImagesPerJob;

    // Nobody knows in advance how long a task without inputs takes: it reads data from outside the store.
    private bool MayShare(TaskSpec task) => IsShort(task) && task.Inputs.Count > 0;

    private bool HasRoom(List<TaskSpec> element, TaskSpec task) =>
        element.Count < settings.TasksPerJob
        && element.All(MayShare)
        && Cost(element) + task.Cost <= settings.ImagesPerJob
        && HaveSameResources(element[0], task);

    private bool MayFollow(List<TaskSpec> element, TaskSpec task, Func<TaskSpec, bool> isDone) =>
        IsShort(task)
        && HaveSameResources(task, element[0])
        && element.Count < settings.TasksPerJob
        && Cost(element.Skip(1)) + task.Cost <= settings.ImagesPerJob
        && task.Inputs.Values.All(input => isDone(input) || element.Contains(input));

    private bool HaveSameResources(TaskSpec one, TaskSpec other) =>
        one.Kind == other.Kind
        || SameResources.Instance.Equals(settings.For(one.Kind.Name), settings.For(other.Kind.Name));

    private static double Cost(IEnumerable<TaskSpec> tasks) => tasks.Sum(task => task.Cost);

    // Which tasks have an element, while there is room for elements.
    private sealed class Placement(
        Grouping grouping,
        IReadOnlyList<TaskSpec> waiting,
        Func<TaskSpec, bool> isDone,
        int room
    )
    {
        private readonly HashSet<string> placed = new(StringComparer.Ordinal);
        private readonly ILookup<string, TaskSpec> followers = waiting
            .SelectMany(task => task.Inputs.Values.Select(input => (input.Key, Task: task)))
            .ToLookup(pair => pair.Key, pair => pair.Task, StringComparer.Ordinal);

        public int Room { get; private set; } = room;

        public HashSet<string> Keys() => placed.ToHashSet(StringComparer.Ordinal);

        // Places the tasks that can run now, and those that follow them in their element, in new elements.
        public List<List<TaskSpec>> Place(Func<TaskSpec, bool> canRun)
        {
            var elements = new List<List<TaskSpec>>();
            foreach (var task in waiting.Where(task => !placed.Contains(task.Key) && canRun(task)).ToList())
            {
                if (!placed.Contains(task.Key) && ElementFor(task, elements) is { } element)
                {
                    Add(task, element);
                }
            }

            return elements;
        }

        private List<TaskSpec>? ElementFor(TaskSpec task, List<List<TaskSpec>> elements)
        {
            var open = grouping.MayShare(task) ? elements.Find(element => grouping.HasRoom(element, task)) : null;
            if (open is null && Room > 0)
            {
                elements.Add(open = []);
                Room--;
            }

            return open;
        }

        private void Add(TaskSpec task, List<TaskSpec> element)
        {
            element.Add(task);
            placed.Add(task.Key);
            foreach (var next in followers[task.Key])
            {
                if (!placed.Contains(next.Key) && grouping.MayFollow(element, next, isDone))
                {
                    Add(next, element);
                }
            }
        }
    }

    // Records compare immutable arrays by reference; this compares what they contain.
    private sealed class SameResources : IEqualityComparer<SlurmResources>
    {
        public static SameResources Instance { get; } = new();

        public bool Equals(SlurmResources? one, SlurmResources? other) =>
            one is null || other is null
                ? ReferenceEquals(one, other)
                : one.Lines.SequenceEqual(other.Lines) && one == other with { Lines = one.Lines };

        public int GetHashCode(SlurmResources resources) =>
            HashCode.Combine(
                resources.Partition,
                resources.Time,
                resources.Cpus,
                resources.Memory,
                resources.Gpus,
                resources.Lines.Length
            );
    }
}
