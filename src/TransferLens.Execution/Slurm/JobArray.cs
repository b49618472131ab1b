using System.Collections.Immutable;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;

namespace TransferLens.Execution.Slurm;

/// <summary>A job array that is to be submitted.</summary>
/// <param name="Resources">What each of its elements asks for.</param>
/// <param name="Elements">Tasks of each element, which computes them one after another.</param>
/// <param name="After">Tasks in other jobs whose artifacts are read and not there yet.</param>
public sealed record JobArray(
    SlurmResources Resources,
    ImmutableArray<ImmutableArray<TaskSpec>> Elements,
    ImmutableArray<TaskSpec> After
);
