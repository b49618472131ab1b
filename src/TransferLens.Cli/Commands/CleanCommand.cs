using System.CommandLine;
using System.Text.Json.Nodes;
using TransferLens.Artifacts;
using TransferLens.Cli.Output;
using TransferLens.Cli.Runs;
using TransferLens.Plans;
using TransferLens.Progress;

namespace TransferLens.Cli.Commands;

/// <summary><c>transferlens clean</c>: what a store holds that no run needs, and removes it when asked.</summary>
internal static class CleanCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var folder = new Argument<DirectoryInfo>("FOLDER") { Description = "A folder of runs, a run's folder, or a store's folder; runs unless given.", DefaultValueFactory = _ => new("runs") };
        var delete = new Option<bool>("--delete") { Description = "Remove it; without this it is only told." };
        var json = new Option<bool>("--json") { Description = "Print one JSON document." };
        var forget = new Option<bool>("--forget-missing") { Description = "Take runs that the store knows but that are not there now for deleted." };
        var command = new Command("clean", "Tell what a store holds that no run needs any more, and remove it with --delete.") { folder, delete, forget, json };
        command.SetAction(parsed =>
        {
            var store = Store(parsed.GetRequiredValue(folder).FullName);
            var runs = Runs(store);
            var missing = StoreRuns.Missing(store.Folder);
            if (!missing.IsEmpty && !parsed.GetValue(forget))
            {
                throw new InputException($"The run '{missing[0]}' takes from the store '{store.Folder}' but is not there{(missing.Length > 1 ? $", as are {missing.Length - 1} more" : "")}; bring back its disk or folder, or give --forget-missing if it was deleted or moved together with the store.");
            }

            CheckNobodyWorks(store, runs);
            var needed = runs.SelectMany(run => Needed(run.Plan)).ToHashSet(StringComparer.Ordinal);
            var found = StoreCleaning.Find(store.Folder, needed);
            if (parsed.GetValue(delete))
            {
                StoreCleaning.Remove(found);
                StoreRuns.Forget(store.Folder, missing);
            }

            var bytes = found.Sum(one => one.Bytes);
            if (parsed.GetValue(json))
            {
                Json.Print(new JsonObject
                {
                    ["store"] = store.Folder,
                    ["runs"] = new JsonArray([.. runs.Select(run => (JsonNode)run.Folder)]),
                    ["leftovers"] = new JsonArray([.. found.Select(one => new JsonObject { ["path"] = one.Path, ["what"] = one.What, ["bytes"] = one.Bytes })]),
                    ["bytes"] = bytes,
                    ["removed"] = parsed.GetValue(delete),
                });
                return 0;
            }

            foreach (var one in found)
            {
                Console.WriteLine($"{Size(one.Bytes),10}  {one.What}");
            }

            var count = $"{(runs.Count == 1 ? "the one run" : $"the {runs.Count} runs")} of {store.Folder}";
            Console.WriteLine(found.IsEmpty ? $"Nothing lies there that {count} {(runs.Count == 1 ? "does" : "do")} not need."
                : parsed.GetValue(delete) ? $"Removed: {found.Length} that {count} did not need, {Size(bytes)}."
                : $"{found.Length} that {count} {(runs.Count == 1 ? "does" : "do")} not need, {Size(bytes)}; nothing was removed, --delete does that.");
            return 0;
        });
        return command;
    }

    private static ArtifactStore Store(string folder) =>
        File.Exists(Path.Combine(folder, "plan.json")) ? RunFolder.Open(folder).Folder.Store
        : new[] { folder, Path.Combine(folder, "store") }.FirstOrDefault(place => Directory.Exists(Path.Combine(place, "artifacts")) || Directory.Exists(Path.Combine(place, "tasks"))) is { } store ? new(store)
        : throw new InputException($"'{folder}' is neither a store, nor a run, nor a folder with a store in it; give the folder that `transferlens run` wrote to, runs unless told otherwise.");

    // Those that the store knows, and those beside it: a run may have been moved together with its store.
    private static List<(string Folder, Plan Plan)> Runs(ArtifactStore store)
    {
        var beside = Path.GetDirectoryName(store.Folder) is { } parent ? Directory.GetDirectories(parent) : [];
        return
        [
            .. StoreRuns.Of(store.Folder).Concat(beside).Distinct(StringComparer.Ordinal)
                .Where(folder => File.Exists(Path.Combine(folder, "plan.json")))
                .Select(folder => (Folder: folder, Run: RunFolder.Open(folder)))
                .Where(run => run.Run.Folder.Store.Folder == store.Folder)
                .Select(run => (run.Folder, run.Run.Plan)),
        ];
    }

    private static IEnumerable<string> Needed(Plan plan) =>
        plan.Tasks.Concat(plan.Runs.SelectMany(run => new[] { run.TrainPictures, run.TestPictures })).Select(task => task.Key);

    private static void CheckNobodyWorks(ArtifactStore store, List<(string Folder, Plan Plan)> runs)
    {
        var (running, queued) = (Path.Combine(store.Folder, "running"), Path.Combine(store.Folder, "slurm", "live"));
        if (Directory.Exists(queued) && Directory.EnumerateFileSystemEntries(queued).Any())
        {
            throw new InputException($"Jobs of the store '{store.Folder}' may wait or run in Slurm; wait until they end, or end them with `transferlens cancel RUN`, before it is cleaned.");
        }

        if (runs.Find(run => RunLock.IsTaken(run.Folder)).Folder is { } busy)
        {
            throw new InputException($"The run '{busy}' is being worked on; wait until it ends, or stop it, before its store is cleaned.");
        }

        if (Directory.Exists(running) && Directory.GetDirectories(running).Select(folder => Path.GetFileName(folder)!).FirstOrDefault(key => key[0] != '.' && store.Running(key).IsTaken()) is { } key)
        {
            throw new InputException($"The task {key} of the store '{store.Folder}' is being computed; wait until it ends before the store is cleaned.");
        }
    }

    private static string Size(long bytes) => bytes switch
    {
        < 1000 => $"{bytes} B",
        < 1_000_000 => $"{bytes / 1e3:0.0} kB",
        < 1_000_000_000 => $"{bytes / 1e6:0.0} MB",
        _ => $"{bytes / 1e9:0.0} GB",
    };
}
