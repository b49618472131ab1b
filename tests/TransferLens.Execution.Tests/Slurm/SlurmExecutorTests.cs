using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TransferLens.Execution.Artifacts;
using TransferLens.Execution.Slurm;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Tests;

namespace TransferLens.Execution.Tests.Slurm;

/// <summary>
/// The executor with recorded answers of Slurm. Each submitted element ends at once, in a state that the test chooses.
/// </summary>
public sealed class SlurmExecutorTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly SkippingTime time = new();
    private readonly ArtifactStore store;
    private readonly RecordedSlurm slurm = new();
    private readonly Dictionary<string, (string Name, string[] States)> jobs = [];

    public SlurmExecutorTests()
    {
        store = new(folder["store"]);
        slurm.Answer = Answer;
    }

    public void Dispose() => folder.Dispose();

    // How job number 1, 2, ... of a task ends: Slurm's state, the recorded reason, and whether the task was refused.
    private Func<TaskSpec, int, (string State, string? Reason, bool Refused)> Ends { get; set; } =
        (_, _) => ("COMPLETED", null, false);

    private readonly Dictionary<string, int> tried = [];

    [Fact]
    public async Task Tasks_are_submitted_after_their_inputs_and_done()
    {
        var (first, after) = (
            SomeTasks.Named("first", 1000),
            SomeTasks.Named("after", 1000, SomeTasks.Named("first", 1000))
        );
        var outcomes = await RunAsync([first, after]);
        Assert.All(outcomes, outcome => Assert.Equal(TaskState.Done, outcome.State));
        var scripts = Scripts();
        Assert.Equal(2, scripts.Count);
        Assert.Contains(scripts, script =>
            script.Contains("#SBATCH --dependency=afterany:1_0", StringComparison.Ordinal)
        );
        Assert.Empty(Directory.GetFiles(folder["store", "slurm", "live"]));
    }

    [Theory]
    [InlineData("FAILED", "its process ended with code 1 and reported no error", "ended as FAILED")]
    [InlineData(
        "OUT_OF_MEMORY",
        "its process ended with code 1 and reported no error",
        "used more memory than it requested (OUT_OF_MEMORY)"
    )]
    [InlineData("NODE_FAIL", "it was interrupted", "lost its node (NODE_FAIL)")]
    [InlineData("TIMEOUT", "it was interrupted", "reached its time limit (TIMEOUT)")]
    public async Task A_failed_task_is_retried_and_then_reported_with_its_log_and_slurms_state(
        string state,
        string why,
        string ending
    )
    {
        Ends = (_, _) => (state, null, false);
        var (task, after) = (
            SomeTasks.Named("some", 1000),
            SomeTasks.Named("after", 1000, SomeTasks.Named("some", 1000))
        );
        var outcomes = await RunAsync([task, after], retries: 1);
        Assert.Equal([TaskState.Failed, TaskState.Skipped], outcomes.Select(outcome => outcome.State));
        Assert.Equal(2, tried[task.Key]);
        var log = Regex.Escape(store.Running(task.Key).Log);
        Assert.Matches(
            $@"^{why}; its Slurm job \d+_0, the last of 2 attempts, {Regex.Escape(ending)}; its log is {log}$",
            outcomes[0].Problem
        );
        Assert.Equal(outcomes[0].Problem, store.Running(task.Key).Failure());
    }

    [Fact]
    public async Task A_task_that_fails_once_is_finished_by_its_second_job()
    {
        Ends = (_, job) => (job == 1 ? "PREEMPTED" : "COMPLETED", null, false);
        Assert.Equal(TaskState.Done, Assert.Single(await RunAsync([SomeTasks.Named("some", 1000)])).State);
    }

    [Fact]
    public async Task A_refused_task_is_not_retried_and_its_reason_is_quoted()
    {
        Ends = (_, _) => ("FAILED", "The image is unreadable; remove it.", true);
        var task = SomeTasks.Named("some", 1000);
        Assert.Equal("The image is unreadable; remove it.", Assert.Single(await RunAsync([task], retries: 5)).Problem);
        Assert.Equal(1, tried[task.Key]);
    }

    [Fact]
    public async Task A_job_that_starts_no_task_fails_its_first_task_with_slurms_log()
    {
        Ends = (_, _) => ("NOTHING", null, false);
        var outcome = Assert.Single(await RunAsync([SomeTasks.Named("some", 1000)], retries: 0));
        Assert.Matches(
            @"^its job ended before it started; its Slurm job 1_0 ended as FAILED; its log is .*/slurm-0\.txt$",
            outcome.Problem
        );
    }

    [Fact]
    public async Task A_controller_that_does_not_answer_for_a_while_is_awaited()
    {
        var asked = 0;
        slurm.Answer = (program, arguments) =>
            program == "squeue" && ++asked is 3 or 4
                ? new(1, "", "slurm_load_jobs error: Unable to contact slurm controller (connect failure)")
                : Answer(program, arguments);
        Assert.Equal(TaskState.Done, Assert.Single(await RunAsync([SomeTasks.Named("some", 1000)])).State);
    }

    [Fact]
    public async Task A_job_is_looked_up_when_sbatch_had_no_answer()
    {
        var lost = true;
        slurm.Answer = (program, arguments) =>
        {
            var answer = Answer(program, arguments);
            if (program == "sbatch" && lost)
            {
                lost = false;
                return new(
                    1,
                    "",
                    "sbatch: error: Batch job submission failed: Socket timed out on send/recv operation"
                );
            }

            return answer;
        };
        Assert.Equal(TaskState.Done, Assert.Single(await RunAsync([SomeTasks.Named("some", 1000)])).State);
        Assert.Single(Scripts());
    }

    [Fact]
    public async Task A_job_that_slurm_refuses_is_reported_in_its_words()
    {
        const string first = "sbatch: error: invalid partition specified: nowhere";
        const string second = "sbatch: error: Batch job submission failed: Invalid partition name specified";
        slurm.Answer = (program, arguments) =>
            program == "sbatch" ? new(1, "", $"{first}\n{second}\n") : Answer(program, arguments);
        var refused = await Assert.ThrowsAsync<InputException>(() => RunAsync([SomeTasks.Named("some", 1000)]));
        Assert.Equal(
            $"Slurm refuses the study's jobs: {first}; {second}. "
                + "Correct the study's Slurm settings and run the same command again.",
            refused.Message
        );
        Assert.Empty(Directory.GetFiles(folder["store", "slurm", "live"]));
    }

    [Fact]
    public async Task An_array_that_exceeds_a_limit_is_submitted_later_while_another_is_queued()
    {
        var (first, after) = (
            SomeTasks.Named("first", 1000),
            SomeTasks.Named("after", 1000, SomeTasks.Named("first", 1000))
        );
        var (submitted, listed) = (0, 0);
        slurm.Answer = (program, arguments) =>
        {
            if (program == "sbatch" && ++submitted == 2)
            {
                const string policy = "Batch job submission failed: Job violates accounting/QOS policy";
                return new(1, "", $"sbatch: error: QOSMaxSubmitJobPerUserLimit\nsbatch: error: {policy}");
            }

            var answer = Answer(program, arguments);
            return program == "squeue" && submitted == 2 && ++listed < 3
                ? answer! with
                {
                    Output = answer.Output.Replace("COMPLETED", "PENDING", StringComparison.Ordinal),
                }
                : answer;
        };
        Assert.All(await RunAsync([first, after]), outcome => Assert.Equal(TaskState.Done, outcome.State));
        Assert.Equal(3, submitted);
    }

    [Fact]
    public async Task A_machine_without_a_configuration_is_not_blamed_on_the_study()
    {
        const string fatal = "fatal: Could not establish a configuration source";
        slurm.Answer = (program, _) => new(1, "", $"{program}: {fatal}");
        var refused = await Assert.ThrowsAsync<InputException>(() => RunAsync([SomeTasks.Named("some", 1000)]));
        Assert.Equal(
            $"Slurm is not configured on this machine: sbatch: {fatal}. Run the same command again when it is.",
            refused.Message
        );
        var there = await Assert.ThrowsAsync<InputException>(() => new SlurmQueue(slurm).CheckAsync());
        Assert.Equal(
            $"Slurm cannot be used from this machine: squeue: {fatal}. "
                + "Run this on a machine from which jobs are submitted, or use another executor.",
            there.Message
        );
    }

    [Fact]
    public async Task Cancelling_a_run_on_a_machine_without_slurm_leaves_no_mark()
    {
        Directory.CreateDirectory(folder["run"]);
        slurm.Answer = (program, _) => throw new InputException($"no {program}");
        Assert.Equal(
            (0, 0),
            await new SlurmJobs(store, new(slurm), folder["run"]).CancelAsync(
                time,
                TimeSpan.Zero,
                TestContext.Current.CancellationToken
            )
        );
        Assert.Empty(Directory.GetFiles(folder["run"]));
    }

    [Fact]
    public async Task Jobs_that_slurm_has_forgotten_are_looked_up_in_the_accounting()
    {
        Ends = (_, _) => ("FORGOTTEN", null, false);
        Assert.Contains(
            "Slurm no longer knows how",
            Assert.Single(await RunAsync([SomeTasks.Named("some", 1000)], retries: 0)).Problem
        );
        // After "accounting storage is disabled" it is not asked again.
        Assert.Single(slurm.Asked, asked => asked.StartsWith("sacct", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_finished_run_leaves_no_live_submission()
    {
        Ends = (_, _) => ("COMPLETED", null, false);
        slurm.Answer = (program, arguments) =>
            Answer(program, arguments) is { } answer
                ? answer with
                {
                    Output = answer.Output.Replace("COMPLETED", "COMPLETING", StringComparison.Ordinal),
                }
                : null;
        await RunAsync([SomeTasks.Named("some", 1000)]);
        Assert.Empty(Directory.GetFiles(folder["store", "slurm", "live"]));
        Assert.False(new SlurmJobs(store, new(slurm), folder["run"]).MayExist);
    }

    [Fact]
    public async Task A_job_that_waits_for_a_failed_task_is_cancelled()
    {
        Ends = (task, _) => (task.Title == "do some" ? "FAILED" : "PENDING", null, false);
        await RunAsync(
            [SomeTasks.Named("some", 1000), SomeTasks.Named("after", 1000, SomeTasks.Named("some", 1000))],
            retries: 0
        );
        Assert.Contains("scancel --quiet 2_0", slurm.Asked);
    }

    [Fact]
    public async Task A_held_job_is_cancelled_and_submitted_again()
    {
        Ends = (_, job) => (job == 1 ? "REQUEUE_HOLD" : "COMPLETED", null, false);
        Assert.Equal(TaskState.Done, Assert.Single(await RunAsync([SomeTasks.Named("some", 1000)])).State);
        Assert.Contains("scancel --quiet 1_0", slurm.Asked);
    }

    private async Task<IReadOnlyList<TaskOutcome>> RunAsync(TaskSpec[] tasks, int retries = 2)
    {
        var settings = SlurmSettings.Default with { Retries = retries, ImagesPerJob = 10, Poll = 0 };
        var executor = new SlurmExecutor(
            store,
            new(slurm),
            new("some", folder["run"], settings, "transferlens", folder.Path),
            time
        );
        return await executor.RunAsync(tasks, _ => { }, TestContext.Current.CancellationToken);
    }

    private List<string> Scripts() =>
        [
            .. Directory
                .GetFiles(folder["store", "slurm"], "job.sh", SearchOption.AllDirectories)
                .Select(File.ReadAllText),
        ];

    private ProgramOutput? Answer(string program, IReadOnlyList<string> arguments)
    {
        switch (program)
        {
            case "sbatch":
                var submission = Path.GetDirectoryName(arguments[1])!;
                var name = (string)
                    JsonNode.Parse(File.ReadAllText(Path.Combine(submission, "submission.json")))!["name"]!;
                var lines = File.ReadAllLines(Path.Combine(submission, "tasks"));
                jobs.Add($"{jobs.Count + 1}", (name, [.. lines.Select((line, i) => Compute(submission, i, line))]));
                return new(0, $"{jobs.Count}\n", "");
            case "squeue":
                return new(
                    0,
                    string.Concat(
                        jobs.SelectMany(job =>
                            job.Value.States.Select(
                                (state, i) =>
                                    state == "FORGOTTEN" ? "" : $"{job.Key}|{i}|{state}|{job.Value.Name}|None\n"
                            )
                        )
                    ),
                    ""
                );
            case "sacct":
                return new(1, "", "Slurm accounting storage is disabled\n");
            default:
                return null;
        }
    }

    // Does at once what the jobs of an element do.
    private string Compute(string submission, int element, string line)
    {
        var state = "COMPLETED";
        foreach (var task in line.Split(' ').Select(store.ReadTask))
        {
            var (end, reason, refused) = Ends(task, tried[task.Key] = tried.GetValueOrDefault(task.Key) + 1);
            if (end is "NOTHING" or "PENDING")
            {
                return end == "PENDING" ? end : "FAILED";
            }

            state = end;
            File.AppendAllText(Path.Combine(submission, $"trace-{element}"), $"{task.Key} begun\n");
            using var lease = store.Running(task.Key).Take(() => { });
            var output = store.Running(task.Key).Begin(lease);
            if (end == "COMPLETED")
            {
                File.WriteAllText(Path.Combine(output, "result.json"), "{}");
                store.Commit(task, output, []);
            }
            else if (reason is not null)
            {
                store.Running(task.Key).Fail(reason, refused);
            }

            if (end is "COMPLETED" or "FAILED" or "OUT_OF_MEMORY")
            {
                File.AppendAllText(
                    Path.Combine(submission, $"trace-{element}"),
                    $"{task.Key} {(end == "COMPLETED" ? 0 : 1)}\n"
                );
            }
        }

        return state;
    }
}
