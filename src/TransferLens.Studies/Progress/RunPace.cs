using TransferLens.Execution;

namespace TransferLens.Progress;

/// <summary>How far a run is, and how long it will take at the pace so far.</summary>
/// <param name="Count">Number of tasks.</param>
/// <param name="Done">Number of tasks that are done.</param>
/// <param name="Ready">Number of tasks that were done before the run began.</param>
/// <param name="Fraction">Share of the work that is done, in [0, 1].</param>
/// <param name="Elapsed">Time since the run began, or that it took; null when nobody knows.</param>
/// <param name="Left">Time left; null while nobody can tell.</param>
public sealed record RunPace(int Count, int Done, int Ready, double Fraction, TimeSpan? Elapsed, TimeSpan? Left)
{
    // A process takes about as long to start as this many pictures take to compute.
    private const double Overhead = 300;

    // Before that a guess would only mislead.
    private const double LeastShare = 0.02;
    private static readonly TimeSpan LeastTime = TimeSpan.FromSeconds(5);

    /// <summary>The pace of tasks as they stand: work left, at the rate at which work was done since the run began.</summary>
    /// <param name="outcomes">Every task once.</param>
    /// <param name="ready">Keys of the tasks that were done before the run began.</param>
    /// <param name="elapsed">Time since it began.</param>
    /// <param name="running">Whether it is running; else no time is left to tell.</param>
    public static RunPace Of(IReadOnlyCollection<TaskOutcome> outcomes, IReadOnlySet<string> ready, TimeSpan? elapsed, bool running)
    {
        var (all, done, before) = (outcomes.Sum(Work), outcomes.Sum(WorkDone), outcomes.Where(outcome => ready.Contains(outcome.Task.Key)).Sum(WorkDone));

        // What failed, and what needs it, will not be computed.
        var lost = outcomes.Where(outcome => outcome.State is TaskState.Failed or TaskState.Skipped).Sum(Work);
        var (now, ahead) = (done - before, all - lost - done);
        var known = running && elapsed >= LeastTime && now >= LeastShare * (now + ahead) && ahead > 0;
        return new(
            outcomes.Count, outcomes.Count(outcome => outcome.State == TaskState.Done), ready.Count,
            all > 0 ? done / all : 1, elapsed, known ? elapsed!.Value * (ahead / now) : null);
    }

    private static double Work(TaskOutcome outcome) => outcome.Task.Cost + Overhead;

    private static double WorkDone(TaskOutcome outcome) => outcome.State switch
    {
        TaskState.Done => Work(outcome),
        TaskState.Running => outcome.Task.Cost * (outcome.Progress?.Fraction ?? 0),
        _ => 0,
    };
}
