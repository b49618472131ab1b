using System.CommandLine;
using TransferLens.Cli.Runs;

namespace TransferLens.Cli.Commands;

/// <summary><c>transferlens report</c>: results and report anew from what the store holds.</summary>
internal static class ReportCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var run = new Argument<DirectoryInfo>("RUN") { Description = "The run's folder, for example runs/STUDY." };
        var command = new Command("report", "Write results and report of a finished run anew; computes nothing.") { run };
        command.SetAction(parsed =>
        {
            var (folder, plan) = RunFolder.Open(parsed.GetRequiredValue(run).FullName);
            if (plan.Tasks.FirstOrDefault(task => !folder.Store.Holds(task)) is { } missing)
            {
                throw new InputException($"The run '{folder.Path}' is not finished: '{missing.Title}' is missing; `transferlens run` goes on with it.");
            }

            StudyResults.Write(plan, folder);
            Console.WriteLine(Path.Combine(folder.Path, "report.html"));
            return 0;
        });
        return command;
    }
}
