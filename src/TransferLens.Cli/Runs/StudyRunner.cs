using TransferLens.Cli.Output;
using TransferLens.Execution;
using TransferLens.Plans;
using TransferLens.Progress;
using TransferLens.Report;

namespace TransferLens.Cli.Runs;

/// <summary>Runs a planned study to its report.</summary>
internal static class StudyRunner
{
    /// <summary>Computes what the store lacks, then writes results and report, then prints the findings.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="OperationCanceledException">It was stopped; the same call goes on.</exception>
    public static async Task<int> RunAsync(Plan plan, RunFolder folder, (int Jobs, int Threads) share, CancellationToken stop)
    {
        var executor = new LocalExecutor(folder.Store, task => WorkerProcess.Start(task, folder.Store.Folder, share.Threads), share.Jobs);
        using var held = RunLock.Take(folder.Path);
        var console = Consoles.Error();
        var display = new RunDisplay(plan, console, Consoles.IsLive(console), TimeProvider.System);
        var outcomes = await display.ShowAsync(show => executor.RunAsync(plan.Tasks, show, stop)).ConfigureAwait(false);
        if (stop.IsCancellationRequested && outcomes.Any(outcome => outcome.State != TaskState.Done))
        {
            await Console.Error.WriteLineAsync("What is done is kept; the same command goes on from there.").ConfigureAwait(false);
            throw new OperationCanceledException(stop);
        }

        var failed = outcomes.Where(outcome => outcome.State == TaskState.Failed).ToList();
        if (failed.Count > 0)
        {
            foreach (var outcome in failed)
            {
                await Console.Error.WriteLineAsync($"transferlens: the task '{outcome.Task.Title}' failed: {outcome.Problem}").ConfigureAwait(false);
            }

            var lost = outcomes.Count(outcome => outcome.State == TaskState.Skipped);
            await Console.Error.WriteLineAsync($"transferlens: {failed.Count} task(s) failed{(lost > 0 ? $" and {lost} that need them were not started" : "")}; mend the cause and give the same command again, what is done is kept.").ConfigureAwait(false);
            return 1;
        }

        var content = StudyResults.Write(plan, folder);
        FindingsText.Write(Console.Out, content);
        Console.WriteLine();
        if (UsedPictures.Skipped(plan, new(folder.Store)) is > 0 and var skipped)
        {
            Console.WriteLine(SkippedPictures.Sentence(skipped));
        }

        Console.WriteLine($"Report:  {Path.Combine(folder.Path, "report.html")}");
        Console.WriteLine($"Results: {Path.Combine(folder.Path, "results.json")}");
        return 0;
    }
}
