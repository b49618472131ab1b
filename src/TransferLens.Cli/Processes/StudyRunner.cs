using TransferLens.Cli.Output;
using TransferLens.Execution;
using TransferLens.Execution.Local;
using TransferLens.Execution.Progress;
using TransferLens.Execution.Slurm;
using TransferLens.Report.Content;
using TransferLens.Runs;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;

namespace TransferLens.Cli.Processes;

/// <summary>Runs a planned study to its report.</summary>
internal static class StudyRunner
{
    /// <summary>Computes on this machine what the store lacks, then writes results and report, then prints the findings.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="OperationCanceledException">It was stopped; the same call goes on.</exception>
    public static Task<int> RunAsync(
        Plan plan,
        RunFolder folder,
        (int Jobs, int Threads) share,
        CancellationToken cancellationToken
    ) =>
        RunAsync(
            plan,
            folder,
            new LocalExecutor(
                folder.Store,
                task => WorkerProcess.Start(task, folder.Store.Folder, share.Threads),
                share.Jobs
            ),
            () =>
                cancellationToken.IsCancellationRequested
                    ? "What is done is kept; the same command goes on from there."
                    : null,
            cancellationToken
        );

    /// <summary>The same by jobs under Slurm, which go on when it is stopped.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="InputException">Slurm does not take the jobs.</exception>
    /// <exception cref="OperationCanceledException">It was stopped, or the run was cancelled.</exception>
    public static Task<int> RunAsync(Plan plan, RunFolder folder, SlurmRun run, CancellationToken cancellationToken)
    {
        var executor = new SlurmExecutor(folder.Store, new(new SlurmPrograms()), run, TimeProvider.System);
        return RunAsync(plan, folder, executor, Farewell, cancellationToken);

        string? Farewell() =>
            executor.IsCancelled
                ? "The run was cancelled by `transferlens cancel`; what is done is kept, and the same command goes on from there."
            : !cancellationToken.IsCancellationRequested ? null
            : $"What is done is kept{(executor.Jobs > 0 ? $", and {executor.Jobs} job{(executor.Jobs == 1 ? "" : "s")} go on in Slurm" : "")}. `{Command()}` picks them up, `transferlens status {Quoted(folder)}` shows them, `transferlens cancel {Quoted(folder)}` ends them.";
    }

    private static async Task<int> RunAsync(
        Plan plan,
        RunFolder folder,
        IExecutor executor,
        Func<string?> farewell,
        CancellationToken cancellationToken
    )
    {
        using var held = RunLock.Take(folder.Path);
        var console = Consoles.Error();
        var display = new RunDisplay(plan, console, Consoles.IsLive(console), TimeProvider.System);
        var outcomes = await display
            .ShowAsync(show => executor.RunAsync(plan.Tasks, show, cancellationToken))
            .ConfigureAwait(false);
        if (farewell() is { } words && outcomes.Any(outcome => outcome.State != TaskState.Done))
        {
            await Console.Error.WriteLineAsync(words).ConfigureAwait(false);
            throw new OperationCanceledException(cancellationToken);
        }

        var failed = outcomes.Where(outcome => outcome.State == TaskState.Failed).ToList();
        if (failed.Count > 0)
        {
            foreach (var outcome in failed)
            {
                await Console
                    .Error.WriteLineAsync($"transferlens: the task '{outcome.Task.Title}' failed: {outcome.Problem}")
                    .ConfigureAwait(false);
            }

            var lost = outcomes.Count(outcome => outcome.State == TaskState.Skipped);
            await Console
                .Error.WriteLineAsync(
                    $"transferlens: {failed.Count} task(s) failed{(lost > 0 ? $" and {lost} that need them were not started" : "")}; mend the cause and give the same command again, what is done is kept."
                )
                .ConfigureAwait(false);
            return 1;
        }

        Console.WriteLine(WrittenResults.Findings(plan, folder) ?? Written(plan, folder));
        if (UsedImages.Skipped(plan, new(folder.Store)) is > 0 and var skipped)
        {
            Console.WriteLine(SkippedImages.Sentence(skipped));
        }

        Console.WriteLine($"Report:  {Path.Combine(folder.Path, "report.html")}");
        Console.WriteLine($"Results: {Path.Combine(folder.Path, "results.json")}");
        return 0;
    }

    private static string Written(Plan plan, RunFolder folder)
    {
        using var findings = new StringWriter();
        FindingsText.Write(findings, StudyResults.Write(plan, folder, Catalog.Default));
        WrittenResults.Keep(plan, folder, $"{findings}");
        return $"{findings}";
    }

    // As it was given, for a shell.
    private static string Command() =>
        string.Join(' ', Environment.GetCommandLineArgs().Skip(1).Select(JobScript.Quoted).Prepend("transferlens"));

    private static string Quoted(RunFolder folder) =>
        JobScript.Quoted(Path.GetRelativePath(Environment.CurrentDirectory, folder.Path));
}
