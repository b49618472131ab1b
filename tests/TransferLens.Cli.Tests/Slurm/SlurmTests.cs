using System.Diagnostics;
using TransferLens.Cli.Tests.Runs;
using TransferLens.Tests;
using Xunit.Sdk;
using Xunit.v3;

namespace TransferLens.Cli.Tests.Slurm;

/// <summary>Studies on a real Slurm, with faults that jobs meet on a cluster.</summary>
[TestMethodOrderer(typeof(LongestWaitLast))]
public sealed class SlurmTests(SlurmStudy slurm) : IClassFixture<SlurmStudy>
{
    [Fact]
    public void Cancelled_and_killed_jobs_a_drained_node_and_a_restarted_controller_change_no_byte()
    {
        var cluster = slurm.Cluster();
        using var study = SlurmStudy.Make("faults");
        using var run = Start(study);

        LongStudy.InTraining(study, run, "train P");
        RealSlurm.Say("scancel", Running("faults"));

        LongStudy.InTraining(study, run, "train P");
        cluster.RestartController();

        var key = LongStudy.InTraining(study, run, "train ink");
        Signal.Send("KILL", $"{Worker(key)}");
        RealSlurm.Say("scontrol", "update", $"NodeName={RealSlurm.Node}", "State=DRAIN", "Reason=test");
        Until(() => RealSlurm.Elements("faults", "RUNNING").Count == 0, "the node is empty");
        Assert.Contains("queued", study.Do("status", "runs/faults").Ended(0).Output);
        RealSlurm.Say("scontrol", "update", $"NodeName={RealSlurm.Node}", "State=RESUME");

        var result = run.End().Ended(0);
        Assert.DoesNotContain("FAILED", result.Error);
        Assert.Equal(
            Results(slurm.Local, "faults"),
            study.Do("report", "runs/faults") is { Code: 0 }
                ? File.ReadAllText(study["runs", "faults", "results.json"])
                : ""
        );
        var starts = SlurmStudy.Starts(study.Store);
        Assert.Equal(2, starts["train P on the source"]);
        Assert.Equal(
            2,
            starts.Where(task => task.Key.StartsWith("train ink", StringComparison.Ordinal)).Max(task => task.Value)
        );
        Assert.Contains(RealSlurm.Elements("faults"), element =>
            element.StartsWith("CANCELLED", StringComparison.Ordinal)
        );
        HostileInput.Note("faults injected", 4);
    }

    [Fact]
    public void Two_runs_continue_the_jobs_that_Ctrl_C_left_and_start_no_task_twice()
    {
        slurm.Cluster();
        using var study = SlurmStudy.Make("tiny");
        string[] place = ["--out", "it's \"here\" 100%/tiny", "--store", study.Store];
        using (var run = Command.StartGroup(study.Path, ["run", "study.yaml", "--executor", "slurm", .. place]))
        {
            LongStudy.InTraining(study, run, "train P");
            run.InterruptGroup();
            var result = run.End().Ended(130).Error;
            const string quoted = @"'it'\\''s ""here"" 100%/tiny'";
            Assert.Matches(@"Finished tasks are kept\. \d+ jobs? continues? in Slurm\.\n", result);
            Assert.Matches(
                @$"  continue: transferlens run study.yaml --executor slurm --out {quoted} --store \S+\n",
                result
            );
            Assert.Matches(
                @$"  show:     transferlens status {quoted}\n  cancel:   transferlens cancel {quoted}\n",
                result
            );
        }

        var status = study.Do("status", place[1]).Ended(0).Output;
        Assert.Matches(@"(?m)^(running|queued) +train .* Slurm job \d+_\d+", status);
        Assert.Matches(@"(?m)^queued +distances on ink +Slurm job \d+_\d+, (pending|running)", status);
        var jobs = RealSlurm.Elements("tiny").Count;
        using (var one = Start(study, place))
        using (var two = Start(study, place))
        {
            one.End().Ended(0);
            two.End().Ended(0);
        }

        Assert.Equal(jobs, RealSlurm.Elements("tiny").Count);
        Assert.All(SlurmStudy.Starts(study.Store), task =>
            Assert.True(task.Value == 1, $"{task.Key} was started {task.Value} times")
        );
        Assert.Equal(slurm.Local, File.ReadAllBytes(study[place[1], "results.json"]));
        HostileInput.Note("faults injected", 2);
    }

