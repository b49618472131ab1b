using TransferLens.Execution.Slurm;

namespace TransferLens.Execution.Tests.Slurm;

public sealed class AttemptsTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(2, 3)]
    public void A_failed_task_is_retried_as_often_as_the_settings_allow(int retries, int attempts)
    {
        var (task, count) = (new Attempts(retries), 1);
        while (task.Fail(interrupted: false, fraction: 0.1 * count))
        {
            count++;
        }

        Assert.Equal(attempts, count);
    }

    [Fact]
    public void Interrupted_attempts_do_not_count_while_they_make_progress()
    {
        var task = new Attempts(1);
        Assert.All([0.2, 0.4, 0.6, 0.8], fraction => Assert.True(task.Fail(interrupted: true, fraction)));
        Assert.True(task.Fail(interrupted: true, 0.82)); // too little progress: it counts
        Assert.False(task.Fail(interrupted: true, 0.82));
        Assert.Equal((6, 2), (task.Total, task.Counted));
    }
}
