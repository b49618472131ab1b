using TransferLens.Studies.Plans;

namespace TransferLens.Analyses.Common;

/// <summary>The tasks of a run that an analysis plans in addition to the study's own runs.</summary>
internal static class RunTasks
{
    /// <summary>The tasks that there are, each under the role <c>train</c>, <c>evaluate</c> or <c>validate</c> and a
    /// name.</summary>
    /// <param name="name">Names the run.</param>
    /// <param name="train">Trains it; null for none.</param>
    /// <param name="evaluate">Evaluates it on the test images; null for none.</param>
    /// <param name="validate">Evaluates it on the validation images; null for none.</param>
    public static IEnumerable<PlannedTask> Of(string name, TaskSpec? train, TaskSpec? evaluate, TaskSpec? validate)
    {
        (string Does, TaskSpec? Task)[] tasks = [("train", train), ("evaluate", evaluate), ("validate", validate)];
        return from task in tasks where task.Task is not null select new PlannedTask($"{task.Does} {name}", task.Task);
    }
}
