using System.CommandLine;
using Spectre.Console;
using TransferLens.Cli.Options;
using TransferLens.Cli.Output;
using TransferLens.Execution.Progress;
using TransferLens.Runs;

namespace TransferLens.Cli.Commands;

/// <summary><c>transferlens status</c>: the progress of a run, from any shell.</summary>
internal static class StatusCommand
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var run = new Argument<DirectoryInfo>("RUN") { Description = "The run's folder, for example runs/STUDY." };
        var watch = new Option<bool>("--watch")
        {
            Description = "Redraw every second until the run ends; on a terminal.",
        };
        var json = new Option<bool>("--json") { Description = "Print one JSON document." };
        var command = new Command("status", "Show the progress of a run: its tasks, and the time left.")
        {
            run,
            watch,
            json,
        };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var (folder, plan) = RunFolder.Open(parsed.GetRequiredValue(run).FullName);
                var stored = new StoredRun(
                    plan,
                    folder.Store,
                    folder.Path,
                    TimeProvider.System,
                    new SlurmPlaces(folder, TimeProvider.System).Now
                );
                var console = Consoles.Output();
                if (parsed.GetValue(json))
                {
                    var view = stored.View();
                    Json.Print(RunDocument.Of(view, view.State == RunState.Finished ? stored.Report : null));
                }
                else if (console.Profile.Out.IsTerminal)
                {
                    await TreeAsync(stored, console, parsed.GetValue(watch), cancellationToken).ConfigureAwait(false);
                }
                else
                {
                    Lines(stored.View());
                }

                if (!parsed.GetValue(json) && stored.View().State == RunState.Finished)
                {
                    Console.WriteLine($"Report: {stored.Report}");
                }

                return 0;
            }
        );
        return command;
    }

    private static async Task TreeAsync(
        StoredRun stored,
        IAnsiConsole console,
        bool watch,
        CancellationToken cancellationToken
    )
    {
        var (tree, view) = (new RunTree(console.Profile.Capabilities.Unicode), stored.View());
        if (watch && Consoles.IsLive(console))
        {
            await console
                .Live(new Text(""))
                .AutoClear(true)
                .Overflow(VerticalOverflow.Crop)
                .StartAsync(async live =>
                {
                    for (; view.State is RunState.Running or RunState.Concluding; view = stored.View())
                    {
                        live.UpdateTarget(tree.Of(view, console.Profile.Width, console.Profile.Height - 1));
                        await Task.Delay(Pause, TimeProvider.System, cancellationToken).ConfigureAwait(false);
                    }
                })
                .ConfigureAwait(false);
        }

        console.Write(tree.Of(view, console.Profile.Width, int.MaxValue));
        foreach (var outcome in view.All.Where(outcome => outcome.Problem is not null))
        {
            console.WriteLine($"'{outcome.Task.Title}' failed: {RunWords.Details(outcome)}");
        }
    }

    private static void Lines(RunView view)
    {
        var states = view
            .All.Select(outcome =>
                (State: RunWords.State(outcome), outcome.Task.Title, More: RunWords.Details(outcome))
            )
            .ToList();
        var width = states.Max(state => state.Title.Length);
        foreach (var (state, title, more) in states)
        {
            Console.WriteLine($"{state,-11} {title.PadRight(width)}  {more}".TrimEnd());
        }

        Console.WriteLine();
        var counts = states.GroupBy(state => state.State).Select(group => $"{group.Count()} {group.Key}");
        Console.WriteLine($"{view.Study}: {string.Join(", ", counts)}");
        var pace = view.Pace;
        Console.WriteLine(
            string.Join(
                ", ",
                new[]
                {
                    RunWords.State(view.State),
                    RunWords.Percent(pace.Fraction),
                    RunWords.Elapsed(pace.Elapsed),
                    RunWords.Left(pace.Left),
                }.Where(word => word.Length > 0)
            )
        );
    }
}
