using TransferLens.Execution.Progress;
using TransferLens.Tests;

namespace TransferLens.Execution.Tests.Progress;

public sealed class RunLockTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void A_run_is_taken_while_somebody_works_on_it_and_nothing_stays_behind()
    {
        Assert.False(RunLock.IsTaken(folder.Path));
        using (RunLock.Take(folder.Path))
        {
            Assert.True(RunLock.IsTaken(folder.Path));
            Assert.Null(RunLock.Take(folder.Path));
            Assert.True(RunLock.IsTaken(folder.Path));
        }

        Assert.False(RunLock.IsTaken(folder.Path));
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void What_a_killed_process_left_is_no_lock()
    {
        File.WriteAllText(folder[".running"], "");
        Assert.False(RunLock.IsTaken(folder.Path));
        using var taken = RunLock.Take(folder.Path);
        Assert.NotNull(taken);
    }

    [Fact]
    public void A_folder_that_is_not_there_is_not_taken() => Assert.False(RunLock.IsTaken(folder["none"]));

    public void Dispose() => folder.Dispose();
}
