using Microsoft.Extensions.Time.Testing;
using TransferLens.Execution.Artifacts;
using TransferLens.Execution.Local;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Tests;

namespace TransferLens.Execution.Tests.Local;

public sealed class TaskWorkerTests : IDisposable
{
    private static readonly TaskSpec Input = SomeTasks.Named("input");

    private static readonly TaskSpec Some = SomeTasks.Named("task", 1, Input);

    private static readonly Catalog Empty = new([], [], [], [], [], []);

    private readonly TemporaryFolder folder = new();
    private readonly SkippingTime time = new();
    private readonly ArtifactStore store;

    public TaskWorkerTests()
    {
        store = new(folder["store"], time);
        Run(Input, context => File.WriteAllText(Path.Combine(context.Output, "result.json"), "\"input\""));
    }

    [Fact]
    public void The_output_of_a_task_becomes_its_artifact()
    {
        Run(Some, context =>
        {
            Assert.Equal("task", (string)context.Settings["name"]!);
            Assert.Equal("/somewhere/task", (string)context.Locations["data"]!);
            Assert.Equal("\"input\"", File.ReadAllText(Path.Combine(context.Inputs["input0"], "result.json")));
            Assert.Empty(Directory.GetFileSystemEntries(context.Output));
            context.Settings["name"] = "changed"; // a copy
            File.WriteAllText(Path.Combine(context.Output, "result.json"), "1");
        });
        Assert.Equal("1", store.Read(Some.Key, "result.json"));
        var provenance = store.Manifest(Some.Key)["provenance"]!;
        Assert.Equal(Environment.MachineName, (string)provenance["machine"]!);
        Assert.Equal("2001-02-03T04:05:06.0000000+00:00", (string)provenance["started"]!);
        Assert.InRange((double)provenance["processor_seconds"]!, 0, 60);
        Assert.Equal([".NET", "some library", "system"], provenance["software"]!.AsObject().Select(one => one.Key));
        Assert.Equal("1.2.3", (string)provenance["software"]!["some library"]!);
        Assert.False(Directory.Exists(store.Running(Some.Key).Work));
    }

    [Fact]
    public void A_task_that_is_done_is_not_computed_again() => Run(Input, _ => Assert.Fail("computed again"));

    [Fact]
    public void A_failed_task_records_its_reason_and_no_artifact()
    {
        Assert.Throws<InputException>(() => Run(Some, context =>
            {
                File.WriteAllText(Path.Combine(context.Output, "result.json"), "half");
                File.WriteAllText(Path.Combine(context.Work, "resume"), "half");
                throw new InputException("The data\nare gone.");
            }));
        Assert.False(store.Contains(Some));
        Assert.Equal("The data are gone.", store.Running(Some.Key).Failure());
        Assert.False(store.Running(Some.Key).IsTaken());
        Run(Some, context =>
        {
            Assert.Empty(Directory.GetFileSystemEntries(context.Output));
            Assert.Equal("half", File.ReadAllText(Path.Combine(context.Work, "resume")));
        });
        Assert.True(store.Contains(Some));
        Assert.Null(store.Running(Some.Key).Failure());
    }

    [Fact]
    public void A_worker_whose_task_was_taken_over_records_no_failure()
    {
        Assert.Throws<IOException>(() => Run(Some, _ =>
            {
                File.WriteAllText(folder["store", "running", Some.Key, "lease-2"], "");
                throw new IOException("Its files are gone.");
            }));
        Assert.Null(store.Running(Some.Key).Failure());
    }

    [Fact]
    public void A_cancelled_task_has_not_failed()
    {
        using var cancellation = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() =>
            Run(
                Some,
                context =>
                {
                    cancellation.Cancel();
                    context.CancellationToken.ThrowIfCancellationRequested();
                },
                cancellation
            )
        );
        Assert.False(store.Contains(Some));
        Assert.Null(store.Running(Some.Key).Failure());
    }

    [Fact]
    public async Task A_task_that_another_worker_computes_is_awaited_and_not_computed_twice()
    {
        var (begun, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        var first = Task.Run(() => Run(Some, _ =>
                {
                    begun.SetResult();
                    go.Task.Wait(TestContext.Current.CancellationToken);
                }), TestContext.Current.CancellationToken);
        await begun.Task.WaitAsync(TestContext.Current.CancellationToken);
        var second = Task.Run(
            () => Run(Some, _ => Assert.Fail("computed twice")),
            TestContext.Current.CancellationToken
        );
        using var cancellation = new CancellationTokenSource();
        await cancellation.CancelAsync();
        Assert.Throws<OperationCanceledException>(() => Run(Some, _ => Assert.Fail("computed twice"), cancellation));
        Assert.False(second.IsCompleted);
        go.SetResult();
        await Task.WhenAll(first, second);
        Assert.True(store.Contains(Some));
    }

    [Fact]
    public void A_damaged_input_fails_the_task()
    {
        File.WriteAllText(folder["store", "artifacts", Input.Key, "result.json"], "\"other\"");
        Assert.Throws<DamagedArtifactException>(() => Run(Some, _ => Assert.Fail("computed from it")));
        Assert.Contains(Input.Key, store.Running(Some.Key).Failure());
    }

    [Fact]
    public void An_unknown_task_kind_is_rejected() =>
        Assert.Contains(
            "cannot compute tasks of kind 'some'",
            Assert
                .Throws<InputException>(() =>
                    new TaskWorker(store, Empty, TimeProvider.System).Run(Some, TestContext.Current.CancellationToken)
                )
                .Message
        );

    public void Dispose() => folder.Dispose();

    private void Run(TaskSpec task, Action<TaskContext> compute, CancellationTokenSource? cancellation = null) =>
        new TaskWorker(
            store,
            Empty with
            {
                Tasks = [new FakeRunner(SomeTasks.Kind, compute)],
            },
            new FakeTimeProvider(new(2001, 2, 3, 4, 5, 6, TimeSpan.Zero)),
            new Dictionary<string, string> { ["some library"] = "1.2.3" }
        ).Run(task, cancellation?.Token ?? TestContext.Current.CancellationToken);
}
