using System.Diagnostics;
using TransferLens.Execution.Artifacts;
using TransferLens.Execution.Local;
using TransferLens.Studies.Plans;
using TransferLens.Tests;

namespace TransferLens.Execution.Tests.Local;

/// <summary>
/// The workers of these tests are shell scripts. Their working folder is the store, and <c>$KEY</c> is the task's key.
/// </summary>
public sealed class LocalExecutorTests : IDisposable
{
    private const string Makes = "mkdir -p artifacts/$KEY";

    // The lines that close the output of a task.
    private const string Closes = "printf '\\006%s\\n' $KEY; printf '\\006%s\\n' $KEY >&2";

    // Computes one task after another, each by a function "compute".
    private const string Follows = $"compute; {Closes}; while read KEY; do compute; {Closes}; done";

    private static readonly TaskSpec First = SomeTasks.Named("first");

    private readonly TemporaryFolder folder = new();
    private readonly ArtifactStore store;
    private readonly List<TaskOutcome> seen = [];

    public LocalExecutorTests() => store = new(folder.Path);

    [Fact]
    public async Task Inputs_are_done_before_the_tasks_that_read_them()
    {
        var (left, right) = (SomeTasks.Named("left", 1, First), SomeTasks.Named("right", 1, First));
        var last = SomeTasks.Named("last", 1, left, right);
        var outcomes = await Run([First, left, right, last], _ => $"echo $KEY >>order; {Makes}", jobs: 4);
        Assert.All(outcomes, outcome => Assert.Equal(TaskState.Done, outcome.State));
        var order = await File.ReadAllLinesAsync(folder["order"], TestContext.Current.CancellationToken);
        Assert.Equal((First.Key, last.Key, 4), (order[0], order[3], order.Length));
        Assert.Equal([TaskState.Waiting, TaskState.Running, TaskState.Done], States(last));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task The_number_of_jobs_is_the_number_of_tasks_at_a_time(int jobs)
    {
        TaskSpec[] tasks = [.. Enumerable.Range(0, 4).Select(i => SomeTasks.Named($"{i}"))];
        await Run(
            tasks,
            _ => $"mkdir -p now; touch now/$KEY; sleep 0.4; ls now | wc -l >>most; rm now/$KEY; {Makes}",
            jobs
        );
        Assert.Equal(
            jobs,
            (await File.ReadAllLinesAsync(folder["most"], TestContext.Current.CancellationToken)).Max(int.Parse)
        );
    }

    [Fact]
    public async Task The_task_with_the_most_work_behind_it_starts_first()
    {
        var (small, large, begins) = (
            SomeTasks.Named("small", 10),
            SomeTasks.Named("large", 50),
            SomeTasks.Named("begins", 1)
        );
        var ends = SomeTasks.Named("ends", 100, begins);
        await Run([small, large, begins, ends], _ => Makes, jobs: 1);
        Assert.Equal(
            [begins, ends, large, small],
            seen.Where(outcome => outcome.State == TaskState.Done).Select(outcome => outcome.Task)
        );
    }

    [Fact]
    public async Task Intact_artifacts_are_not_computed_again_and_damaged_ones_are()
    {
        var (intact, damaged) = (SomeTasks.Named("intact"), SomeTasks.Named("damaged"));
        foreach (var task in (TaskSpec[])[intact, damaged])
        {
            await File.WriteAllTextAsync(
                Directory.CreateDirectory(folder["made"]).FullName + "/result.json",
                "{}",
                TestContext.Current.CancellationToken
            );
            store.Commit(task, folder["made"], []);
        }

        await File.WriteAllTextAsync(
            folder["artifacts", damaged.Key, "result.json"],
            "{ }",
            TestContext.Current.CancellationToken
        );
        var outcomes = await Run([intact, damaged], _ => $"echo $KEY >>order; {Makes}");
        Assert.Equal(
            [damaged.Key],
            await File.ReadAllLinesAsync(folder["order"], TestContext.Current.CancellationToken)
        );
        Assert.Equal([TaskState.Done], States(intact));
        Assert.All(outcomes, outcome => Assert.Equal(TaskState.Done, outcome.State));
    }

    [Fact]
    public async Task A_failure_skips_the_tasks_that_need_it_and_no_others()
    {
        var (fails, other) = (SomeTasks.Named("fails", 9), SomeTasks.Named("other"));
        var needs = SomeTasks.Named("needs", 1, fails, other);
        var needsThat = SomeTasks.Named("needs that", 1, needs);
        var outcomes = await Run(
            [fails, other, needs, needsThat],
            task => task == fails ? "echo to output; echo to error >&2; exit 3" : Makes,
            jobs: 1
        );
        Assert.Equal(
            [TaskState.Failed, TaskState.Done, TaskState.Skipped, TaskState.Skipped],
            outcomes.Select(outcome => outcome.State)
        );
        var log = store.Running(fails.Key).Log;
        Assert.Equal($"its process ended with code 3 and reported no error; its log is {log}.", outcomes[0].Problem);
        var lines = await File.ReadAllLinesAsync(log, TestContext.Current.CancellationToken);
        Assert.Equal($"== run on {Environment.MachineName}", lines[0]);
        Assert.Equal(["to error", "to output"], lines[1..].Order());
    }

    [Fact]
    public async Task The_log_of_a_task_contains_all_attempts()
    {
        await Run([First], _ => "echo once; exit 1");
        await Run([First], _ => "echo twice; exit 1");
        var heading = $"== run on {Environment.MachineName}";
        Assert.Equal(
            [heading, "once", heading, "twice"],
            await File.ReadAllLinesAsync(store.Running(First.Key).Log, TestContext.Current.CancellationToken)
        );
    }

    [Fact]
    public async Task A_recorded_reason_is_reported_for_its_own_run_only()
    {
        var outcomes = await Run([First], _ => "printf 'The image is corrupt.' >running/$KEY/problem.txt; exit 2");
        Assert.Equal("The image is corrupt.", outcomes[0].Problem);
        outcomes = await Run([First], _ => "exit 2");
        Assert.StartsWith("its process ended with code 2", outcomes[0].Problem);
    }

    [Fact]
    public async Task A_worker_without_an_artifact_has_failed_whatever_its_exit_code() =>
        Assert.Equal(TaskState.Failed, (await Run([First], _ => "exit 0"))[0].State);

    [Fact]
    public async Task A_killed_worker_is_reported_with_its_exit_code() =>
        Assert.StartsWith("its process ended with code 137", (await Run([First], _ => "kill -9 $$"))[0].Problem);

    [Fact]
    public async Task A_worker_computes_several_tasks_and_ends_with_the_run()
    {
        TaskSpec[] tasks = [.. Enumerable.Range(0, 4).Select(i => SomeTasks.Named($"{i}"))];
        const string prints = "echo $$ >>workers; echo output of $KEY; echo error of $KEY >&2";
        var outcomes = await Run(tasks, _ => $"compute() {{ {prints}; {Makes}; }}; {Follows}; touch ended", jobs: 1);
        Assert.All(outcomes, outcome => Assert.Equal(TaskState.Done, outcome.State));
        Assert.Single(
            (await File.ReadAllLinesAsync(folder["workers"], TestContext.Current.CancellationToken)).Distinct()
        );
        Assert.True(File.Exists(folder["ended"]));
        foreach (var task in tasks)
        {
            var lines = await File.ReadAllLinesAsync(
                store.Running(task.Key).Log,
                TestContext.Current.CancellationToken
            );
            Assert.Equal(
                [$"== run on {Environment.MachineName}", $"error of {task.Key}", $"output of {task.Key}"],
                lines.Order()
            );
        }
    }

    [Fact]
    public async Task A_failed_task_ends_its_worker_and_the_next_task_gets_a_new_one()
    {
        TaskSpec[] tasks = [.. Enumerable.Range(0, 3).Select(i => SomeTasks.Named($"{i}", 10 - i))];
        var outcomes = await Run(
            tasks,
            _ => $"compute() {{ echo $$ >>workers; [ $KEY != {tasks[1].Key} ] || exit 3; {Makes}; }}; {Follows}",
            jobs: 1
        );
        Assert.Equal([TaskState.Done, TaskState.Failed, TaskState.Done], outcomes.Select(outcome => outcome.State));
        Assert.StartsWith("its process ended with code 3", outcomes[1].Problem);
        var workers = await File.ReadAllLinesAsync(folder["workers"], TestContext.Current.CancellationToken);
        Assert.True(workers[0] == workers[1] && workers[1] != workers[2]);
    }

    [Fact]
    public async Task A_worker_that_exits_while_idle_is_replaced()
    {
        var slow = SomeTasks.Named("slow");
        var last = SomeTasks.Named("last", 1, slow);
        var outcomes = await Run([First, slow, last], task =>
            $"{(task == slow ? "sleep 1" : "true")}; {Makes}; {Closes}"
        );
        Assert.All(outcomes, outcome => Assert.Equal(TaskState.Done, outcome.State));
    }

    [Fact]
    public async Task A_worker_that_exits_when_it_is_given_a_task_is_replaced()
    {
        // It exits long after it closed the output of its task, without reading its input.
        var next = SomeTasks.Named("next", 1, First);
        var outcomes = await Run(
            [First, next],
            task => $"{Makes}; {Closes}; {(task == First ? "sleep 1" : "true")}",
            jobs: 1
        );
        Assert.All(outcomes, outcome => Assert.Equal(TaskState.Done, outcome.State));
    }

    [Fact]
    public async Task The_progress_of_a_worker_is_reported()
    {
        await Run([First], _ =>
            "echo '{\"fraction\": 0.5, \"message\": \"epoch 1/2\"}' >running/$KEY/progress.json; sleep 1; " + Makes
        );
        Assert.Contains(seen, outcome => outcome.Progress == new TaskProgress(0.5, "epoch 1/2"));
        Assert.Equal(TaskState.Done, seen[^1].State);
    }

    [Fact]
    public async Task Cancellation_closes_the_input_of_workers_and_starts_no_more()
    {
        using var cancellation = new CancellationTokenSource();
        var next = SomeTasks.Named("next");
        var run = Run([First, next], _ => "cat >/dev/null; touch stopped", jobs: 1, cancellation: cancellation);
        while (!File.Exists(store.Running(First.Key).Log))
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        Assert.False(run.IsCompleted);
        await cancellation.CancelAsync();
        var outcomes = await run.WaitAsync(TimeSpan.FromSeconds(15), TestContext.Current.CancellationToken);
        Assert.All(outcomes, outcome => Assert.Equal(TaskState.Skipped, outcome.State));
        Assert.True(File.Exists(folder["stopped"]));
        Assert.False(File.Exists(store.Running(next.Key).Log));
    }

    [Fact]
    public async Task A_task_that_finishes_during_cancellation_is_done()
    {
        using var cancellation = new CancellationTokenSource();
        var run = Run([First], _ => $"touch begun; cat >/dev/null; {Makes}", cancellation: cancellation);
        while (!File.Exists(folder["begun"]))
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        await cancellation.CancelAsync();
        Assert.Equal(TaskState.Done, (await run)[0].State);
    }

    [Fact]
    public async Task An_empty_plan_is_done() => Assert.Empty(await Run([], _ => "exit 1"));

    public void Dispose() => folder.Dispose();

    private Task<IReadOnlyList<TaskOutcome>> Run(
        TaskSpec[] tasks,
        Func<TaskSpec, string> script,
        int jobs = 2,
        CancellationTokenSource? cancellation = null
    )
    {
        var executor = new LocalExecutor(
            store,
            task => new ProcessStartInfo("/bin/sh", ["-c", script(task)])
            {
                WorkingDirectory = folder.Path,
                Environment = { ["KEY"] = task.Key },
            },
            jobs,
            TimeProvider.System
        );
        return executor.RunAsync(tasks, seen.Add, cancellation?.Token ?? TestContext.Current.CancellationToken);
    }

    private IEnumerable<TaskState> States(TaskSpec task) =>
        seen.Where(outcome => outcome.Task == task && outcome.Progress is null)
            .Select(outcome => outcome.State)
            .Distinct();
}
