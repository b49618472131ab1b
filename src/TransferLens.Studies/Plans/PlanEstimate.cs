namespace TransferLens.Studies.Plans;

/// <summary>What the tasks that are left of a plan take.</summary>
/// <param name="Trainings">Number of trainings among them.</param>
/// <param name="Time">How long they take when nothing else is at work; without decoding images.</param>
public sealed record PlanEstimate(int Trainings, TimeSpan Time)
{
    // To start a process and load what it needs.
    private const double Overhead = 1;

    /// <summary>
    /// The work shared out among the jobs, or the longest chain of tasks that wait for each other, whichever takes longer.
    /// </summary>
    /// <param name="left">Tasks that are not done; inputs that are not among them are.</param>
    /// <param name="jobs">Tasks at a time, at least 1.</param>
    /// <param name="trainSeconds">Seconds that a job takes to train on an image once, which counts three in a cost.</param>
    /// <param name="forwardSeconds">Seconds that a job takes to pass an image forward.</param>
    public static PlanEstimate Of(
        IReadOnlyCollection<TaskSpec> left,
        int jobs,
        double trainSeconds,
        double forwardSeconds
    )
    {
        var (ends, longest) = (new Dictionary<string, double>(StringComparer.Ordinal), 0.0);
        var tasks = left.ToDictionary(task => task.Key, StringComparer.Ordinal);
        foreach (var task in left)
        {
            longest = Math.Max(longest, End(task));
        }

        return new(
            left.Count(task => task.Kind.Has(TaskTraits.Trains)),
            TimeSpan.FromSeconds(
                Math.Min(Math.Max(left.Sum(Seconds) / jobs, longest), TimeSpan.MaxValue.TotalSeconds / 2)
            )
        );

        double Seconds(TaskSpec task) =>
            Overhead + (task.Cost * (task.Kind.Has(TaskTraits.Trains) ? trainSeconds / 3 : forwardSeconds));

        double End(TaskSpec task) =>
            ends.TryGetValue(task.Key, out var known)
                ? known
                : ends[task.Key] =
                    Seconds(task)
                    + task.Inputs.Values.Where(input => tasks.ContainsKey(input.Key))
                        .Select(End)
                        .DefaultIfEmpty()
                        .Max();
    }
}
