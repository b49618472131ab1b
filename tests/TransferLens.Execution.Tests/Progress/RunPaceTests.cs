using TransferLens.Execution.Progress;
using TransferLens.Tests;

namespace TransferLens.Execution.Tests.Progress;

public sealed class RunPaceTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public void Equal_tasks_take_equal_time()
    {
        var pace = Of(
            Minute,
            [],
            (700, TaskState.Done, 0),
            (700, TaskState.Waiting, 0),
            (700, TaskState.Waiting, 0),
            (700, TaskState.Waiting, 0)
        );
        Assert.Equal((4, 1, 0.25, 3 * Minute), (pace.Count, pace.Done, pace.Fraction, pace.Left));
    }

    [Fact]
    public void Work_counts_not_the_number_of_tasks()
    {
        var pace = Of(Minute, [], (2700, TaskState.Done, 0), (700, TaskState.Waiting, 0));
        Assert.Equal(0.75, pace.Fraction);
        Assert.Equal(20, pace.Left!.Value.TotalSeconds, 6);
    }

    [Fact]
    public void A_running_task_counts_by_its_progress() =>
        Assert.True(
            Of(Minute, [], (7000, TaskState.Running, 0.6)).Left < Of(Minute, [], (7000, TaskState.Running, 0.3)).Left
        );

    [Fact]
    public void Tasks_that_were_done_before_do_not_affect_the_pace()
    {
        var alone = Of(Minute, [], (700, TaskState.Done, 0), (700, TaskState.Waiting, 0));
        var after = Of(Minute, [0], (99_700, TaskState.Done, 0), (700, TaskState.Done, 0), (700, TaskState.Waiting, 0));
        Assert.Equal(alone.Left, after.Left);
        Assert.True(after.Fraction > 0.98);
        Assert.Equal((2, 1), (after.Done, after.Ready));
    }

    [Fact]
    public void Failed_and_skipped_tasks_take_no_time()
    {
        var pace = Of(
            Minute,
            [],
            (700, TaskState.Done, 0),
            (700, TaskState.Failed, 0),
            (9700, TaskState.Skipped, 0),
            (700, TaskState.Waiting, 0)
        );
        Assert.Equal(Minute, pace.Left);
    }

    [Theory]
    [InlineData(4, TaskState.Done)]
    [InlineData(60, TaskState.Waiting)]
    public void There_is_no_early_estimate(int seconds, TaskState first) =>
        Assert.Null(Of(TimeSpan.FromSeconds(seconds), [], (700, first, 0), (700, TaskState.Waiting, 0)).Left);

    [Fact]
    public void An_ended_run_has_no_time_left() =>
        Assert.Null(
            RunPace
                .FromOutcomes(
                    [new(SomeTasks.Named("a", 700), TaskState.Done), new(SomeTasks.Named("b", 700), TaskState.Waiting)],
                    new HashSet<string>(),
                    Minute,
                    running: false
                )
                .Left
        );

    private static RunPace Of(
        TimeSpan elapsed,
        int[] ready,
        params (double Cost, TaskState State, double Fraction)[] tasks
    )
    {
        List<TaskOutcome> outcomes =
        [
            .. tasks.Select(
                (task, i) => new TaskOutcome(SomeTasks.Named($"{i}", task.Cost), task.State, new(task.Fraction, ""))
            ),
        ];
        return RunPace.FromOutcomes(
            outcomes,
            ready.Select(i => outcomes[i].Task.Key).ToHashSet(),
            elapsed,
            running: true
        );
    }
}
