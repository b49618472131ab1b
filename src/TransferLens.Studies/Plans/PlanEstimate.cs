namespace TransferLens.Studies.Plans;

/// <summary>Estimated cost of the remaining tasks of a plan.</summary>
/// <param name="TrainingRuns">Number of training runs among them.</param>
/// <param name="Time">Their duration on an otherwise idle machine, without decoding images.</param>
internal sealed record PlanEstimate(int TrainingRuns, TimeSpan Time)
{
    // Seconds to start a process and load libtorch.
    private const double Overhead = 1;

    /// <summary>
    /// Estimates the cost. The time is the total work divided by the number of jobs or the longest chain of dependent
    /// tasks, whichever takes longer.
    /// </summary>
    /// <param name="left">The remaining tasks; inputs that are not among them are finished.</param>
    /// <param name="jobs">Number of concurrent tasks, at least 1.</param>
    /// <param name="trainSeconds">Seconds per image of a training step, which counts as three in
    /// <see cref="TaskSpec.Cost"/>.</param>
    /// <param name="forwardSeconds">Seconds per image of a forward pass.</param>
    public static PlanEstimate Compute(
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

        var seconds = Math.Max(left.Sum(Seconds) / jobs, longest);
        var time = TimeSpan.FromSeconds(Math.Min(seconds, TimeSpan.MaxValue.TotalSeconds / 2));
        return new(left.Count(task => task.Kind.Has(TaskTraits.Trains)), time);

        double Seconds(TaskSpec task) =>
            Overhead + (task.Cost * (task.Kind.Has(TaskTraits.Trains) ? trainSeconds / 3 : forwardSeconds));

        double End(TaskSpec task)
        {
            if (ends.TryGetValue(task.Key, out var known))
            {
                return known;
            }

            var inputs = task.Inputs.Values.Where(input => tasks.ContainsKey(input.Key));
            return ends[task.Key] = Seconds(task) + inputs.Select(End).DefaultIfEmpty().Max();
        }
    }
}
