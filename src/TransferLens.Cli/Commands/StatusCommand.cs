using System.CommandLine;
using TransferLens.Cli.Runs;

namespace TransferLens.Cli.Commands;

/// <summary><c>transferlens status</c>: how far a run is, asked from any shell.</summary>
internal static class StatusCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var run = new Argument<DirectoryInfo>("RUN") { Description = "The run's folder, for example runs/STUDY." };
        var command = new Command("status", "How far a run is: its tasks done, running, failed and waiting.") { run };
        command.SetAction(parsed =>
        {
            var (folder, plan) = RunFolder.Open(parsed.GetRequiredValue(run).FullName);
            var states = plan.Tasks.Select(task =>
            {
                var running = folder.Store.Running(task.Key);
                return folder.Store.Holds(task) ? ("done", task.Title, "")
                    : running.IsTaken() ? ("running", task.Title, running.Read() is { } now ? $"{100 * now.Fraction:0} %, {now.Message}" : "")
                    : running.Failure() is { } why ? ("failed", task.Title, why)
                    : ("waiting", task.Title, running.Read() is { } left ? $"broken off at {100 * left.Fraction:0} %" : "");
            }).ToList();
            var width = states.Max(state => state.Title.Length);
            foreach (var (state, title, more) in states)
            {
                Console.WriteLine($"{state,-8} {title.PadRight(width)}  {more}".TrimEnd());
            }

            Console.WriteLine();
            Console.WriteLine($"{plan.Study.Name}: {string.Join(", ", states.GroupBy(state => state.Item1).Select(group => $"{group.Count()} {group.Key}"))}");
            var report = Path.Combine(folder.Path, "report.html");
            if (File.Exists(report) && states.All(state => state.Item1 == "done")) // until then it is that of an earlier version
            {
                Console.WriteLine($"Report: {report}");
            }

            return 0;
        });
        return command;
    }
}
