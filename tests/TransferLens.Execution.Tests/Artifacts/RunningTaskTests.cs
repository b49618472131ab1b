using TransferLens.Execution.Artifacts;
using TransferLens.Studies.Plans;
using TransferLens.Tests;

namespace TransferLens.Execution.Tests.Artifacts;

public sealed class RunningTaskTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly RunningTask running;

    public RunningTaskTests() => running = new(folder["running", "key"]);

    [Fact]
    public void A_task_is_taken_by_one_at_a_time()
    {
        Assert.False(running.IsTaken());
        var waited = 0;
        using (running.Take(() => Assert.Fail("nobody has it")))
        {
            Assert.True(running.IsTaken());
            Assert.Throws<OperationCanceledException>(() =>
                new RunningTask(folder["running", "key"]).Take(() =>
                {
                    if (++waited == 2)
                    {
                        throw new OperationCanceledException();
                    }
                })
            );
        }

        Assert.Equal(2, waited);
        Assert.False(running.IsTaken());
        running.Take(() => Assert.Fail("nobody has it")).Dispose();
    }

    [Fact]
    public async Task Who_waits_gets_the_task_when_it_is_let_go()
    {
        var first = running.Take(() => { });
        var second = Task.Run(() => running.Take(() => { }), TestContext.Current.CancellationToken);
        await Task.Delay(50, TestContext.Current.CancellationToken);
        Assert.False(second.IsCompleted);
        first.Dispose();
        (await second).Dispose();
    }

    [Fact]
    public void A_new_start_keeps_the_work_and_nothing_of_the_output()
    {
        using var lease = running.Take(() => { });
        var output = running.Begin(lease);
        File.WriteAllText(Path.Combine(running.Work, "resume"), "half");
        File.WriteAllText(Path.Combine(output, "result.json"), "half");
        running.Fail("It went wrong.", refused: true);
        Assert.Equal("It went wrong.", running.Failure());
        Assert.True(running.IsRefused);
        Assert.Equal(output, running.Begin(lease));
        Assert.Equal("half", File.ReadAllText(Path.Combine(running.Work, "resume")));
        Assert.Empty(Directory.GetFileSystemEntries(output));
        Assert.Null(running.Failure());
        Assert.False(running.IsRefused);
    }

    [Fact]
    public void Who_comes_after_a_dead_owner_does_not_write_where_that_one_did()
    {
        string output;
        using (var first = running.Take(() => { }))
        {
            output = running.Begin(first);
        }

        using var second = running.Take(() => { });
        Assert.NotEqual(output, running.Begin(second));
        Assert.False(Directory.Exists(output));
    }

    [Fact]
    public void Progress_is_read_as_it_was_written_and_unknown_when_it_cannot_be()
    {
        Assert.Null(running.Read());
        using var lease = running.Take(() => { });
        running.Begin(lease);
        running.Write(new(0.25, "epoch 1/4"));
        Assert.Equal(new TaskProgress(0.25, "epoch 1/4"), running.Read());
        File.WriteAllText(folder["running", "key", "progress.json"], "{\"fract");
        Assert.Null(running.Read());
    }

    [Fact]
    public void The_log_outlives_the_work()
    {
        using var lease = running.Take(() => { });
        running.Begin(lease);
        running.Write(new(1, "done"));
        File.WriteAllText(running.Log, "log");
        running.End();
        Assert.True(File.Exists(running.Log));
        Assert.False(Directory.Exists(running.Work));
        Assert.Null(running.Read());
    }

    public void Dispose() => folder.Dispose();
}
