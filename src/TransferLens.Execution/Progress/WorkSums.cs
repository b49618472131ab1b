namespace TransferLens.Execution.Progress;

/// <summary>
/// The sums from which a <see cref="RunPace"/> is computed, updated with each outcome: a run with thousands of tasks
/// does not visit all of them for each that ends. Work is measured in images passed forward, as a task's cost is.
/// </summary>
internal sealed class WorkSums
{
    // Starting a process takes about as long as computing on this number of images.
    private const double Overhead = 300;

    // One entry per running task: unlike whole numbers, shares of work leave a remainder when added and subtracted.
    private readonly Dictionary<string, double> running = new(StringComparer.Ordinal);
    private double finished;

    /// <summary>Number of tasks.</summary>
    public int Tasks { get; private set; }

    /// <summary>Number of finished tasks.</summary>
    public int DoneTasks { get; private set; }

    /// <summary>Number of tasks that were finished before the run started.</summary>
    public int ReadyTasks { get; private set; }

    /// <summary>Work of all tasks.</summary>
    public double Total { get; private set; }

    /// <summary>Work that will not be done: that of failed tasks and of tasks that need them.</summary>
    public double Lost { get; private set; }

    /// <summary>Work that was done before the run started.</summary>
    public double DoneBefore { get; private set; }

    /// <summary>Work that is done, including the finished part of running tasks.</summary>
    public double Done => finished + running.Values.Sum();

    /// <summary>Adds a task.</summary>
    /// <param name="outcome">Its outcome.</param>
    /// <param name="ready">Whether it was finished before the run started.</param>
    public void Add(TaskOutcome outcome, bool ready) => Count(outcome, ready, 1);

    /// <summary>Replaces the outcome of a task.</summary>
    /// <param name="before">The outcome that was added.</param>
    /// <param name="wasReady">The value of <c>ready</c> with which it was added.</param>
    /// <param name="now">The new outcome.</param>
    /// <param name="isReady">Whether the task was finished before the run started.</param>
    public void Change(TaskOutcome before, bool wasReady, TaskOutcome now, bool isReady)
    {
        Count(before, wasReady, -1);
        Count(now, isReady, 1);
    }

    private void Count(TaskOutcome outcome, bool ready, int sign)
    {
        var work = sign * (outcome.Task.Cost + Overhead);
        (Tasks, Total) = (Tasks + sign, Total + work);
        ReadyTasks += ready ? sign : 0;
        running.Remove(outcome.Task.Key);
        switch (outcome.State)
        {
            case TaskState.Done:
                (DoneTasks, finished) = (DoneTasks + sign, finished + work);
                DoneBefore += ready ? work : 0;
                break;
            case TaskState.Running when sign > 0:
                running.Add(outcome.Task.Key, outcome.Task.Cost * (outcome.Progress?.Fraction ?? 0));
                break;
            case TaskState.Failed or TaskState.Skipped:
                Lost += work;
                break;
            default:
                break;
        }
    }
}
