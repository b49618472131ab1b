using System.Text.Json.Nodes;
using TransferLens.Studies.Inputs;

namespace TransferLens.Studies.Plans;

/// <summary>Computes tasks of one kind, each in a worker process of its own.</summary>
public interface ITaskRunner
{
    /// <summary>The kind.</summary>
    TaskKind Kind { get; }

    /// <summary>
    /// Computes a task: writes the files of its artifact, including <c>result.json</c>, to
    /// <see cref="TaskContext.Output"/>.
    /// </summary>
    /// <exception cref="InputException">The data or weights cannot be used.</exception>
    /// <exception cref="OperationCanceledException">
    /// The task was cancelled. It may resume later from <see cref="TaskContext.PartialResults"/>, or from files in
    /// <see cref="TaskContext.Work"/>.
    /// </exception>
    void Run(TaskContext context);
}

/// <summary>The inputs and folders of a task while it runs.</summary>
public sealed class TaskContext
{
    /// <summary>The networks, formats and metrics that settings may name.</summary>
    public required Catalog Catalog { get; init; }

    /// <summary>The task's settings.</summary>
    public required JsonObject Settings { get; init; }

    /// <summary>Paths of data on this machine.</summary>
    public required JsonObject Locations { get; init; }

    /// <summary>Folders of the inputs' artifacts by role, verified and read-only.</summary>
    public required IReadOnlyDictionary<string, string> Inputs { get; init; }

    /// <summary>An empty folder that becomes the artifact when the task returns.</summary>
    public required string Output { get; init; }

    /// <summary>A folder that survives a crash, for what the task needs to resume.</summary>
    public required string Work { get; init; }

    /// <summary>What the task has computed before it was killed, and where it keeps what it computes now.</summary>
    public PartialResults PartialResults { get; init; } = PartialResults.None;

    /// <summary>Receives the task's progress.</summary>
    public required IProgress<TaskProgress> Progress { get; init; }

    /// <summary>Cancels the task at the next safe point.</summary>
    public CancellationToken CancellationToken { get; init; }
}

/// <summary>Progress of a task.</summary>
/// <param name="Fraction">Fraction of the work that is done, in [0, 1].</param>
/// <param name="Message">A short message, for example <c>epoch 3/24, test accuracy 0.61</c>.</param>
public sealed record TaskProgress(double Fraction, string Message)
{
    /// <summary>Remaining time at the pace since the start; null while unknown.</summary>
    public TimeSpan? Left { get; init; }
}
