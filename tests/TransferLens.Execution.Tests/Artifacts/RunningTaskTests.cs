using TransferLens.Execution.Artifacts;
using TransferLens.Studies.Plans;
using TransferLens.Tests;

namespace TransferLens.Execution.Tests.Artifacts;

public sealed class RunningTaskTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly SkippingTime time = new();
    private readonly RunningTask running;

    public RunningTaskTests() => running = new(folder["running", "key"], time);

    [Fact]
    public void One_process_at_a_time_has_a_task()
    {
        Assert.False(running.IsTaken());
        var waited = 0;
        using (running.Take(() => Assert.Fail("nobody has it")))
        {
            Assert.True(running.IsTaken());
            Assert.Throws<OperationCanceledException>(() =>
                new RunningTask(folder["running", "key"], time).Take(() =>
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
    public async Task A_waiting_process_gets_the_task_when_it_is_released()
    {
        var first = running.Take(() => { });
        var waits = new TaskCompletionSource();
        var second = Task.Run(() => running.Take(() => waits.TrySetResult()), TestContext.Current.CancellationToken);
        await waits.Task.WaitAsync(TestContext.Current.CancellationToken);
        Assert.False(second.IsCompleted);
        first.Dispose();
        (await second).Dispose();
    }

    [Fact]
    public void A_new_attempt_keeps_the_work_and_clears_the_output()
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
    public void The_next_owner_writes_into_a_folder_of_its_own()
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
    public void Progress_is_read_as_written_and_null_when_unreadable()
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
    public void The_log_stays_when_the_work_is_removed()
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
