using TransferLens.Tests;

namespace TransferLens.Cli.Tests.Faults;

public sealed class DiskTests(FinishedStudy finished)
{
    private const string NoMount = "Only root can mount a small disk.";

    [Fact]
    public void A_full_disk_is_reported_and_the_same_command_continues_when_there_is_space()
    {
        using var study = new TinyStudy();
        // From a disk that is nearly too small for an empty store to one that the last training runs fill.
        using var disk = SmallDisk.Mount(study["disk"], 16);
        Assert.SkipWhen(disk is null, NoMount);
        foreach (var kilobytes in (int[])[16, 1000, 3000])
        {
            disk.Remount($"size={kilobytes}k");
            var full = study.Run("--store", "disk/store").Ended(1);
            Assert.Contains("The disk is full (", full.Error);
            Assert.DoesNotContain("   at ", full.Error);
            foreach (
                var line in full
                    .Error.Split('\n')
                    .Where(line => line.StartsWith("transferlens:", StringComparison.Ordinal))
            )
            {
                Assert.True(line[^1] is '.', line);
            }

            HostileInput.Note("faults injected", 1);
        }

        disk.Remount("size=64m");
        study.Run("--store", "disk/store").Ended(0);
        Assert.Equal(finished.Study.Results(), study.Results());
    }

    [Fact]
    public void A_read_only_disk_is_reported_before_anything_starts()
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
        // A read-only store serves a finished run and its reports.
        disk.Remount("ro");
        study.Do("status", "disk/out").Ended(0);
        var result = study.Do("report", "disk/out");
        Assert.True(result.Code is 1 or 2 && result.Error.Count(c => c == '\n') == 1, result.Error);
        HostileInput.Note("faults injected", 3);
    }
}
