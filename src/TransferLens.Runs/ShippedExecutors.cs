using System.Collections.Immutable;
using TransferLens.Execution;
using TransferLens.Execution.Local;
using TransferLens.Execution.Slurm;

namespace TransferLens.Runs;

/// <summary>The executors that ship. The first is the default.</summary>
internal static class ShippedExecutors
{
    /// <summary>All of them.</summary>
    public static ImmutableArray<ExecutorKind> All { get; } = [new LocalExecutorKind(), new SlurmExecutorKind()];
}
