using System.Text.Json.Nodes;
using TransferLens.Studies.Inputs;

namespace TransferLens.Studies.Plans;

/// <summary>Computes tasks of one kind. It runs in a worker process that computes nothing else at the same time.</summary>
public interface ITaskRunner
{
    /// <summary>The kind.</summary>
    TaskKind Kind { get; }

    /// <summary>Computes the task: writes its artifact's files, <c>result.json</c> among them, into <see cref="TaskContext.Output"/>.</summary>
    /// <exception cref="InputException">What the task was given cannot be used.</exception>
    /// <exception cref="OperationCanceledException">It was asked to stop; what it keeps in <see cref="TaskContext.Work"/> lets it go on later.</exception>
    void Run(TaskContext context);
}

/// <summary>What a task is given.</summary>
public sealed class TaskContext
{
    /// <summary>What the task may name: networks, formats, metrics.</summary>
    public required Catalog Catalog { get; init; }

    /// <summary>The task's settings.</summary>
    public required JsonObject Settings { get; init; }

    /// <summary>Where outside data lies on this machine.</summary>
    public required JsonObject Locations { get; init; }

    /// <summary>Folders of the inputs' artifacts by role; verified, read only.</summary>
    public required IReadOnlyDictionary<string, string> Inputs { get; init; }

    /// <summary>An empty folder that becomes the artifact when the task returns.</summary>
    public required string Output { get; init; }

    /// <summary>A folder that outlives a crash, for what the task needs to go on where it stopped.</summary>
    public required string Work { get; init; }

    /// <summary>Takes the task's progress.</summary>
    public required IProgress<TaskProgress> Progress { get; init; }

    /// <summary>Asks the task to stop at the next safe point.</summary>
    public CancellationToken CancellationToken { get; init; }
}

/// <summary>How far a task is.</summary>
/// <param name="Fraction">Share of the work done, in [0, 1].</param>
/// <param name="Message">A few words, for example <c>epoch 3/24, test accuracy 0.61</c>.</param>
public sealed record TaskProgress(double Fraction, string Message)
{
    /// <summary>Time left at the pace since it was started; null while nobody can tell.</summary>
    public TimeSpan? Left { get; init; }
}
