using System.Collections.Immutable;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;

namespace TransferLens.Execution.Slurm;

/// <summary>A job array to submit.</summary>
/// <param name="Resources">What each of its elements requests.</param>
/// <param name="Elements">The tasks of each element, which computes them one after another.</param>
/// <param name="After">Tasks of other jobs whose artifacts it reads and that are not done yet.</param>
internal sealed record JobArray(
    SlurmResources Resources,
    ImmutableArray<ImmutableArray<TaskSpec>> Elements,
    ImmutableArray<TaskSpec> After
);
