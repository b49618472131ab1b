using TransferLens.Execution;
using TransferLens.Execution.Progress;

namespace TransferLens.Cli.Output;

/// <summary>What of a run's tree is shown when not all of it fits.</summary>
/// <param name="Run">The run.</param>
/// <param name="Groups">Groups with a line of their own.</param>
/// <param name="Finished">Groups that are done, in one line together.</param>
/// <param name="Waiting">Groups that wait, in one line together.</param>
/// <param name="LinesOfTask">Lines that a running task takes.</param>
internal sealed record TreeFold(
    RunView Run,
    IReadOnlyList<TaskGroup> Groups,
    IReadOnlyList<TaskGroup> Finished,
    IReadOnlyList<TaskGroup> Waiting,
    int LinesOfTask
)
{
    // Unlimited until something must be left out.
    private int MostTasks { get; init; } = int.MaxValue;

    /// <summary>
    /// Folds finished groups, then waiting groups, then draws tasks on one line, then leaves out tasks and groups,
    /// until the tree fits.
    /// </summary>
    /// <param name="rows">Rows of the terminal.</param>
    /// <param name="narrow">Whether a running task takes two lines where there is room for them.</param>
    public TreeFold Fitting(int rows, bool narrow)
    {
        var fold = this with { LinesOfTask = narrow ? 2 : 1 };
        if (fold.Rows > rows)
        {
            var finished = Groups.Where(group => Run.StateOf(group) == TaskState.Done).ToList();
            fold = finished.Count > 1 ? fold with { Finished = finished, Groups = [.. Groups.Except(finished)] } : fold;
        }

        if (fold.Rows > rows)
        {
            var waiting = fold
                .Groups.Where(group =>
                    Run.StateOf(group) is TaskState.Waiting or TaskState.Skipped && !fold.Shown(group).Any()
                )
                .ToList();
            fold =
                waiting.Count > 1 ? fold with { Waiting = waiting, Groups = [.. fold.Groups.Except(waiting)] } : fold;
        }

        fold = fold.Rows > rows ? fold with { LinesOfTask = 1 } : fold;
        for (var most = 8; fold.Rows > rows && most >= 0; most--)
        {
            fold = fold with { MostTasks = most };
        }

        return fold.Rows > rows
            ? fold with
            {
                Groups = [.. fold.Groups.Take(Math.Max(0, fold.Groups.Count - (fold.Rows - rows)))],
            }
            : fold;
    }

    /// <summary>The tasks of a group that are shown: what failed before what runs, so that it is not cut off.</summary>
    public IEnumerable<TaskOutcome> Shown(TaskGroup group) => Worth(group).Take(MostTasks);

    /// <summary>How many tasks of a group would be shown if there were room.</summary>
    public int Hidden(TaskGroup group) => MostTasks == 0 ? 0 : Worth(group).Count() - Shown(group).Count();

    private int Rows =>
        (Finished.Count > 0 ? 1 : 0)
        + (Waiting.Count > 0 ? 1 : 0)
        + Groups.Sum(group =>
            1
            + Shown(group).Sum(outcome => outcome.State == TaskState.Running ? LinesOfTask : 1)
            + (Hidden(group) > 0 ? 1 : 0)
        );

    private IEnumerable<TaskOutcome> Worth(TaskGroup group) =>
        Run.OutcomesOf(group)
            .Where(outcome =>
                outcome.State is TaskState.Failed or TaskState.Running
                || (outcome.State == TaskState.Waiting && outcome.Progress is not null)
            )
            .OrderBy(outcome => outcome.State == TaskState.Failed ? 0 : 1);
}
