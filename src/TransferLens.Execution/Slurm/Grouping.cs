using System.Collections.Immutable;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;

namespace TransferLens.Execution.Slurm;

/// <summary>
/// Which tasks become which jobs. Short tasks share an element until it is worth its start; what reads only tasks of one
/// element and is short itself goes behind them in it. Tasks whose inputs are there make the first arrays; those that wait for
/// them make arrays that depend on those, as far as there is room in the queue.
/// </summary>
/// <param name="settings">What jobs ask for, and how many tasks share one.</param>
internal sealed class Grouping(SlurmSettings settings)
{
    /// <summary>The arrays to submit, those that others depend on first.</summary>
    /// <param name="waiting">Tasks that are neither done nor in a job, the most urgent first.</param>
    /// <param name="isThere">Whether a task's artifact is there.</param>
    /// <param name="isQueued">Whether a task is in a job that waits or runs.</param>
    /// <param name="room">At most so many elements.</param>
    public List<JobArray> Arrays(
        IReadOnlyList<TaskSpec> waiting,
        Func<TaskSpec, bool> isThere,
        Func<TaskSpec, bool> isQueued,
        int room
    )
    {
        var (arrays, placed) = (new List<JobArray>(), new HashSet<string>(StringComparer.Ordinal));
        var followers = waiting
            .SelectMany(task => task.Inputs.Values.Select(input => (input.Key, Task: task)))
            .ToLookup(pair => pair.Key, pair => pair.Task, StringComparer.Ordinal);
        for (var level = 0; room > 0; level++)
        {
            var before = placed.ToHashSet(StringComparer.Ordinal);
            bool IsComing(TaskSpec task) =>
                isThere(task) || (level > 0 && (before.Contains(task.Key) || isQueued(task)));
            var elements = new List<List<TaskSpec>>();
            foreach (
                var task in waiting
                    .Where(task => !placed.Contains(task.Key) && task.Inputs.Values.All(IsComing))
                    .ToList()
            )
            {
                if (placed.Contains(task.Key))
                {
                    continue; // It follows another in its element.
                }

                var open = MayShare(task) ? elements.Find(element => HasRoom(element, task)) : null;
                if (open is null && room == 0)
                {
                    continue;
                }

                if (open is null)
                {
                    elements.Add(open = []);
                    room--;
                }

                Place(task, open);
            }

            arrays.AddRange(
                elements
                    .GroupBy(element => settings.For(element[0].Kind.Name), SameResources.Instance)
                    .Select(array => Array(array.Key, [.. array], isThere))
            );
            if (elements.Count == 0 && level > 0)
            {
                break;
            }
        }

        return arrays;

        void Place(TaskSpec task, List<TaskSpec> element)
        {
            element.Add(task);
            placed.Add(task.Key);
            foreach (var next in followers[task.Key])
            {
                if (!placed.Contains(next.Key) && Follows(next, element))
                {
                    Place(next, element);
                }
            }
        }

        bool Follows(TaskSpec next, List<TaskSpec> element) =>
            IsShort(next)
            && Same(next, element[0])
            && element.Count < settings.TasksPerJob
            && Cost(element.Skip(1)) + next.Cost <= settings.ImagesPerJob
            && next.Inputs.Values.All(input => isThere(input) || element.Contains(input));
    }

    private static JobArray Array(
        SlurmResources resources,
        ImmutableArray<List<TaskSpec>> elements,
        Func<TaskSpec, bool> isThere
    ) =>
        new(
            resources,
            [.. elements.Select(element => element.ToImmutableArray())],
            [
                .. elements
                    .SelectMany(element =>
                        element
                            .SelectMany(task => task.Inputs.Values)
                            .Where(input => !isThere(input) && !element.Contains(input))
                    )
                    .DistinctBy(input => input.Key),
            ]
        );

    private bool IsShort(TaskSpec task) => task.Cost < settings.ImagesPerJob;

    // How long it takes to read from outside nobody knows before.
    private bool MayShare(TaskSpec task) => IsShort(task) && task.Inputs.Count > 0;

    private bool HasRoom(List<TaskSpec> element, TaskSpec task) =>
        element.Count < settings.TasksPerJob
        && element.All(MayShare)
        && Cost(element) + task.Cost <= settings.ImagesPerJob
        && Same(element[0], task);

    private bool Same(TaskSpec one, TaskSpec other) =>
        one.Kind == other.Kind
        || SameResources.Instance.Equals(settings.For(one.Kind.Name), settings.For(other.Kind.Name));

    private static double Cost(IEnumerable<TaskSpec> tasks) => tasks.Sum(task => task.Cost);

    // Arrays of lines are compared by what is in them.
    private sealed class SameResources : IEqualityComparer<SlurmResources>
    {
        public static SameResources Instance { get; } = new();

        public bool Equals(SlurmResources? one, SlurmResources? other) =>
            one is null || other is null
                ? ReferenceEquals(one, other)
                : one.Lines.SequenceEqual(other.Lines) && one == other with { Lines = one.Lines };

        public int GetHashCode(SlurmResources of) =>
            HashCode.Combine(of.Partition, of.Time, of.Cpus, of.Memory, of.Gpus, of.Lines.Length);
    }
}
