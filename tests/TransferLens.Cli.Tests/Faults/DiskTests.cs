namespace TransferLens.Tests;

public sealed class DiskTests(FinishedStudy finished)
{
    private const string NoMount = "A small disk can be mounted by root alone.";

    // From one on which the store can hardly begin to one that the last trainings fill.
    [Theory]
    [InlineData(16)]
    [InlineData(400)]
    [InlineData(1500)]
    [InlineData(3000)]
    public void A_full_disk_is_told_in_one_sentence_and_the_same_command_goes_on_when_there_is_room(int kilobytes)
    {
        using var study = new TinyStudy();
        using var disk = SmallDisk.Mount(study["disk"], kilobytes);
        Assert.SkipWhen(disk is null, NoMount);
        var full = study.Run("--store", "disk/store").Ended(1);
        Assert.Contains("No space left on device", full.Error);
        Assert.All(full.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line.StartsWith("transferlens:", StringComparison.Ordinal)), line => Assert.Matches(@"[.?]$", line));
        Assert.DoesNotContain("   at ", full.Error);
        disk.Remount("size=64m");
        study.Run("--store", "disk/store").Ended(0);
        Assert.Equal(finished.Study.Results(), study.Results());
        Hostile.Note("faults injected", 1);
    }

    [Fact]
    public void A_disk_that_only_reads_is_told_before_anything_is_begun()
    {
        using var study = new TinyStudy();
        using var disk = SmallDisk.Mount(study["disk"], 64_000);
        Assert.SkipWhen(disk is null, NoMount);
        disk.Remount("ro");
        Assert.Contains("cannot be written", study.Run("--store", "disk/store").Refused());
        Assert.Contains("cannot be written", study.Run("--out", "disk/out").Refused());
        Assert.False(Directory.Exists(study.Out));
        disk.Remount("rw");
        study.Run("--store", "disk/store", "--out", "disk/out").Ended(0);
        // A store that only reads serves a run that needs nothing more of it, and its reports.
        disk.Remount("ro");
        study.Do("status", "disk/out").Ended(0);
        var said = study.Do("report", "disk/out");
        Assert.True(said.Code is 1 or 2 && said.Error.Count(c => c == '\n') == 1, said.Error);
        Hostile.Note("faults injected", 3);
    }
}
