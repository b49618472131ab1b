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
    public void Time_left_is_said_in_one_unit(double seconds, string words) =>
        Assert.Equal(words, RunWords.Left(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(7, "0:07")]
    [InlineData(750, "12:30")]
    [InlineData(3723, "1:02:03")]
    [InlineData(180_000, "50:00:00")]
    public void Time_that_passed_is_said_as_a_clock_does(int seconds, string words) =>
        Assert.Equal(words, RunWords.Elapsed(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(0, "0 %")]
    [InlineData(0.999, "99 %")]
    [InlineData(1, "100 %")]
    public void A_hundred_per_cent_is_all_and_nothing_less(double fraction, string words) =>
        Assert.Equal(words, RunWords.Percent(fraction));

    [Fact]
    public void What_is_unknown_is_not_said() => Assert.Equal(("", ""), (RunWords.Left(null), RunWords.Elapsed(null)));

    [Fact]
    public void A_task_that_died_says_why_and_how_far_it_was()
    {
        var task = SomeTasks.Named("some");
        Assert.Equal(
            "It died. (broken off at 40 %)",
            RunWords.More(new(task, TaskState.Failed, new(0.4, "epoch 2/5"), "It died."))
        );
        Assert.Equal(
            "40 %, epoch 2/5, about 9 s left",
            RunWords.More(new(task, TaskState.Running, new(0.4, "epoch 2/5") { Left = TimeSpan.FromSeconds(9) }))
        );
        Assert.Equal("broken off", RunWords.State(new TaskOutcome(task, TaskState.Waiting, new(0.4, "epoch 2/5"))));
    }
}
