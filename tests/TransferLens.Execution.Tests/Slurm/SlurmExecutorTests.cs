using System.Text.Json.Nodes;
using TransferLens.Execution.Artifacts;
using TransferLens.Execution.Slurm;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Tests;

namespace TransferLens.Execution.Tests.Slurm;

/// <summary>The executor with a Slurm that does at once what the tests say: each submitted element ends in a state of their choice.</summary>
public sealed class SlurmExecutorTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly ArtifactStore store;
    private readonly RecordedSlurm slurm = new();
    private readonly Dictionary<string, (string Name, string[] States)> jobs = [];

    public SlurmExecutorTests()
    {
        store = new(folder["store"]);
        slurm.Answer = Answer;
    }

    public void Dispose() => folder.Dispose();

    /// <summary>How the first, second, ... job of a task ends; the last of them holds for all after. A state alone; or with what the worker says, and whether it refuses.</summary>
    private Func<TaskSpec, int, (string State, string? Says, bool Refused)> Ends { get; set; } =
        (_, _) => ("COMPLETED", null, false);

    private readonly Dictionary<string, int> tried = [];

    [Fact]
    public async Task Tasks_are_submitted_in_the_order_of_the_graph_and_done()
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
    [InlineData("FAILED", "its process ended with code 1 and said no more", "ended as FAILED")]
    [InlineData(
        "OUT_OF_MEMORY",
        "its process ended with code 1 and said no more",
        "used more memory than it asked for (OUT_OF_MEMORY)"
    )]
    [InlineData("NODE_FAIL", "it did not come to its end", "lost its node (NODE_FAIL)")]
    [InlineData("TIMEOUT", "it did not come to its end", "ran into its time limit (TIMEOUT)")]
    public async Task A_task_is_tried_again_and_then_reported_with_its_log_and_slurms_state(
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
        Assert.Matches(
            $@"^{why}; its Slurm job \d+_0, the last of 2 tries, {System.Text.RegularExpressions.Regex.Escape(ending)}; the log is {store.Running(task.Key).Log}$",
            outcomes[0].Problem
        );
        Assert.Equal(outcomes[0].Problem, store.Running(task.Key).Failure());
    }

    [Fact]
    public async Task A_task_that_fails_once_is_done_by_its_second_job()
    {
        Ends = (_, job) => (job == 1 ? "PREEMPTED" : "COMPLETED", null, false);
        Assert.Equal(TaskState.Done, Assert.Single(await RunAsync([SomeTasks.Named("some", 1000)])).State);
    }

    [Fact]
    public async Task What_cannot_be_used_is_not_tried_again_and_told_in_its_own_words()
    {
        Ends = (_, _) => ("FAILED", "The image is none; remove it.", true);
        var task = SomeTasks.Named("some", 1000);
        Assert.Equal("The image is none; remove it.", Assert.Single(await RunAsync([task], retries: 5)).Problem);
        Assert.Equal(1, tried[task.Key]);
    }

    [Fact]
    public async Task A_job_that_comes_to_none_of_its_tasks_is_laid_to_the_first_and_slurms_own_log_is_named()
    {
        Ends = (_, _) => ("NOTHING", null, false);
        var outcome = Assert.Single(await RunAsync([SomeTasks.Named("some", 1000)], retries: 0));
        Assert.Matches(
            @"^its job came to an end before it; its Slurm job 1_0 ended as FAILED; the log is .*/slurm-0\.txt$",
            outcome.Problem
        );
    }

    [Fact]
    public async Task A_controller_that_is_silent_for_a_while_is_waited_for()
    {
        var asked = 0;
        slurm.Answer = (program, arguments) =>
            program == "squeue" && ++asked is 3 or 4
                ? new(1, "", "slurm_load_jobs error: Unable to contact slurm controller (connect failure)")
                : Answer(program, arguments);
        Assert.Equal(TaskState.Done, Assert.Single(await RunAsync([SomeTasks.Named("some", 1000)])).State);
    }

    [Fact]
    public async Task Whether_a_job_was_taken_is_looked_up_when_sbatch_had_no_answer()
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
    public async Task A_job_that_slurm_does_not_take_is_told_with_its_words()
    {
        slurm.Answer = (program, arguments) =>
            program == "sbatch"
                ? new(
                    1,
                    "",
                    "sbatch: error: invalid partition specified: nowhere\nsbatch: error: Batch job submission failed: Invalid partition name specified\n"
                )
                : Answer(program, arguments);
        var refused = await Assert.ThrowsAsync<InputException>(() => RunAsync([SomeTasks.Named("some", 1000)]));
        Assert.Equal(
            "Slurm does not take the study's jobs: sbatch: error: invalid partition specified: nowhere; sbatch: error: Batch job submission failed: Invalid partition name specified; mend `slurm:` in the study file or the options, and give the same command again.",
            refused.Message
        );
        Assert.Empty(Directory.GetFiles(folder["store", "slurm", "live"]));
    }

    [Fact]
    public async Task A_limit_that_the_second_array_meets_is_waited_out_while_the_first_is_in_the_queue()
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
                return new(
                    1,
                    "",
                    "sbatch: error: QOSMaxSubmitJobPerUserLimit\nsbatch: error: Batch job submission failed: Job violates accounting/QOS policy"
                );
            }

            var said = Answer(program, arguments);
            return program == "squeue" && submitted == 2 && ++listed < 3
                ? said! with
                {
                    Output = said.Output.Replace("COMPLETED", "PENDING", StringComparison.Ordinal),
                }
                : said;
        };
        Assert.All(await RunAsync([first, after]), outcome => Assert.Equal(TaskState.Done, outcome.State));
        Assert.Equal(3, submitted);
    }

    [Fact]
    public async Task A_slurm_that_is_not_configured_here_is_not_laid_to_the_study()
    {
        slurm.Answer = (program, _) => new(1, "", $"{program}: fatal: Could not establish a configuration source");
        var refused = await Assert.ThrowsAsync<InputException>(() => RunAsync([SomeTasks.Named("some", 1000)]));
        Assert.Equal(
            "Slurm is not configured on this machine: sbatch: fatal: Could not establish a configuration source; give the same command again when it is.",
            refused.Message
        );
        var there = await Assert.ThrowsAsync<InputException>(() => new SlurmQueue(slurm).CheckAsync());
        Assert.Equal(
            "Slurm cannot be used from this machine: squeue: fatal: Could not establish a configuration source; run this where jobs are submitted from, or without --executor slurm.",
            there.Message
        );
    }

    [Fact]
    public async Task A_run_cannot_be_cancelled_without_slurm_and_no_mark_is_left()
    {
        Directory.CreateDirectory(folder["run"]);
        slurm.Answer = (program, _) => throw new InputException($"no {program}");
        Assert.Equal(
            (0, 0),
            await new SlurmJobs(store, new(slurm), folder["run"]).CancelAsync(
                TimeProvider.System,
                TimeSpan.Zero,
                TestContext.Current.CancellationToken
            )
        );
        Assert.Empty(Directory.GetFiles(folder["run"]));
    }

    [Fact]
    public async Task Jobs_that_slurm_has_forgotten_are_asked_of_the_accounting_and_without_one_their_end_is_unknown()
    {
        Ends = (_, _) => ("FORGOTTEN", null, false);
        Assert.Contains(
            "Slurm does not know any more how",
            Assert.Single(await RunAsync([SomeTasks.Named("some", 1000)], retries: 0)).Problem
        );
        Assert.Equal(1, slurm.Asked.Count(asked => asked.StartsWith("sacct", StringComparison.Ordinal))); // "accounting storage is disabled": once is enough
    }

    [Fact]
    public async Task A_run_that_is_done_leaves_nothing_that_could_be_in_the_queue()
    {
        Ends = (_, _) => ("COMPLETED", null, false);
        slurm.Answer = (program, arguments) =>
            Answer(program, arguments) is { } said
                ? said with
                {
                    Output = said.Output.Replace("COMPLETED", "COMPLETING", StringComparison.Ordinal),
                }
                : null;
        await RunAsync([SomeTasks.Named("some", 1000)]);
        Assert.Empty(Directory.GetFiles(folder["store", "slurm", "live"]));
        Assert.False(new SlurmJobs(store, new(slurm), folder["run"]).MayHaveSome);
    }

    [Fact]
    public async Task A_job_that_waits_for_a_task_that_failed_is_ended()
    {
        Ends = (task, _) => (task.Title == "do some" ? "FAILED" : "PENDING", null, false);
        await RunAsync(
            [SomeTasks.Named("some", 1000), SomeTasks.Named("after", 1000, SomeTasks.Named("some", 1000))],
            retries: 0
        );
        Assert.Contains("scancel --quiet 2_0", slurm.Asked);
    }

    [Fact]
    public async Task A_held_job_is_ended_and_tried_again()
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
            TimeProvider.System
        )
        {
            Glance = TimeSpan.FromMilliseconds(5),
        };
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

    // What the jobs of an element do, at once.
    private string Compute(string submission, int element, string line)
    {
        var state = "COMPLETED";
        foreach (var task in line.Split(' ').Select(store.Task))
        {
            var (end, says, refused) = Ends(task, tried[task.Key] = tried.GetValueOrDefault(task.Key) + 1);
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
            else if (says is not null)
            {
                store.Running(task.Key).Fail(says, refused);
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
