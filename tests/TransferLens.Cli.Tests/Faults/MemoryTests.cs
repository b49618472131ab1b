using System.Diagnostics;
using TransferLens.Cli.Tests.Runs;
using TransferLens.Tests;

namespace TransferLens.Cli.Tests.Faults;

public sealed class MemoryTests(LongStudy expected) : IClassFixture<LongStudy>
{
    // During a training run, the worker's address space is limited to what it has, so its next allocation fails.
    [Fact]
    public void A_task_without_memory_fails_alone_with_a_short_message_and_resumes_with_more()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/prlimit"), "prlimit is not installed.");
        using var study = LongStudy.Make();
        using var run = study.StartRun();
        var key = LongStudy.InTraining(study, run, "train P");
        var worker = LongStudy.Worker(study, key);
        using (var limit = Process.Start("/usr/bin/prlimit", ["--pid", $"{worker}", "--as=1000000"]))
        {
            limit.WaitForExit();
            Assert.Equal(0, limit.ExitCode);
        }

        var result = run.End().Ended(1).Error;
        Assert.Matches("the task 'train P on the source' failed: .*[.]\n", result);
        Assert.DoesNotContain("   at ", result);
        Assert.False(File.Exists(Path.Combine(study.Out, "results.json")));
        study.Run().Ended(0);
        Assert.Equal(expected.Undisturbed, study.Results());
        HostileInput.Note("faults injected", 1);
    }
}
