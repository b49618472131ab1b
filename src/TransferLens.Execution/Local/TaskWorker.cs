using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using TransferLens.Execution.Artifacts;
using TransferLens.Execution.Leases;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Storage;

namespace TransferLens.Execution.Local;

/// <summary>Computes one task at a time in this process.</summary>
/// <param name="store">The store that artifacts are read from and written to.</param>
/// <param name="catalog">The declarations that compute tasks, and that tasks may name.</param>
/// <param name="time">The clock; its times are recorded as provenance, never in results.</param>
/// <param name="software">
/// Versions of the libraries that compute, by name; recorded with the versions of this program, .NET and the system.
/// </param>
internal sealed class TaskWorker(
    ArtifactStore store,
    Catalog catalog,
    TimeProvider time,
    IReadOnlyDictionary<string, string>? software = null
)
{
    /// <summary>
    /// Computes a task, unless its artifact is in the store. Waits while another process is computing the same task.
    /// </summary>
    /// <param name="task">The task; the store must contain the artifacts of its inputs.</param>
    /// <param name="cancellationToken">Requests a stop at the next point from which the task can resume.</param>
    /// <exception cref="InputException">The task's inputs are unusable.</exception>
    /// <exception cref="DamagedArtifactException">An input is damaged.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void Run(TaskSpec task, CancellationToken cancellationToken)
    {
        var runner = catalog.Runner(task.Kind);
        var running = store.Running(task.Key);
        using var lease = running.Take(cancellationToken.ThrowIfCancellationRequested);
        if (store.Contains(task))
        {
            running.End();
            return;
        }

        var output = running.Begin(lease);
        try
        {
            Compute(runner, task, running, lease, output, cancellationToken);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // Once another process has taken over, only that one reports.
            if (lease.IsHeld())
            {
                running.Fail(Sentence.FromException(failure), refused: failure is InputException);
            }

            throw;
        }
    }

    private void Compute(
        ITaskRunner runner,
        TaskSpec task,
        RunningTask running,
        Lease lease,
        string output,
        CancellationToken cancellationToken
    )
    {
        var owner = PartsOwner.Describe(runner, task.Key, Libraries);
        using var parts = new PartialFiles(running.Parts, owner, lease.Number, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lease.Lost);
        var (started, timestamp, processor) = (time.GetUtcNow(), time.GetTimestamp(), Environment.CpuUsage.TotalTime);
        runner.Run(
            new()
            {
                Catalog = catalog with { NetworkFolder = store.Networks },
                Settings = task.Settings.DeepClone().AsObject(),
                Locations = task.Locations.DeepClone().AsObject(),
                Inputs = task.Inputs.ToDictionary(input => input.Key, input => store.Open(input.Value.Key)),
                Output = output,
                Work = running.Work,
                PartialResults = new(parts),
                Progress = new PacedProgress(running, time),
                CancellationToken = either.Token,
            }
        );
        lease.Confirm();
        var seconds = time.GetElapsedTime(timestamp).TotalSeconds;
        var processorSeconds = (Environment.CpuUsage.TotalTime - processor).TotalSeconds;
        var provenance = new JsonObject
        {
            ["started"] = started.ToString("O", CultureInfo.InvariantCulture),
            ["seconds"] = Math.Round(seconds, 3),
            ["processor_seconds"] = Math.Round(processorSeconds, 3),
            ["machine"] = Environment.MachineName,
            ["program"] = typeof(TaskWorker).Assembly.GetName().Version!.ToString(3),
            ["software"] = Software(),
        };
        store.Commit(task, output, provenance);
        parts.Clear();
        if (lease.IsHeld())
        {
            running.End();
        }
    }

    private IReadOnlyDictionary<string, string> Libraries =>
        software ?? ImmutableSortedDictionary<string, string>.Empty;

    private JsonObject Software()
    {
        return new([
            new(".NET", Environment.Version.ToString()),
            .. Libraries.Select(library => KeyValuePair.Create(library.Key, (JsonNode?)library.Value)),
            new("system", $"{RuntimeInformation.OSDescription} {RuntimeInformation.OSArchitecture}"),
        ]);
    }
}
