using System.Diagnostics;
using TransferLens.Cli.Tests.Runs;
using TransferLens.Tests;

namespace TransferLens.Cli.Tests.Faults;

public sealed class MemoryTests(LongStudy expected) : IClassFixture<LongStudy>
{
    // In the middle of its training a worker may take no more address space than it has: what the next allocation meets.
    [Fact]
    public void A_task_that_runs_out_of_memory_fails_alone_and_in_one_sentence_and_goes_on_with_more()
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

        var said = run.End().Ended(1).Error;
        Assert.Matches("the task 'train P on the source' failed: .*[.]\n", said);
        Assert.DoesNotContain("   at ", said);
        Assert.False(File.Exists(Path.Combine(study.Out, "results.json")));
        study.Run().Ended(0);
        Assert.Equal(expected.Undisturbed, study.Results());
        HostileInput.Note("faults injected", 1);
    }
}
