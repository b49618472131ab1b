using System.CommandLine;
using System.Text.Json.Nodes;
using TransferLens.Cli.Output;
using TransferLens.Execution.Artifacts;
using TransferLens.Runs;
using TransferLens.Studies.Inputs;

namespace TransferLens.Cli.Commands;

/// <summary><c>transferlens clean</c>: what a store holds that no run needs, and removes it when asked.</summary>
internal static class CleanCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var folder = new Argument<DirectoryInfo>("FOLDER")
        {
            Description = "A folder of runs, a run's folder, or a store's folder; runs unless given.",
            DefaultValueFactory = _ => new("runs"),
        };
        var delete = new Option<bool>("--delete") { Description = "Remove it; without this it is only told." };
        var json = new Option<bool>("--json") { Description = "Print one JSON document." };
        var forget = new Option<bool>("--forget-missing")
        {
            Description = "Take runs that the store knows but that are not there now for deleted.",
        };
        var command = new Command(
            "clean",
            "Tell what a store holds that no run needs any more, and remove it with --delete."
        )
        {
            folder,
            delete,
            forget,
            json,
        };
        command.SetAction(parsed =>
        {
            var store = UsedStore.Find(parsed.GetRequiredValue(folder).FullName);
            var runs = UsedStore.Runs(store);
            var missing = StoreRuns.Missing(store.Folder);
            if (!missing.IsEmpty && !parsed.GetValue(forget))
            {
                throw new InputException(
                    $"The run '{missing[0]}' takes from the store '{store.Folder}' but is not there{(missing.Length > 1 ? $", as are {missing.Length - 1} more" : "")}; bring back its disk or folder, or give --forget-missing if it was deleted or moved together with the store."
                );
            }

            UsedStore.CheckNobodyWorks(store, runs);
            var found = StoreCleaning.Find(
                store.Folder,
                runs.SelectMany(run => run.Plan.ReferencedTasks).Select(task => task.Key).ToHashSet(StringComparer.Ordinal)
            );
            if (parsed.GetValue(delete))
            {
                StoreCleaning.Remove(found);
                StoreRuns.Unregister(store.Folder, missing);
            }

            var bytes = found.Sum(one => one.Bytes);
            if (parsed.GetValue(json))
            {
                Json.Print(
                    new JsonObject
                    {
                        ["store"] = store.Folder,
                        ["runs"] = new JsonArray([.. runs.Select(run => (JsonNode)run.Folder)]),
                        ["leftovers"] = new JsonArray([
                            .. found.Select(one => new JsonObject
                            {
                                ["path"] = one.Path,
                                ["what"] = one.What,
                                ["bytes"] = one.Bytes,
                            }),
                        ]),
                        ["bytes"] = bytes,
                        ["removed"] = parsed.GetValue(delete),
                    }
                );
                return 0;
            }

            foreach (var one in found)
            {
                Console.WriteLine($"{Size(one.Bytes), 10}  {one.What}");
            }

            var count = $"{(runs.Count == 1 ? "the one run" : $"the {runs.Count} runs")} of {store.Folder}";
            Console.WriteLine(
                found.IsEmpty ? $"Nothing lies there that {count} {(runs.Count == 1 ? "does" : "do")} not need."
                : parsed.GetValue(delete) ? $"Removed: {found.Length} that {count} did not need, {Size(bytes)}."
                : $"{found.Length} that {count} {(runs.Count == 1 ? "does" : "do")} not need, {Size(bytes)}; nothing was removed, --delete does that."
            );
            return 0;
        });
        return command;
    }

    private static string Size(long bytes) =>
        bytes switch
        {
            < 1000 => $"{bytes} B",
            < 1_000_000 => $"{bytes / 1e3:0.0} kB",
            < 1_000_000_000 => $"{bytes / 1e6:0.0} MB",
            _ => $"{bytes / 1e9:0.0} GB",
        };
}
