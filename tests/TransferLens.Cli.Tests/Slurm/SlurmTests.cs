using System.Diagnostics;
using TransferLens.Cli.Tests.Runs;
using TransferLens.Tests;
using Xunit.Sdk;
using Xunit.v3;

namespace TransferLens.Cli.Tests.Slurm;

/// <summary>Studies through a real controller and a real node's daemon, with what happens to jobs on a cluster.</summary>
[TestMethodOrderer(typeof(LongestWaitLast))]
public sealed class SlurmTests(SlurmStudy slurm) : IClassFixture<SlurmStudy>
{
    [Fact]
    public void Jobs_that_are_cancelled_and_killed_a_drained_node_and_a_controller_that_restarts_change_no_byte()
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

        var said = run.End().Ended(0);
        Assert.DoesNotContain("FAILED", said.Error);
        Assert.Equal(
            Results(slurm.Local, "faults"),
            study.Do("report", "runs/faults") is { Code: 0 }
                ? File.ReadAllText(study["runs", "faults", "results.json"])
                : ""
        );
        var begun = SlurmStudy.Begun(study.Store);
        Assert.Equal(2, begun["train P on the source"]);
        Assert.Equal(
            2,
            begun.Where(task => task.Key.StartsWith("train ink", StringComparison.Ordinal)).Max(task => task.Value)
        );
        Assert.Contains(RealSlurm.Elements("faults"), element =>
            element.StartsWith("CANCELLED", StringComparison.Ordinal)
        );
        HostileInput.Note("faults injected", 4);
    }

    [Fact]
    public void Ctrl_C_leaves_jobs_that_two_runs_at_once_pick_up_and_no_task_is_begun_twice()
    {
        slurm.Cluster();
        using var study = SlurmStudy.Make("tiny");
        string[] place = ["--out", "it's \"here\" 100%/tiny", "--store", study.Store];
        using (var run = Command.StartGroup(study.Path, ["run", "study.yaml", "--executor", "slurm", .. place]))
        {
            LongStudy.InTraining(study, run, "train P");
            run.InterruptGroup();
            var said = run.End().Ended(130).Error;
            Assert.Matches(
                @"What is done is kept, and \d+ jobs? go on in Slurm\. `transferlens run study.yaml --executor slurm --out 'it'\\''s ""here"" 100%/tiny' --store \S+` picks them up, `transferlens status 'it'\\''s ""here"" 100%/tiny'` shows them, `transferlens cancel ",
                said
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
        Assert.All(SlurmStudy.Begun(study.Store), task =>
            Assert.True(task.Value == 1, $"{task.Key} was begun {task.Value} times")
        );
        Assert.Equal(slurm.Local, File.ReadAllBytes(study[place[1], "results.json"]));
        HostileInput.Note("faults injected", 2);
    }

    [Fact]
    public void A_cancelled_run_leaves_no_job_and_goes_on_when_it_is_run_again()
    {
        slurm.Cluster();
        using var study = SlurmStudy.MakeSmall("ended");
        string[] longer = ["--set", "runs.RI-T.epochs=40"];
        using (var run = Start(study, longer))
        {
            LongStudy.InTraining(study, run);
            Assert.Matches(
                @"^Ended \d+ jobs?; what is done is kept\.\n$",
                study.Do("cancel", "runs/ended").Ended(0).Output
            );
            Assert.Contains("The run was cancelled by `transferlens cancel`", run.End().Ended(130).Error);
        }

        Assert.Empty(RealSlurm.Elements("ended", "PENDING,RUNNING,COMPLETING"));
        var status = study.Do("status", "runs/ended").Ended(0).Output;
        Assert.DoesNotContain("queued", status);
        Assert.True(status.Contains("broken off at ", StringComparison.Ordinal), status);
        Assert.Contains("No job of this run waits or runs", study.Do("cancel", "runs/ended").Ended(0).Output);

        // What is left goes on here: the store is the same.
        study.Run(longer).Ended(0);
    }

    [Fact]
    public void A_job_that_takes_longer_than_it_may_is_tried_again()
    {
        slurm.Cluster();
        var said = slurm.OverTime.End().Ended(0);
        Assert.DoesNotContain("FAILED", said.Error);
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
    public void What_cannot_be_used_is_told_at_once_and_not_tried_again()
    {
        slurm.Cluster();
        using var study = SlurmStudy.MakeSmall("bad");
        File.WriteAllText(study["target", "train", "bar", "00.png"], "no image");
        var said = Start(study).End().Ended(1).Error;
        Assert.Matches("transferlens: the task 'decode ink, training images' failed: .*00.png", said);
        Assert.Equal(1, SlurmStudy.Begun(study.Store)["decode ink, training images"]);
        Until(
            () => RealSlurm.Elements("bad", "PENDING,RUNNING,COMPLETING").Count == 0,
            "no job is left of a run that failed"
        );
        Assert.Matches(
            @"^Slurm does not take the study's jobs: .*nvalid partition.*; mend `slurm:` in the study file or the options",
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

    /// <summary>The job that is over its time limit only after more than a minute is waited for when all else is done.</summary>
    internal sealed class LongestWaitLast : ITestMethodOrderer
    {
        public IReadOnlyCollection<T?> OrderTestMethods<T>(IReadOnlyCollection<T?> testMethods)
            where T : notnull, ITestMethod =>
            [
                .. testMethods.OrderBy(test =>
                    test?.MethodName == nameof(A_job_that_takes_longer_than_it_may_is_tried_again)
                ),
            ];
    }

    private static Command Start(TinyStudy study, params IEnumerable<string> more) =>
        Command.Start(study.Path, ["run", "study.yaml", "--executor", "slurm", .. more]);

    // Studies that differ in their name alone have results that do.
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

    private static void Until(Func<bool> holds, string what)
    {
        for (var watch = Stopwatch.StartNew(); !holds(); Thread.Sleep(100))
        {
            Assert.True(watch.Elapsed < TimeSpan.FromMinutes(1), $"not within a minute: {what}");
        }
    }
}
