using System.Collections.Immutable;
using TransferLens.Studies.Plans;

namespace TransferLens.Analyses.Tests;

/// <summary>Looks into a plan of one analysis.</summary>
internal static class PlanTasks
{
    /// <summary>The tasks that the analysis planned, in its order.</summary>
    public static ImmutableArray<TaskSpec> AnalysisTasks(this Plan plan) =>
        [.. plan.Analyses.Single().Tasks.Select(planned => planned.Task)];
}
