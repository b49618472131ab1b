using System.Diagnostics;

namespace TransferLens.Cli.Tests.Runs;

public sealed class CrashTests(LongStudy expected) : IClassFixture<LongStudy>
{
    [Fact]
    public void A_run_that_is_killed_again_and_again_comes_to_the_same_bytes()
    {
        using var study = LongStudy.Make();
        foreach (var training in (string[])["train P", "train P", "train ink P-T", "train ink"])
        {
            using var run = study.StartRun();
            LongStudy.InTraining(study, run, training);
            Assert.Equal(137, run.Kill().Code);
            Assert.False(File.Exists(Path.Combine(study.Out, "results.json")));
        }

        study.Run().Ended(0);
        Assert.Equal(expected.Undisturbed, study.Results());
    }

    [Fact]
    public void A_worker_that_is_killed_takes_one_task_and_the_next_run_goes_on()
    {
        using var study = LongStudy.Make();
        using var run = study.StartRun();
        var key = LongStudy.InTraining(study, run, "train P");
        var worker = LongStudy.Worker(study, key);
        Signal.Send("KILL", $"{worker}");
        var said = run.End().Ended(1).Error;
        Assert.Contains(
            "transferlens: the task 'train P on the source' failed: its process ended with code 137, as when the system kills it",
            said
        );
        Assert.Contains("1 task failed and 3 that need them were not started", said);
        Assert.Contains("interrupted at ", study.Do("status", "runs/tiny").Ended(0).Output);
        Assert.Contains("the task 'train P on the source' has not been run", study.Do("report", "runs/tiny").Refused());
        study.Run().Ended(0);
        Assert.Equal(expected.Undisturbed, study.Results());
    }

    [Fact]
    public void No_worker_outlives_a_killed_run_for_long()
    {
        using var study = LongStudy.Make();
        using var run = study.StartRun();
        LongStudy.InTraining(study, run, "train ink");
        var workers = Signal.Children(run.Id);
        Assert.NotEmpty(workers);
        run.Kill();
        var watch = Stopwatch.StartNew();
        while (workers.Any(Signal.Runs))
        {
            Assert.InRange(watch.Elapsed.TotalSeconds, 0, 20);
            Thread.Sleep(50);
        }

        Assert.DoesNotContain("running", study.Do("status", "runs/tiny").Ended(0).Output);
    }

    [Fact]
    public void A_run_that_is_interrupted_says_that_it_goes_on_and_does()
    {
        using var study = LongStudy.Make();
        using (var run = study.StartRun())
        {
            LongStudy.InTraining(study, run);
            run.Interrupt();
            Interrupted(run.End());
        }

        study.Run().Ended(0);
        Assert.Equal(expected.Undisturbed, study.Results());
    }

    [Fact]
    public void Ctrl_C_in_a_terminal_reaches_workers_too_and_fails_no_task()
    {
        using var study = LongStudy.Make();
        using var run = Command.StartGroup(study.Path, TinyStudy.RunArguments());
        LongStudy.InTraining(study, run);
        run.InterruptGroup();
        Interrupted(run.End());
        var status = study.Do("status", "runs/tiny").Ended(0).Output;
        Assert.DoesNotContain("failed", status);
        Assert.DoesNotContain("running", status);
    }

    private static void Interrupted(CommandResult said)
    {
        said.Ended(130);
        Assert.Contains("Run the same command to continue.", said.Error);
        Assert.DoesNotContain("FAILED", said.Error);
        Assert.DoesNotContain("failed", said.Error);
    }
}
