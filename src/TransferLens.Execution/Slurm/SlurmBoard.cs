using TransferLens.Execution.Artifacts;
using TransferLens.Execution.Local;
using TransferLens.Studies.Plans;

namespace TransferLens.Execution.Slurm;

/// <summary>Where the tasks of a run stand, and what follows from how their jobs ended.</summary>
internal sealed class SlurmBoard
{
    private readonly ArtifactStore store;
    private readonly IReadOnlyList<TaskSpec> tasks;
    private readonly Action<TaskOutcome> watch;
    private readonly int retries;
    private readonly Schedule schedule;
    private readonly Dictionary<string, TaskOutcome> outcomes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Tries> tries = new(StringComparer.Ordinal);
    private readonly HashSet<(string Submission, int Element)> ended = [];

    /// <summary>Looks what is done already.</summary>
    public SlurmBoard(ArtifactStore store, IReadOnlyList<TaskSpec> tasks, Action<TaskOutcome> watch, int retries)
    {
        (this.store, this.tasks, this.watch, this.retries) = (store, tasks, watch, retries);
        var missing = tasks.Where(task => !store.HoldsWhole(task)).ToHashSet();
        foreach (var task in tasks)
        {
            Settle(new(task, missing.Contains(task) ? TaskState.Waiting : TaskState.Done));
        }

        store.Describe(tasks);
        schedule = new(tasks, missing);
    }

    /// <summary>Tasks that have come to no end, the most urgent first.</summary>
    public IReadOnlyCollection<TaskSpec> Waiting => schedule.Waiting;

    /// <summary>Looks in the store where tasks stand, and tells.</summary>
    /// <param name="flight">What is in Slurm's queue; null when nobody asked yet.</param>
    /// <returns>Whether anything is left to do.</returns>
    public bool Look(InFlight? flight)
    {
        foreach (var task in schedule.Waiting.ToList())
        {
            if (flight is null || flight.Of(task) is not { } element)
            {
                Tell(new(task, TaskState.Waiting));
                continue;
            }

            if (store.Holds(task))
            {
                Done(task);
                continue;
            }

            var running = store.Running(task.Key);
            Tell(
                element.IsRunning && running.IsTaken()
                    ? new(task, TaskState.Running, running.Read()) { Place = $"Slurm job {element.Id}" }
                    : new(task, TaskState.Waiting) { Place = element.Words }
            );
        }

        return schedule.Waiting.Count > 0;
    }

    /// <summary>Looks which tasks anybody has done meanwhile.</summary>
    public void Sweep()
    {
        var held = store.Keys();
        schedule.Waiting.Where(task => held.Contains(task.Key)).ToList().ForEach(Done);
    }

    /// <summary>Takes in that an element of a job array ended. Each is taken in once.</summary>
    /// <param name="submission">The array.</param>
    /// <param name="element">The element.</param>
    /// <param name="isNews">Whether it ended while this run looked on; else what it did not bring is simply open.</param>
    public void End(Submission submission, SlurmElement element, bool isNews)
    {
        if (!ended.Add((submission.Id, element.Index)))
        {
            return;
        }

        var (mine, trace) = (
            submission.Elements[element.Index].Select(schedule.Find).OfType<TaskSpec>().ToList(),
            submission.Trace(element.Index)
        );
        var blamed = false;
        foreach (var task in mine)
        {
            if (store.Holds(task))
            {
                Done(task);
            }
            else if (
                isNews
                && task.Inputs.Values.All(store.Holds)
                && (trace.ContainsKey(task.Key) || (trace.Count == 0 && !blamed))
            )
            {
                // A job that came to none of its tasks, since a shell line before them failed, is laid to its first task.
                blamed = true;
                Failed(task, submission, element, trace);
            }
        }
    }

    /// <summary>Whether of these tasks one is lost and none is left to do.</summary>
    public bool IsLost(IEnumerable<string> keys)
    {
        var states = keys.Select(key => outcomes.GetValueOrDefault(key)?.State).ToHashSet();
        return states.Contains(TaskState.Skipped)
            && !states.Contains(TaskState.Waiting)
            && !states.Contains(TaskState.Running);
    }

    /// <summary>Where every task stands in the end.</summary>
    public IReadOnlyList<TaskOutcome> Outcomes() =>
        [
            .. tasks.Select(task =>
                outcomes[task.Key] is { State: TaskState.Waiting or TaskState.Running } open
                    ? open with
                    {
                        State = TaskState.Skipped,
                    }
                    : outcomes[task.Key]
            ),
        ];

    private void Failed(
        TaskSpec task,
        Submission submission,
        SlurmElement element,
        IReadOnlyDictionary<string, int?> trace
    )
    {
        if (!tries.TryGetValue(task.Key, out var tried))
        {
            tries.Add(task.Key, tried = new(retries));
        }

        var running = store.Running(task.Key);
        var (refused, said) = (running.IsRefused, running.Failure());
        var again = tried.Again(element.IsInterruption, running.Read()?.Fraction ?? 0);
        if (again && !refused)
        {
            return;
        }

        var begun = trace.TryGetValue(task.Key, out var code);
        var why = said?.TrimEnd('.')
            ?? (
                code is > 0 ? $"its process ended with code {code} and said no more"
                : begun ? "it did not come to its end"
                : "its job came to an end before it"
            );
        var count = tried.All == 1 ? "" : $", the last of {tried.All} tries,";
        var log = begun ? running.Log : submission.Log(element.Index);
        var problem = refused ? said! : $"{why}; its Slurm job {element.Id}{count} {element.Ending}; the log is {log}";
        running.Fail(problem, refused); // For those who ask the store.
        Settle(new(task, TaskState.Failed, running.Read(), problem));
        schedule.Abandon(task).ForEach(lost => Settle(new(lost, TaskState.Skipped)));
    }

    private void Done(TaskSpec task)
    {
        schedule.Done(task);
        Settle(new(task, TaskState.Done));
    }

    private void Tell(TaskOutcome outcome)
    {
        if (outcomes[outcome.Task.Key] != outcome)
        {
            Settle(outcome);
        }
    }

    private void Settle(TaskOutcome outcome)
    {
        outcomes[outcome.Task.Key] = outcome;
        watch(outcome);
    }
}
