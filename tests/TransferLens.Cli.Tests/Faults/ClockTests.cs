using TransferLens.Cli.Tests.Runs;
using TransferLens.Tests;

namespace TransferLens.Cli.Tests.Faults;

public sealed class ClockTests(LongStudy expected) : IClassFixture<LongStudy>
{
    private static readonly string? FakeTime = Directory.Exists("/usr/lib")
        ? Directory
            .EnumerateDirectories("/usr/lib", "*-linux-gnu")
            .Select(folder => Path.Combine(folder, "faketime", "libfaketimeMT.so.1"))
            .FirstOrDefault(File.Exists)
        : null;

    // Jumps into the future, far into the past, and back, each during a training run.
    [Fact]
    public void Clock_jumps_between_and_during_runs_change_no_byte_of_the_results()
    {
        Assert.SkipWhen(FakeTime is null, "libfaketime is not installed.");
        using var study = LongStudy.Make();
        foreach (var jump in (string[])["+400d", "-3000d", "+0 x20"])
        {
            // Progress files of an earlier run must not be mistaken for this one's; their dates do not show their age.
            Array.ForEach(
                Directory.Exists(study.Store)
                    ? Directory.GetFiles(study.Store, "progress.json", SearchOption.AllDirectories)
                    : [],
                File.Delete
            );
            using var run = study.StartRunWith(
                new()
                {
                    ["LD_PRELOAD"] = FakeTime!,
                    ["FAKETIME"] = jump,
                    ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
                    ["DONT_FAKE_MONOTONIC"] = "1",
                }
            );
            LongStudy.InTraining(study, run, newest: false);
            Assert.Equal(137, run.Kill().Code);
            HostileInput.Note("faults injected", 1);
        }

        study.Run().Ended(0);
        Assert.Equal(expected.Undisturbed, study.Results());
        Assert.Contains("finished", study.Do("status", "runs/tiny").Ended(0).Output);
    }
}
