using TransferLens.Tests;

namespace TransferLens.Cli.Tests.Faults;

public sealed class DiskTests(FinishedStudy finished)
{
    private const string NoMount = "A small disk can be mounted by root alone.";

    [Fact]
    public void A_disk_that_fills_up_again_and_again_is_told_in_sentences_and_the_same_command_goes_on_when_there_is_room()
    {
        using var study = new TinyStudy();
        // From one on which the store can hardly begin to one that the last trainings fill.
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
        HostileInput.Note("faults injected", 3);
    }
}
