using TransferLens.Execution.Artifacts;
using TransferLens.Execution.Slurm;
using TransferLens.Runs;
using TransferLens.Studies.Plans;

namespace TransferLens.Cli.Processes;

/// <summary>Prints what a run under Slurm would submit, for <c>plan</c>.</summary>
internal static class SlurmScripts
{
    private const string Unknown = "ID";

    /// <summary>Prints the scripts of the first job arrays.</summary>
    public static void Print(Plan plan, RunFolder folder, SlurmRun run)
    {
        var script = new JobScript(run.Settings, run.Command, folder.Store.Folder, run.WorkingFolder);
        var arrays = run.FirstArrays(plan.Tasks, folder.Store.Contains);
        var elements = Elements(arrays);
        var submission = Path.Combine(folder.Store.Folder, ArtifactStore.JobsFolder, Unknown);
        foreach (var (i, array) in arrays.Index())
        {
            Console.WriteLine();
            PrintHeading(array, i + 1, arrays.Count);
            var after = array.After.Select(task => elements[task.Key]).Distinct();
            Console.Write(script.Text(array, $"{run.Study}-{Unknown}", submission, [.. after]));
        }

        Console.WriteLine();
        var left = plan.Tasks.Count(task => !folder.Store.Contains(task)) - elements.Count;
        var first = Count(elements.Count, "task");
        var jobs = Count(arrays.Sum(array => array.Elements.Length), "job");
        var more = left > 0 ? $", and {Count(left, "more task")} as those end" : "";
        var limit = left > 0 ? $": at most {run.Settings.InFlight} jobs are in the queue at a time" : "";
        Console.WriteLine(
            $"{jobs} in {Count(arrays.Count, "array")} for {first} would be submitted at first{more}{limit}. "
                + "Nothing was submitted."
        );
    }

    // Where each task is computed, for example JOB1_3: element 3 of the first array.
    private static Dictionary<string, string> Elements(IReadOnlyList<JobArray> arrays)
    {
        var elements = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (a, array) in arrays.Index())
        {
            foreach (var (e, element) in array.Elements.Index())
            {
                foreach (var task in element)
                {
                    elements.Add(task.Key, $"JOB{a + 1}_{e}");
                }
            }
        }

        return elements;
    }

    private static void PrintHeading(JobArray array, int number, int count)
    {
        var elements = Count(array.Elements.Length, "element");
        var tasks = Count(array.Elements.Sum(element => element.Length), "task");
        Console.WriteLine($"# Job array {number} of {count}, called JOB{number} below: {elements}, {tasks}.");
        Console.WriteLine(
            $"# When it is submitted, its job id replaces JOB{number} and its own id replaces {Unknown}."
        );
        foreach (var (e, element) in array.Elements.Index())
        {
            Console.WriteLine($"# element {e}: {string.Join("; ", element.Select(task => task.Title))}");
        }
    }

    private static string Count(int count, string what) => $"{count} {what}{(count == 1 ? "" : "s")}";
}
