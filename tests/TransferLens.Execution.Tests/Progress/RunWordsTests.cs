using TransferLens.Execution.Progress;
using TransferLens.Tests;

namespace TransferLens.Execution.Tests.Progress;

public sealed class RunWordsTests
{
    [Theory]
    [InlineData(0.2, "about 1 s left")]
    [InlineData(89, "about 89 s left")]
    [InlineData(91, "about 2 min left")]
    [InlineData(5399, "about 90 min left")]
    [InlineData(5401, "about 1.5 h left")]
    public void Time_left_has_one_unit(double seconds, string words) =>
        Assert.Equal(words, RunWords.Left(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(7, "0:07")]
    [InlineData(750, "12:30")]
    [InlineData(3723, "1:02:03")]
    [InlineData(180_000, "50:00:00")]
    public void Elapsed_time_looks_like_a_clock(int seconds, string words) =>
        Assert.Equal(words, RunWords.Elapsed(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(0, "0 %")]
    [InlineData(0.999, "99 %")]
    [InlineData(1, "100 %")]
    public void Only_all_of_it_is_a_hundred_percent(double fraction, string words) =>
        Assert.Equal(words, RunWords.Percent(fraction));

    [Fact]
    public void Unknown_times_are_empty() => Assert.Equal(("", ""), (RunWords.Left(null), RunWords.Elapsed(null)));

    [Fact]
    public void The_details_of_a_task_are_its_problem_and_its_progress()
    {
        var task = SomeTasks.Named("some");
        Assert.Equal(
            "It died. (interrupted at 40 %)",
            RunWords.Details(new(task, TaskState.Failed, new(0.4, "epoch 2/5"), "It died."))
        );
        Assert.Equal(
            "40 %, epoch 2/5, about 9 s left",
            RunWords.Details(new(task, TaskState.Running, new(0.4, "epoch 2/5") { Left = TimeSpan.FromSeconds(9) }))
        );
        Assert.Equal("interrupted", RunWords.State(new TaskOutcome(task, TaskState.Waiting, new(0.4, "epoch 2/5"))));
    }
}
