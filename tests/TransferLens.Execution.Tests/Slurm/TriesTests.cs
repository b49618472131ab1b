using TransferLens.Execution.Slurm;

namespace TransferLens.Execution.Tests.Slurm;

public sealed class TriesTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(2, 3)]
    public void A_task_that_fails_is_tried_again_as_often_as_is_said(int retries, int tries)
    {
        var (tried, count) = (new Tries(retries), 1);
        while (tried.Again(interrupted: false, fraction: 0.1 * count))
        {
            count++;
        }

        Assert.Equal(tries, count);
    }

    [Fact]
    public void A_task_that_is_broken_off_from_outside_goes_on_as_long_as_it_gets_on()
    {
        var tried = new Tries(1);
        Assert.All([0.2, 0.4, 0.6, 0.8], fraction => Assert.True(tried.Again(interrupted: true, fraction)));
        Assert.True(tried.Again(interrupted: true, 0.82)); // hardly further: counts
        Assert.False(tried.Again(interrupted: true, 0.82));
        Assert.Equal((6, 2), (tried.All, tried.Counted));
    }
}
