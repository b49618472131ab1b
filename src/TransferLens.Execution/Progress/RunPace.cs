namespace TransferLens.Execution.Progress;

/// <summary>How much of a run is done, and how long the rest takes at the pace so far.</summary>
/// <param name="Count">Number of tasks.</param>
/// <param name="Done">Number of finished tasks.</param>
/// <param name="Ready">Number of tasks that were finished before the run started.</param>
/// <param name="Fraction">Share of the work that is done, in [0, 1].</param>
/// <param name="Elapsed">Time since the run started, or duration of a run that ended; null when unknown.</param>
/// <param name="Left">Estimated time left; null while there is no estimate.</param>
public sealed record RunPace(int Count, int Done, int Ready, double Fraction, TimeSpan? Elapsed, TimeSpan? Left)
{
    // An earlier estimate would be misleading.
    private const double LeastShare = 0.02;
    private static readonly TimeSpan LeastTime = TimeSpan.FromSeconds(5);

    /// <summary>The pace of a run: work left, at the rate at which work was done since the run started.</summary>
    /// <param name="outcomes">The outcome of every task, once.</param>
    /// <param name="ready">Keys of the tasks that were finished before the run started.</param>
    /// <param name="elapsed">Time since it started.</param>
    /// <param name="running">Whether the run is in progress; there is no estimate otherwise.</param>
    internal static RunPace FromOutcomes(
        IReadOnlyCollection<TaskOutcome> outcomes,
        IReadOnlySet<string> ready,
        TimeSpan? elapsed,
        bool running
    )
    {
        var sums = new WorkSums();
        foreach (var outcome in outcomes)
        {
            sums.Add(outcome, ready.Contains(outcome.Task.Key));
        }

        return FromSums(sums, elapsed, running);
    }

    internal static RunPace FromSums(WorkSums sums, TimeSpan? elapsed, bool running)
    {
        var (total, done) = (sums.Total, sums.Done);
        var (doneNow, left) = (done - sums.DoneBefore, total - sums.Lost - done);
        var canEstimate = elapsed >= LeastTime && doneNow >= LeastShare * (doneNow + left);
        return new(
            sums.Tasks,
            sums.DoneTasks,
            sums.ReadyTasks,
            total > 0 ? done / total : 1,
            elapsed,
            running && canEstimate && left > 0 ? elapsed!.Value * (left / doneNow) : null
        );
    }
}
