using TransferLens.Cli.Output;
using TransferLens.Execution;
using TransferLens.Execution.Slurm;
using TransferLens.Report.Content;
using TransferLens.Runs;
using TransferLens.Studies.Inputs;

namespace TransferLens.Cli.Processes;

/// <summary>Runs a planned study to its report.</summary>
internal static class StudyRunner
{
    private const string Kept = "Finished tasks are kept.";

    /// <summary>Runs unfinished tasks, writes results and report, and prints the findings.</summary>
    /// <param name="run">The run.</param>
    /// <param name="kind">Its executor.</param>
    /// <param name="settings">The settings of the executor.</param>
    /// <param name="cancellationToken">Requests a clean stop; jobs on a cluster continue.</param>
    /// <returns>The exit code.</returns>
    /// <exception cref="InputException">The executor cannot be used, or does not accept the tasks.</exception>
    /// <exception cref="OperationCanceledException">It was stopped, or the run was cancelled.</exception>
    public static async Task<int> RunAsync(
        StudyRun run,
        ExecutorKind kind,
        ExecutionSettings settings,
        CancellationToken cancellationToken
    )
    {
        await kind.CheckAsync().ConfigureAwait(false); // Before anything is written.
        var executor = kind.Create(settings);
        return await RunAsync(run, executor, Farewell, cancellationToken).ConfigureAwait(false);

        string? Farewell() =>
            (executor, cancellationToken.IsCancellationRequested) switch
            {
                (SlurmExecutor { IsCancelled: true }, _) =>
                    $"The run was cancelled by `transferlens cancel`. {Kept} Run the same command to continue.",
                (_, false) => null,
                (SlurmExecutor slurm, _) => Stopped(slurm.Jobs, run.Folder),
                _ => $"{Kept} Run the same command to continue.",
            };
    }

    private static string Stopped(int jobs, string folder)
    {
        var place = ShellWord.Quote(Path.GetRelativePath(Environment.CurrentDirectory, folder));
        var running = jobs switch
        {
            0 => "",
            1 => " 1 job continues in Slurm.",
            _ => $" {jobs} jobs continue in Slurm.",
        };
        return $"""
            {Kept}{running}
              continue: {CommandLineText()}
              show:     transferlens status {place}
              cancel:   transferlens cancel {place}
            """;
    }

    private static async Task<int> RunAsync(
        StudyRun run,
        IExecutor executor,
        Func<string?> farewell,
        CancellationToken cancellationToken
    )
    {
        using var held = Start(run); // Until the report is written, so that nothing is cleaned away meanwhile.
        InputNotes.Print(Console.Error);
        var console = Consoles.Error();
        var display = new RunDisplay(run.Plan, console, Consoles.IsLive(console), TimeProvider.System);
        var outcomes = await display
            .ShowAsync(show => run.ComputeAsync(executor, show, cancellationToken))
            .ConfigureAwait(false);
        if (farewell() is { } words && outcomes.Any(outcome => outcome.State != TaskState.Done))
        {
            await Console.Error.WriteLineAsync(words).ConfigureAwait(false);
            throw new OperationCanceledException(cancellationToken);
        }

        if (outcomes.Any(outcome => outcome.State == TaskState.Failed))
        {
            await PrintFailuresAsync(outcomes).ConfigureAwait(false);
            return 1;
        }

        Print(run);
        return 0;
    }

    private static IDisposable? Start(StudyRun run)
    {
        try
        {
            return run.Start();
        }
        catch (InputException failure) when (failure.InnerException is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{failure.Message} The options are --out and --store.", failure);
        }
    }

    private static async Task PrintFailuresAsync(IReadOnlyList<TaskOutcome> outcomes)
    {
        var failed = outcomes.Where(outcome => outcome.State == TaskState.Failed).ToList();
        foreach (var outcome in failed)
        {
            await Console
                .Error.WriteLineAsync($"transferlens: the task '{outcome.Task.Title}' failed: {outcome.Problem}")
                .ConfigureAwait(false);
        }

        var skipped = outcomes.Count(outcome => outcome.State == TaskState.Skipped);
        var tasks = failed.Count == 1 ? "1 task" : $"{failed.Count} tasks";
        var others = skipped > 0 ? $" and {skipped} that need them were not started" : "";
        await Console
            .Error.WriteLineAsync(
                $"transferlens: {tasks} failed{others}. " + $"Fix the cause and run the same command again. {Kept}"
            )
            .ConfigureAwait(false);
    }

    private static void Print(StudyRun run)
    {
        Console.WriteLine(WrittenResults.Findings(run.Plan, run.Location) ?? Written(run));
        if (UsedImages.Skipped(run.Plan, new(run.Store)) is > 0 and var skipped)
        {
            Console.WriteLine(SkippedImages.Sentence(skipped));
        }

        if (UsedImages.MoreFrames(run.Plan, new(run.Store)) is > 0 and var frames)
        {
            Console.WriteLine(SkippedImages.MoreFrames(frames));
        }

        Console.WriteLine($"Report:  {run.Report}");
        Console.WriteLine($"Results: {run.Results}");
    }

    private static string Written(StudyRun run)
    {
        using var findings = new StringWriter();
        FindingsText.Write(findings, run.Write());
        WrittenResults.Keep(run.Plan, run.Location, $"{findings}");
        return $"{findings}";
    }

    // The command as it was given, for a shell.
    private static string CommandLineText() =>
        string.Join(' ', Environment.GetCommandLineArgs().Skip(1).Select(ShellWord.Quote).Prepend("transferlens"));
}
