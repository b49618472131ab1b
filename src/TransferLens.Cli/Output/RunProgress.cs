using TransferLens.Execution;
using TransferLens.Plans;

namespace TransferLens.Cli.Output;

/// <summary>How far a run is: every task's state, and the time left at the pace so far.</summary>
/// <param name="tasks">All tasks of the run.</param>
/// <param name="time">What the time is.</param>
internal sealed class RunProgress(IReadOnlyList<TaskSpec> tasks, TimeProvider time)
{
    // A process takes about as long to start as this many pictures take to compute.
    private const double Overhead = 300;

    private readonly Dictionary<string, TaskOutcome> outcomes = tasks.ToDictionary(task => task.Key, task => new TaskOutcome(task, TaskState.Waiting), StringComparer.Ordinal);
    private readonly HashSet<string> ready = new(StringComparer.Ordinal);
    private readonly long started = time.GetTimestamp();
    private bool begun;

    /// <summary>Takes in what happened to a task.</summary>
    public void Take(TaskOutcome outcome)
    {
        begun |= outcome.State == TaskState.Running;
        if (!begun && outcome.State == TaskState.Done)
        {
            ready.Add(outcome.Task.Key);
        }

        outcomes[outcome.Task.Key] = outcome;
    }

    /// <summary>Number of tasks that are done.</summary>
    public int Done => outcomes.Values.Count(outcome => outcome.State == TaskState.Done);

    /// <summary>Number of tasks that were done before the run began.</summary>
    public int Ready => ready.Count;

    /// <summary>The tasks that are being computed.</summary>
    public IEnumerable<TaskOutcome> Running => outcomes.Values.Where(outcome => outcome.State == TaskState.Running);

    /// <summary>Share of the work that is done, in [0, 1].</summary>
    public double Fraction => Work(_ => true) is > 0 and var all ? WorkDone(_ => true) / all : 1;

    /// <summary>Time since the beginning.</summary>
    public TimeSpan Elapsed => time.GetElapsedTime(started);

    /// <summary>Time left at the pace so far, in words; empty while nobody can tell.</summary>
    public string Left
    {
        get
        {
            bool New(TaskOutcome outcome) => !ready.Contains(outcome.Task.Key);
            var (done, all) = (WorkDone(New), Work(New));
            if (Elapsed < TimeSpan.FromSeconds(5) || done < 0.02 * all || done >= all)
            {
                return "";
            }

            var seconds = Elapsed.TotalSeconds * (all - done) / done;
            return seconds < 90 ? $"about {Math.Max(1, seconds):0} s left" : seconds < 5400 ? $"about {seconds / 60:0} min left" : $"about {seconds / 3600:0.0} h left";
        }
    }

    private double Work(Func<TaskOutcome, bool> which) => outcomes.Values.Where(which).Sum(outcome => outcome.Task.Cost + Overhead);

    private double WorkDone(Func<TaskOutcome, bool> which) => outcomes.Values.Where(which).Sum(outcome => outcome.State switch
    {
        TaskState.Done => outcome.Task.Cost + Overhead,
        TaskState.Running => outcome.Task.Cost * (outcome.Progress?.Fraction ?? 0),
        _ => 0,
    });
}
