using System.CommandLine;
using System.Text;
using TransferLens.Cli.Options;
using TransferLens.Cli.Output;
using TransferLens.Cli.Processes;
using TransferLens.Execution.Slurm;
using TransferLens.Runs;
using TransferLens.Studies.Plans;

namespace TransferLens.Cli.Commands;

/// <summary><c>transferlens plan</c>: the tasks of a study and their cost. Runs none of them.</summary>
internal static class PlanCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var options = new StudyOptions();
        var executor = new ExecutorOptions(options.Jobs, options.Threads);
        var command = new Command(
            "plan",
            "Show the tasks of a study and estimate how long they will take, or show the scripts of its Slurm jobs. "
                + "Does not run any tasks."
        )
        {
            options.File,
            options.Set,
            options.Out,
            options.Store,
            options.Jobs,
            options.Threads,
            options.SkipBadImages,
        };
        executor.AddTo(command);
        command.SetAction(parsed =>
        {
            options.UseDevice(parsed);
            var run = options.Read(parsed, executor.Read(parsed) is SlurmExecutorKind);
            var share = options.Share(parsed, run);
            var (plan, folder) = (run.Plan, run.Location);
            var settings = executor.Settings(parsed, run, share);
            foreach (var classes in DataNotes.Classes(plan))
            {
                InputNotes.Add(classes);
            }

            Print(plan, folder);
            if (executor.Read(parsed) is SlurmExecutorKind)
            {
                SlurmScripts.Print(plan, folder, SlurmExecutorKind.CreateRun(settings));
                return 0;
            }

            Console.WriteLine(PlanTime.Sentence(plan, run.Missing, run.Catalog, share, TimeProvider.System));
            return 0;
        });
        return command;
    }

    private static void Print(Plan plan, RunFolder folder)
    {
        var done = plan.Tasks.Where(folder.Store.Contains).Select(task => task.Key).ToHashSet(StringComparer.Ordinal);
        var width = plan.Tasks.Max(task => task.Title.Length);
        var numbers = plan
            .Tasks.Select((task, i) => (task.Key, Number: i + 1))
            .ToDictionary(entry => entry.Key, entry => entry.Number, StringComparer.Ordinal);
        var lines = new StringBuilder();
        foreach (var task in plan.Tasks)
        {
            var inputs = task.Inputs.Values.Select(input => numbers[input.Key]).Distinct().Order();
            var needs = task.Inputs.Count > 0 ? $"after {string.Join(", ", inputs)}" : "";
            var state = done.Contains(task.Key) ? "done" : "    ";
            var title = $"{numbers[task.Key],4}  {state}  {task.Title.PadRight(width)}";
            lines.AppendLine($"{title}  {task.Key[..12]}  {task.Cost,12:N0}  {needs}");
        }

        Console.Write(lines.AppendLine());
        foreach (var kind in plan.Tasks.GroupBy(task => task.Kind))
        {
            Console.WriteLine($"{kind.Count(),6} {kind.Key}, {kind.Sum(task => task.Cost):N0} images");
        }

        var left = plan.Tasks.Where(task => !done.Contains(task.Key)).ToList();
        var images = left.Sum(task => task.Cost);
        Console.WriteLine($"{plan.Tasks.Length} tasks, {plan.Tasks.Length - left.Count} of them done");
        Console.WriteLine($"{images:N0} forward passes of an image left; a training step counts three for each image.");
    }
}
