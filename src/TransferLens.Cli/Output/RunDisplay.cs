using Spectre.Console;
using TransferLens.Execution;
using TransferLens.Execution.Progress;
using TransferLens.Studies.Plans;

namespace TransferLens.Cli.Output;

/// <summary>
/// Shows a run as it goes: on a terminal a tree that is drawn anew, and failures at once above it; otherwise a plain line for
/// each task that ends.
/// </summary>
/// <param name="plan">The run's plan.</param>
/// <param name="console">Where it is shown; standard error, so that standard output holds the findings alone.</param>
/// <param name="live">Whether that is a terminal whose cursor can be moved.</param>
/// <param name="time">What the time is.</param>
internal sealed class RunDisplay(Plan plan, IAnsiConsole console, bool live, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(150);

    private readonly RunProgress progress = new(plan, time);
    private readonly RunTree tree = new(console.Profile.Capabilities.Unicode);
    private RunView view = null!;
    private long drawnAt;
    private bool introduced;

    /// <summary>Runs and shows what happens to tasks.</summary>
    /// <param name="run">What runs; hands on what happens.</param>
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
            Line(
                $"[{view.Pace.Done}/{view.Pace.Count}] {Ended(outcome)}{(view.Pace.Left is null ? "" : $" ({RunWords.Left(view.Pace.Left)})")}"
            );
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

    private static string Ended(TaskOutcome outcome) =>
        $"{(outcome.State == TaskState.Done ? "done" : "FAILED")}: {outcome.Task.Title}{(outcome.Problem is { } why ? $": {why}" : "")}";

    // As it is: Spectre would wrap it at the width that it takes a file to have.
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
