using TransferLens.Execution.Progress;
using TransferLens.Tests;

namespace TransferLens.Execution.Tests.Progress;

public sealed class RunLockTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly SkippingTime time = new();

    [Fact]
    public void A_run_is_locked_until_the_lock_is_disposed_and_no_file_stays()
    {
        Assert.False(RunLock.IsTaken(folder.Path));
        using (RunLock.Take(folder.Path, time))
        {
            Assert.True(RunLock.IsTaken(folder.Path));
            Assert.Null(RunLock.Take(folder.Path, time));
            Assert.True(RunLock.IsTaken(folder.Path));
        }

        Assert.False(RunLock.IsTaken(folder.Path));
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void The_file_of_a_killed_process_is_no_lock()
    {
        File.WriteAllText(folder[".running"], "");
        Assert.False(RunLock.IsTaken(folder.Path));
        using var taken = RunLock.Take(folder.Path, time);
        Assert.NotNull(taken);
    }

    [Fact]
    public void A_missing_folder_is_not_locked() => Assert.False(RunLock.IsTaken(folder["none"]));

    public void Dispose() => folder.Dispose();
}
