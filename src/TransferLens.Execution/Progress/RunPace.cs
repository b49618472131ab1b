namespace TransferLens.Execution.Progress;

/// <summary>How far a run is, and how long it will take at the pace so far.</summary>
/// <param name="Count">Number of tasks.</param>
/// <param name="Done">Number of tasks that are done.</param>
/// <param name="Ready">Number of tasks that were done before the run began.</param>
/// <param name="Fraction">Share of the work that is done, in [0, 1].</param>
/// <param name="Elapsed">Time since the run began, or that it took; null when nobody knows.</param>
/// <param name="Left">Time left; null while nobody can tell.</param>
public sealed record RunPace(int Count, int Done, int Ready, double Fraction, TimeSpan? Elapsed, TimeSpan? Left)
{
    // A process takes about as long to start as this many images take to compute.
    private const double Overhead = 300;

    // Before that a guess would only mislead.
    private const double LeastShare = 0.02;
    private static readonly TimeSpan LeastTime = TimeSpan.FromSeconds(5);

    /// <summary>The pace of tasks as they stand: work left, at the rate at which work was done since the run began.</summary>
    /// <param name="outcomes">Every task once.</param>
    /// <param name="ready">Keys of the tasks that were done before the run began.</param>
    /// <param name="elapsed">Time since it began.</param>
    /// <param name="running">Whether it is running; else no time is left to tell.</param>
    public static RunPace Of(
        IReadOnlyCollection<TaskOutcome> outcomes,
        IReadOnlySet<string> ready,
        TimeSpan? elapsed,
        bool running
    )
    {
        var sums = new Sums();
        foreach (var outcome in outcomes)
        {
            sums.Add(outcome, ready.Contains(outcome.Task.Key));
        }

        return Of(sums, elapsed, running);
    }

    internal static RunPace Of(Sums sums, TimeSpan? elapsed, bool running)
    {
        // What failed, and what needs it, will not be computed.
        var (all, done) = (sums.All, sums.WorkDone);
        var (now, ahead) = (done - sums.Before, all - sums.Lost - done);
        var known = running && elapsed >= LeastTime && now >= LeastShare * (now + ahead) && ahead > 0;
        return new(
            sums.Count,
            sums.Done,
            sums.Ready,
            all > 0 ? done / all : 1,
            elapsed,
            known ? elapsed!.Value * (ahead / now) : null
        );
    }

    /// <summary>What a pace is made from, kept up to date as outcomes come: thousands of tasks are not gone through for each that ends.</summary>
    internal sealed class Sums
    {
        // By themselves, since shares of work do not add up and take away without a rest as whole numbers do.
        private readonly Dictionary<string, double> begun = new(StringComparer.Ordinal);
        private double ended;

        /// <summary>Number of tasks.</summary>
        public int Count { get; private set; }

        /// <summary>Number of tasks that are done.</summary>
        public int Done { get; private set; }

        /// <summary>Number of tasks that were done before the run began.</summary>
        public int Ready { get; private set; }

        /// <summary>Work of all tasks.</summary>
        public double All { get; private set; }

        /// <summary>Work that will not be done.</summary>
        public double Lost { get; private set; }

        /// <summary>Work that was done before the run began.</summary>
        public double Before { get; private set; }

        /// <summary>Work that is done, that of running tasks in part.</summary>
        public double WorkDone => ended + begun.Values.Sum();

        /// <summary>Takes in where a task stands that was not taken in before.</summary>
        /// <param name="outcome">Where it stands.</param>
        /// <param name="ready">Whether it was done before the run began.</param>
        public void Add(TaskOutcome outcome, bool ready) => Take(outcome, ready, 1);

        /// <summary>Takes in where a task stands now that stood otherwise before.</summary>
        /// <param name="before">What was taken in.</param>
        /// <param name="wasReady">With which answer to whether it was done before.</param>
        /// <param name="now">What is so now.</param>
        /// <param name="isReady">Whether it was done before the run began.</param>
        public void Change(TaskOutcome before, bool wasReady, TaskOutcome now, bool isReady)
        {
            Take(before, wasReady, -1);
            Take(now, isReady, 1);
        }

        private void Take(TaskOutcome outcome, bool ready, int sign)
        {
            var work = sign * (outcome.Task.Cost + Overhead);
            (Count, All) = (Count + sign, All + work);
            Ready += ready ? sign : 0;
            begun.Remove(outcome.Task.Key);
            switch (outcome.State)
            {
                case TaskState.Done:
                    (Done, ended, Before) = (Done + sign, ended + work, Before + (ready ? work : 0));
                    break;
                case TaskState.Running when sign > 0:
                    begun.Add(outcome.Task.Key, outcome.Task.Cost * (outcome.Progress?.Fraction ?? 0));
                    break;
                case TaskState.Failed or TaskState.Skipped:
                    Lost += work;
                    break;
                default:
                    break;
            }
        }
    }
}
