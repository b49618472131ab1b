using TransferLens.Execution.Slurm;

namespace TransferLens.Execution.Tests.Slurm;

/// <summary>The recorded output of Slurm's programs and its meaning.</summary>
public sealed class SlurmElementTests
{
    [Fact]
    public void Lines_of_the_queue_are_read_and_other_lines_ignored()
    {
        var read = SlurmElement
            .FromQueue(
                """
                12|0|RUNNING|tiny-ab|None
                12|1|PENDING|tiny-ab|(Resources)
                12|2|PENDING|tiny-ab|launch failed requeued held
                13|N/A|RUNNING|other|None
                14|[0-3]|PENDING|whole|Priority
                slurm_load_jobs error
                15|4|PENDING|odd|Nodes required for job are DOWN, DRAINED | or reserved

                """
            )
            .ToList();
        Assert.Equal(["12_0", "12_1", "12_2", "15_4"], read.Select(element => element.Id));
        Assert.Equal("Slurm job 12_1, pending (Resources)", read[1].Words);
        Assert.Equal("Slurm job 12_0, running", read[0].Words);
        Assert.True(read[2].IsStuck);
        Assert.EndsWith("| or reserved", read[3].Reason);
    }

    [Fact]
    public void Lines_of_the_accounting_are_read_without_steps_and_waiting_arrays()
    {
        var read = SlurmElement
            .FromAccounting(
                """
                12_0|COMPLETED|tiny-ab
                12_1|CANCELLED by 1000|tiny-ab
                12_2|OUT_OF_MEMORY|tiny-ab
                12_[3-9%2]|PENDING|tiny-ab
                12_0.batch|COMPLETED|batch
                13|FAILED|single
                """
            )
            .ToList();
        Assert.Equal(
            [("12_0", "COMPLETED"), ("12_1", "CANCELLED"), ("12_2", "OUT_OF_MEMORY")],
            read.Select(element => (element.Id, element.State))
        );
    }

    [Theory]
    [InlineData("PENDING", "Priority", true, false, false)]
    [InlineData("CONFIGURING", "", true, false, false)]
    [InlineData("RUNNING", "", true, true, false)]
    [InlineData("COMPLETING", "", true, true, false)]
    [InlineData("SUSPENDED", "", true, true, false)]
    [InlineData("REQUEUED", "", true, false, false)]
    [InlineData("REQUEUE_HOLD", "", false, false, true)]
    [InlineData("SPECIAL_EXIT", "", false, false, true)]
    [InlineData("PENDING", "launch_failed_requeued_held", false, false, true)]
    [InlineData("PENDING", "JobHeldUser", true, false, false)]
    [InlineData("COMPLETED", "", false, false, false)]
    [InlineData("FAILED", "NonZeroExitCode", false, false, false)]
    [InlineData("CANCELLED", "", false, false, false)]
    [InlineData("OUT_OF_MEMORY", "", false, false, false)]
    [InlineData("TIMEOUT", "TimeLimit", false, false, true)]
    [InlineData("PREEMPTED", "", false, false, true)]
    [InlineData("NODE_FAIL", "", false, false, true)]
    [InlineData("BOOT_FAIL", "", false, false, true)]
    [InlineData("DEADLINE", "", false, false, true)]
    [InlineData("UNKNOWN", "", false, false, false)]
    [InlineData("A_STATE_OF_A_LATER_SLURM", "", false, false, false)]
    public void A_state_tells_whether_a_job_continues_and_whether_it_was_interrupted(
        string state,
        string reason,
        bool active,
        bool running,
        bool interruption
    )
    {
        var element = new SlurmElement("n", "12", 3, state, reason);
        Assert.Equal((active, running, interruption), (element.IsActive, element.IsRunning, element.IsInterruption));
        Assert.NotEqual("", element.Ending);
    }
}
