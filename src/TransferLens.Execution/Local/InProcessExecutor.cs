using TransferLens.Execution.Artifacts;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;

namespace TransferLens.Execution.Local;

/// <summary>
/// Computes tasks one after another in this process: for a program that brings its own networks, formats, metrics or
/// analyses, and for small studies. A crash in native code ends the program; what was finished before is kept.
/// </summary>
/// <param name="store">The store that artifacts are read from and written to.</param>
/// <param name="catalog">The declarations that compute tasks, and that tasks may name.</param>
/// <param name="time">The clock; its times are recorded as provenance.</param>
/// <param name="software">Versions of the libraries that compute, by name, for the provenance; or null.</param>
public sealed class InProcessExecutor(
    ArtifactStore store,
    Catalog catalog,
    TimeProvider time,
    IReadOnlyDictionary<string, string>? software = null
) : IExecutor
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<TaskOutcome>> RunAsync(
        IReadOnlyList<TaskSpec> tasks,
        Action<TaskOutcome> watch,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(tasks);
        ArgumentNullException.ThrowIfNull(watch);
        return Task.Run(() => Run(tasks, watch, cancellationToken), CancellationToken.None);
    }

    private IReadOnlyList<TaskOutcome> Run(
        IReadOnlyList<TaskSpec> tasks,
        Action<TaskOutcome> watch,
        CancellationToken cancellationToken
    )
    {
        store.WriteTasks(tasks);
        var worker = new TaskWorker(store, catalog, time, software);
        var outcomes = new Dictionary<string, TaskOutcome>(StringComparer.Ordinal);
        foreach (var task in tasks)
        {
            var ready = task.Inputs.Values.All(input =>
                !outcomes.TryGetValue(input.Key, out var made) || made.State == TaskState.Done
            );
            var outcome =
                ready && !cancellationToken.IsCancellationRequested
                    ? Compute(worker, task, watch, cancellationToken)
                    : new TaskOutcome(task, TaskState.Skipped);
            outcomes.Add(task.Key, outcome);
            watch(outcome);
        }

        return [.. tasks.Select(task => outcomes[task.Key])];
    }

    private TaskOutcome Compute(
        TaskWorker worker,
        TaskSpec task,
        Action<TaskOutcome> watch,
        CancellationToken cancellationToken
    )
    {
        if (store.ContainsIntact(task))
        {
            return new(task, TaskState.Done);
        }

        watch(new(task, TaskState.Running));
        try
        {
            worker.Run(task, cancellationToken);
            return new(task, TaskState.Done);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return new(task, TaskState.Skipped);
        }
#pragma warning disable CA1031 // An exception ends only its task, as in a worker process.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            return new(task, TaskState.Failed, Problem: Sentence.FromException(failure));
        }
    }
}
