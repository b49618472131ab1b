using Spectre.Console;
using TransferLens.Execution;
using TransferLens.Execution.Progress;
using TransferLens.Studies.Plans;

namespace TransferLens.Cli.Output;

/// <summary>
/// Shows the progress of a run: on a terminal a tree that is redrawn, with failures above it; otherwise one line for
/// each task that ends.
/// </summary>
/// <param name="plan">The run's plan.</param>
/// <param name="console">Standard error, so that standard output contains the findings alone.</param>
/// <param name="live">Whether the console is a terminal whose cursor can be moved.</param>
/// <param name="time">The clock.</param>
internal sealed class RunDisplay(Plan plan, IAnsiConsole console, bool live, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(150);

    private readonly RunProgress progress = new(plan, time);
    private readonly RunTree tree = new(console.Profile.Capabilities.Unicode);
    private RunView view = null!;
    private long drawnAt;
    private bool introduced;

    /// <summary>Runs tasks and shows their progress.</summary>
    /// <param name="run">Runs the tasks and reports each change of state.</param>
    /// <returns>What <paramref name="run"/> returned.</returns>
    public async Task<IReadOnlyList<TaskOutcome>> ShowAsync(
        Func<Action<TaskOutcome>, Task<IReadOnlyList<TaskOutcome>>> run
    )
    {
        if (!live)
        {
            return await run(Plain).ConfigureAwait(false);
        }

        var outcomes = await console
            .Live(new Text(""))
            .AutoClear(true)
            .Overflow(VerticalOverflow.Crop)
            .StartAsync(drawing => run(outcome => Draw(drawing, outcome)))
            .ConfigureAwait(false);
        if (introduced)
        {
            Line($"{view.Pace.Done} of {view.Pace.Count} tasks done, {RunWords.Elapsed(view.Pace.Elapsed)}");
        }

        return outcomes;
    }

    private void Plain(TaskOutcome outcome)
    {
        Take(outcome);
        if (outcome.State is TaskState.Done or TaskState.Failed && introduced)
        {
            view = progress.View();
            var left = view.Pace.Left is null ? "" : $" ({RunWords.Left(view.Pace.Left)})";
            Line($"[{view.Pace.Done}/{view.Pace.Count}] {Ended(outcome)}{left}");
        }
    }

    private void Draw(LiveDisplayContext drawing, TaskOutcome outcome)
    {
        Take(outcome);
        if (outcome.State == TaskState.Failed)
        {
            Line(Ended(outcome));
        }

        if (introduced && (drawnAt == 0 || time.GetElapsedTime(drawnAt) > Pause || outcome.State != TaskState.Running))
        {
            drawnAt = time.GetTimestamp();
            view = progress.View();
            drawing.UpdateTarget(tree.Of(view, console.Profile.Width, console.Profile.Height - 1));
        }
    }

    private void Take(TaskOutcome outcome)
    {
        progress.Take(outcome);
        if ((outcome.State == TaskState.Running || outcome.Place is not null) && !introduced)
        {
            introduced = true;
            var pace = progress.View().Pace;
            Line($"{pace.Count} tasks, {pace.Ready} of them done before");
        }
    }

    private static string Ended(TaskOutcome outcome)
    {
        var state = outcome.State == TaskState.Done ? "done" : "FAILED";
        var problem = outcome.Problem is { } known ? $": {known}" : "";
        return $"{state}: {outcome.Task.Title}{problem}";
    }

    // Spectre would wrap lines in a file.
    private void Line(string text)
    {
        if (live)
        {
            console.WriteLine(text);
        }
        else
        {
            console.Profile.Out.Writer.WriteLine(text);
        }
    }
}
