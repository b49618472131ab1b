using TransferLens.Execution.Slurm;
using TransferLens.Runs;
using TransferLens.Studies.Plans;

namespace TransferLens.Cli.Processes;

/// <summary>What a run under Slurm would submit, for <c>plan</c>.</summary>
internal static class SlurmScripts
{
    /// <summary>Prints the scripts of the first job arrays.</summary>
    public static void Print(Plan plan, RunFolder folder, SlurmRun run)
    {
        var script = new JobScript(run.Settings, run.Command, folder.Store.Folder, run.Place);
        var arrays = run.First(plan.Tasks, folder.Store.Holds);
        var at = arrays
            .SelectMany(
                (array, a) =>
                    array.Elements.SelectMany(
                        (element, e) => element.Select(task => (task.Key, Place: $"JOB{a + 1}_{e}"))
                    )
            )
            .ToDictionary(one => one.Key, one => one.Place, StringComparer.Ordinal);
        foreach (var (array, i) in arrays.Select((array, i) => (array, i + 1)))
        {
            Console.WriteLine();
            Console.WriteLine(
                $"# Job array {i} of {arrays.Count}, JOB{i} below: {Count(array.Elements.Length, "element")}, {Count(array.Elements.Sum(element => element.Length), "task")}; its own folder has an id instead of ID."
            );
            for (var e = 0; e < array.Elements.Length; e++)
            {
                Console.WriteLine($"# element {e}: {string.Join("; ", array.Elements[e].Select(task => task.Title))}");
            }

            Console.Write(
                script.Text(
                    array,
                    $"{run.Study}-ID",
                    Path.Combine(folder.Store.Folder, "slurm", "ID"),
                    [.. array.After.Select(task => at[task.Key]).Distinct()]
                )
            );
        }

        var (left, first) = (plan.Tasks.Count(task => !folder.Store.Holds(task)), at.Count);
        Console.WriteLine();
        Console.WriteLine(
            $"{Count(arrays.Sum(array => array.Elements.Length), "job")} in {Count(arrays.Count, "array")} for {Count(first, "task")} would be submitted at first{(left > first ? $", and {Count(left - first, "more task")} as those end: at most {run.Settings.InFlight} jobs are in the queue at a time" : "")}. Nothing was submitted."
        );
    }

    private static string Count(int count, string what) => $"{count} {what}{(count == 1 ? "" : "s")}";
}
