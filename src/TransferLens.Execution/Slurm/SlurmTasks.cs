using TransferLens.Execution.Artifacts;
using TransferLens.Execution.Local;
using TransferLens.Studies.Plans;

namespace TransferLens.Execution.Slurm;

/// <summary>The states of a run's tasks, updated from the store, from Slurm's queue, and from how jobs ended.</summary>
internal sealed class SlurmTasks
{
    private readonly ArtifactStore store;
    private readonly int retries;
    private readonly OutcomeBoard board;
    private readonly Schedule schedule;
    private readonly Dictionary<string, Attempts> attempts = new(StringComparer.Ordinal);
    private readonly HashSet<(string Submission, int Element)> ended = [];

    /// <summary>Checks which tasks are done, and writes the specifications of all tasks into the store.</summary>
    public SlurmTasks(ArtifactStore store, IReadOnlyList<TaskSpec> tasks, Action<TaskOutcome> watch, int retries)
    {
        (this.store, this.retries) = (store, retries);
        var missing = tasks.Where(task => !store.ContainsIntact(task)).ToHashSet();
        board = new(tasks, missing, watch);
        store.WriteTasks(tasks);
        schedule = new(tasks, missing);
    }

    /// <summary>Tasks that are neither done nor failed, the most urgent first.</summary>
    public IReadOnlyCollection<TaskSpec> Waiting => schedule.Waiting;

    /// <summary>Updates and reports the state of every waiting task.</summary>
    /// <param name="queue">Slurm's queue; null before it was first asked.</param>
    /// <returns>Whether any task still waits.</returns>
    public bool Update(QueueSnapshot? queue)
    {
        foreach (var task in schedule.Waiting.ToList())
        {
            if (queue?.Find(task) is not { } element)
            {
                board.Update(new(task, TaskState.Waiting));
            }
            else if (store.Contains(task))
            {
                Done(task);
            }
            else
            {
                board.Update(InQueue(task, element));
            }
        }

        return schedule.Waiting.Count > 0;
    }

    /// <summary>Finds the tasks that were finished meanwhile, by any process.</summary>
    public void FindFinished()
    {
        var finished = store.Keys();
        schedule.Waiting.Where(task => finished.Contains(task.Key)).ToList().ForEach(Done);
    }

    /// <summary>Records that an element of a job array ended. Further calls for the same element do nothing.</summary>
    /// <param name="submission">The array.</param>
    /// <param name="element">The element.</param>
    /// <param name="isNews">
    /// Whether it ended while this run watched it. Otherwise its unfinished tasks simply wait again.
    /// </param>
    public void End(Submission submission, SlurmElement element, bool isNews)
    {
        if (!ended.Add((submission.Id, element.Index)))
        {
            return;
        }

        var trace = submission.Trace(element.Index);
        var isBlamed = false;
        foreach (var task in submission.Elements[element.Index].Select(schedule.Find).OfType<TaskSpec>().ToList())
        {
            if (store.Contains(task))
            {
                Done(task);
            }
            else if (
                isNews
                && task.Inputs.Values.All(store.Contains)
                && (trace.ContainsKey(task.Key) || (trace.Count == 0 && !isBlamed))
            )
            {
                // When a job ended before any of its tasks started, as by a failed setup line, its first task counts as
                // failed.
                isBlamed = true;
                Fail(task, submission, element, trace);
            }
        }
    }

    /// <summary>Whether one of these tasks was skipped, and none of them can still run.</summary>
    public bool AreLost(IEnumerable<string> keys)
    {
        var states = keys.Select(key => board.Find(key)?.State).ToHashSet();
        return states.Contains(TaskState.Skipped)
            && !states.Contains(TaskState.Waiting)
            && !states.Contains(TaskState.Running);
    }

    /// <summary>The final outcome of every task.</summary>
    public IReadOnlyList<TaskOutcome> Final() => board.Final();

    private TaskOutcome InQueue(TaskSpec task, SlurmElement element)
    {
        var running = store.Running(task.Key);
        return element.IsRunning && running.IsTaken()
            ? new(task, TaskState.Running, running.Read()) { Place = $"Slurm job {element.Id}" }
            : new(task, TaskState.Waiting) { Place = element.Words };
    }

    private void Fail(
        TaskSpec task,
        Submission submission,
        SlurmElement element,
        IReadOnlyDictionary<string, int?> trace
    )
    {
        if (!attempts.TryGetValue(task.Key, out var attempt))
        {
            attempts.Add(task.Key, attempt = new(retries));
        }

        var running = store.Running(task.Key);
        var (refused, failure) = (running.IsRefused, running.Failure());
        var mayRetry = attempt.Fail(element.IsInterruption, running.Read()?.Fraction ?? 0);
        if (mayRetry && !refused)
        {
            return;
        }

        var hasStarted = trace.TryGetValue(task.Key, out var code);
        var why = failure?.TrimEnd('.') ?? Unexplained(hasStarted, code);
        var log = hasStarted ? running.Log : submission.Log(element.Index);
        var count = attempt.Total == 1 ? "" : $", the last of {attempt.Total} attempts,";
        var problem = refused
            ? failure!
            : $"{why}; its Slurm job {element.Id}{count} {element.Ending}; its log is {log}";
        running.Fail(problem, refused); // For those who look into the store.
        board.Set(new(task, TaskState.Failed, running.Read(), problem));
        schedule.Abandon(task).ForEach(lost => board.Set(new(lost, TaskState.Skipped)));
    }

    private static string Unexplained(bool hasStarted, int? code)
    {
        if (code > 0)
        {
            return $"its process ended with code {code} and reported no error";
        }

        return hasStarted ? "it was interrupted" : "its job ended before it started";
    }

    private void Done(TaskSpec task)
    {
        schedule.Done(task);
        board.Set(new(task, TaskState.Done));
    }
}
