using System.Collections.Immutable;
using TransferLens.Execution.Artifacts;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;

namespace TransferLens.Execution;

/// <summary>The settings of a run from which an <see cref="ExecutorKind"/> creates its executor.</summary>
public sealed record ExecutionSettings
{
    /// <summary>The store that receives the artifacts.</summary>
    public required ArtifactStore Store { get; init; }

    /// <summary>The formats, networks, metrics and task runners that the study's tasks can refer to.</summary>
    public required Catalog Catalog { get; init; }

    /// <summary>
    /// The words that start a worker, followed by <c>task KEY --store ...</c>: those of the <c>transferlens</c>
    /// command. Executors that start workers require it.
    /// </summary>
    public ImmutableArray<string> Command { get; init; } = [];

    /// <summary>Name of the study.</summary>
    public required string Study { get; init; }

    /// <summary>Folder of the study file; batch jobs start in it.</summary>
    public required string StudyFolder { get; init; }

    /// <summary>Folder of the run.</summary>
    public required string RunFolder { get; init; }

    /// <summary>Tasks that this machine computes at a time, at least 1. The local executor alone uses it.</summary>
    public int Jobs { get; init; } = 1;

    /// <summary>Threads of each worker on this machine, at least 1. The local executor alone uses it.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>What batch jobs request. The Slurm executor alone uses it.</summary>
    public SlurmSettings Slurm { get; init; } = SlurmSettings.Default;

    /// <summary>The words that start a worker.</summary>
    /// <exception cref="InputException">There are none.</exception>
    internal ImmutableArray<string> WorkerCommand =>
        Command is [_, ..]
            ? Command
            : throw new InputException(
                "This executor starts worker processes, and no command is given that starts one. "
                    + "Set ExecutionSettings.Command to the words that start `transferlens`."
            );

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
