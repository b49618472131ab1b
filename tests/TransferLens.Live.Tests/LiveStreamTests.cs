using System.Text.Json.Nodes;
using TransferLens.Execution.Progress;

namespace TransferLens.Live.Tests;

public sealed class LiveStreamTests : IDisposable
{
    private readonly WatchedRun run = new();

    [Fact]
    public async Task A_page_opened_before_the_run_shows_its_start_progress_and_end()
    {
        await using var server = await run.ServeAsync();
        await using var events = await LiveEvents.OpenAsync(server, run.Time);
        await events.NextAsync("run", now => (string?)now["state"] == "unstarted");
        run.Begin();
        var plan = await events.NextAsync("plan");
        Assert.Equal("made-up", (string?)plan["study"]);
        Assert.Equal(["images", "pretraining"], plan["groups"]!.AsArray().Select(group => (string?)group!["name"]));
        Assert.Equal("decode <b>source</b>", (string?)plan["groups"]![1]!["tasks"]![0]!["inputs"]![0]);
        run.Done(WatchedRun.Images);
        run.Resume(0.25, 0.5);
        using (RunLock.Take(run[[]], TimeProvider.System))
        using (run.Store.Running(WatchedRun.Train.Key).Take(() => { }))
        {
            await events.NextAsync("run", now => (string?)now["state"] == "running" && (int)now["done"]! == 1);
        }

        run.Done(WatchedRun.Train, 0.25, 0.5, 0.75);
        run.Write("report.html", "<!DOCTYPE html>");
        await events.NextAsync("run", now => (string?)now["state"] == "finished");
    }

    [Fact]
    public async Task A_curve_is_sent_when_it_grows_and_nothing_is_sent_twice()
    {
        run.Begin();
        run.Resume(0.25);
        await using var server = await run.ServeAsync();
        await using var events = await LiveEvents.OpenAsync(server, run.Time);
        Assert.Equal([0.25], Values(await events.NextAsync("curves")));
        run.Resume(0.25, 0.5);
        Assert.Equal([0.25, 0.5], Values(await events.NextAsync("curves")));
        run.Resume(0.25, 0.5, null);
        Assert.Equal([0.25, 0.5, null], Values(await events.NextAsync("curves")));

        static double?[] Values(JsonNode curves) =>
            [.. Assert.Single(curves.AsArray())!["values"]!.AsArray().Select(value => (double?)value)];
    }

    [Fact]
    public async Task A_failed_task_is_sent_with_its_reason_and_the_last_lines_of_its_log()
    {
        run.Begin();
        run.Done(WatchedRun.Images);
        var failed = run.Store.Running(WatchedRun.Train.Key);
        run.Start(WatchedRun.Train);
        failed.Fail("The <i>images</i> are gone.");
        await File.WriteAllLinesAsync(
            failed.Log,
            [.. Enumerable.Range(0, 100).Select(i => $"line {i}\u001b[31m"), "<script>alert(1)</script>"],
            TestContext.Current.CancellationToken
        );
        await using var server = await run.ServeAsync();
        await using var events = await LiveEvents.OpenAsync(server, run.Time);
        await events.NextAsync("run", now => (string?)now["state"] == "failed");
        var task = (await events.NextAsync("tasks")).AsArray().Single(task => (string?)task!["state"] == "failed")!;
        Assert.Equal("The <i>images</i> are gone.", (string?)task["more"]);
        var log = (string)task["log"]!;
        Assert.Equal((30, "line 71"), (log.Split('\n').Length, log.Split('\n')[0]));
        Assert.EndsWith("<script>alert(1)</script>", log);
        Assert.DoesNotContain(run[[]], $"{task}");
    }

    [Fact]
    public async Task Open_pages_do_not_keep_the_server_from_stopping()
    {
        run.Begin();
        var server = await run.ServeAsync();
        await using var events = await LiveEvents.OpenAsync(server, run.Time);
        await events.NextAsync("plan");
        var stop = server.DisposeAsync().AsTask();
        await stop.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        await events.ReadToEndAsync();
    }

    [Fact]
    public async Task Serving_a_run_writes_nothing()
    {
        run.Begin();
        run.Resume(0.25);
        var before = run.ListFiles();
        await using var server = await run.ServeAsync();
        await using var events = await LiveEvents.OpenAsync(server, run.Time);
        await events.NextAsync("curves");
        Assert.Equal(before, run.ListFiles());
    }

    public void Dispose() => run.Dispose();
}