    [Fact]
    public void A_cancelled_run_leaves_no_job_and_continues_when_it_is_run_again()
    {
        slurm.Cluster();
        using var study = SlurmStudy.MakeSmall("ended");
        string[] longer = ["--set", "runs.RI-T.epochs=160"];
        using (var run = Start(study, longer))
        {
            LongStudy.InTraining(study, run);
            Assert.Matches(
                @"^Cancelled \d+ jobs?\. Finished tasks are kept\.\n$",
                study.Do("cancel", "runs/ended").Ended(0).Output
            );
            Assert.Contains("The run was cancelled by `transferlens cancel`", run.End().Ended(130).Error);
        }

        Assert.Empty(RealSlurm.Elements("ended", "PENDING,RUNNING,COMPLETING"));
        var status = study.Do("status", "runs/ended").Ended(0).Output;
        Assert.DoesNotContain("queued", status);
        Assert.True(status.Contains("interrupted at ", StringComparison.Ordinal), status);
        Assert.Contains("No job of this run is queued or running", study.Do("cancel", "runs/ended").Ended(0).Output);

        // This machine computes the rest: the store is the same.
        study.Run(longer).Ended(0);
    }

    [Fact]
    public void A_job_that_exceeds_its_time_limit_is_retried()
    {
        slurm.Cluster();
        var result = slurm.OverTime.End().Ended(0);
        Assert.DoesNotContain("FAILED", result.Error);
        Assert.Contains(RealSlurm.Elements("overtime"), element =>
            element.StartsWith("TIMEOUT", StringComparison.Ordinal)
        );
        Assert.Contains(
            Directory
                .GetFiles(Path.Combine(slurm.OverTimeStore, "slurm"), "slurm-0.txt", SearchOption.AllDirectories)
                .Select(File.ReadAllText),
            text => text.Contains("TIME LIMIT", StringComparison.Ordinal)
        );
        HostileInput.Note("faults injected", 1);
    }

    [Fact]
    public void An_unusable_image_is_reported_at_once_and_not_retried()
    {
        slurm.Cluster();
        using var study = SlurmStudy.MakeSmall("bad");
        File.WriteAllText(study["target", "train", "bar", "00.png"], "no image");
        var result = Start(study).End().Ended(1).Error;
        Assert.Matches("transferlens: the task 'decode ink, training images' failed: .*00.png", result);
        Assert.Equal(1, SlurmStudy.Starts(study.Store)["decode ink, training images"]);
        Until(
            () => RealSlurm.Elements("bad", "PENDING,RUNNING,COMPLETING").Count == 0,
            "no job is left of a run that failed"
        );
        Assert.Matches(
            @"^Slurm refuses the study's jobs: .*nvalid partition.*\. Correct the study's Slurm settings",
            Command
                .Run(
                    study.Path,
                    "run",
                    "study.yaml",
                    "--executor",
                    "slurm",
                    "--partition",
                    "nowhere",
                    "--store",
                    study["other"]
                )
                .Refused()
        );
    }

    /// <summary>Runs last the test that waits more than a minute for a time limit.</summary>
    internal sealed class LongestWaitLast : ITestMethodOrderer
    {
        public IReadOnlyCollection<T?> OrderTestMethods<T>(IReadOnlyCollection<T?> testMethods)
            where T : notnull, ITestMethod =>
            [.. testMethods.OrderBy(test => test?.MethodName == nameof(A_job_that_exceeds_its_time_limit_is_retried))];
    }

    private static Command Start(TinyStudy study, params IEnumerable<string> more) =>
        Command.Start(study.Path, ["run", "study.yaml", "--executor", "slurm", .. more]);

    // Studies that differ only in their names have results that differ only there.
    private static string Results(byte[] tiny, string name) =>
        System
            .Text.Encoding.UTF8.GetString(tiny)
            .Replace("\"study\": \"tiny\"", $"\"study\": \"{name}\"", StringComparison.Ordinal);

    private static string Running(string study) => Assert.Single(RealSlurm.Elements(study, "RUNNING")).Split(' ')[1];

    private static int Worker(string key) =>
        Directory
            .GetDirectories("/proc")
            .Select(Path.GetFileName)
            .Where(name => int.TryParse(name, out _))
            .Select(int.Parse!)
            .First(id =>
                CommandLine(id) is var line
                && line.Contains($"task\0{key}\0", StringComparison.Ordinal)
                && !line.StartsWith("/bin/bash", StringComparison.Ordinal)
            );

    private static string CommandLine(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/cmdline");
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static void Until(Func<bool> isReached, string what)
    {
        for (var watch = Stopwatch.StartNew(); !isReached(); Thread.Sleep(100))
        {
            Assert.True(watch.Elapsed < TimeSpan.FromMinutes(1), $"not within a minute: {what}");
        }
    }
}
