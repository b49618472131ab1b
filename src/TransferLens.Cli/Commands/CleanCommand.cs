using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Json.Nodes;
using TransferLens.Cli.Output;
using TransferLens.Execution.Artifacts;
using TransferLens.Runs;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;

namespace TransferLens.Cli.Commands;

/// <summary>
/// <c>transferlens clean</c>: lists the files in a store that no run needs, and removes them on request.
/// </summary>
internal static class CleanCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var folder = new Argument<DirectoryInfo>("FOLDER")
        {
            Description = "A folder of runs, a run's folder, or a store's folder.",
            DefaultValueFactory = _ => new("runs"),
        };
        var delete = new Option<bool>("--delete")
        {
            Description = "Remove the files. Without this option they are only listed.",
        };
        var json = new Option<bool>("--json") { Description = "Print one JSON document." };
        var forget = new Option<bool>("--forget-missing")
        {
            Description = "Treat runs of the store whose folders are missing as deleted.",
        };
        var command = new Command("clean", "List the files in a store that no run needs; --delete removes them.")
        {
            folder,
            delete,
            forget,
            json,
        };
        command.SetAction(parsed =>
        {
            var store = UsedStore.Find(parsed.GetRequiredValue(folder).FullName);
            var isDeleting = parsed.GetValue(delete);
            var (runs, found) = Clean(store, isDeleting, parsed.GetValue(forget));
            if (parsed.GetValue(json))
            {
                Json.Print(Document(store, runs, found, isDeleting));
            }
            else
            {
                Print(store, runs, found, isDeleting);
            }

            return 0;
        });
        return command;
    }

    private static (List<(string Folder, Plan Plan)> Runs, ImmutableArray<Leftover> Found) Clean(
        ArtifactStore store,
        bool isDeleting,
        bool forgetsMissing
    )
    {
        var runs = UsedStore.Runs(store);
        var missing = StoreRuns.Missing(store.Folder);
        if (!missing.IsEmpty && !forgetsMissing)
        {
            var more = missing.Length > 1 ? $", and so are those of {missing.Length - 1} more" : "";
            throw new InputException(
                $"The run '{missing[0]}' uses the store '{store.Folder}', but its folder is missing{more}. Restore the "
                    + "folder or its disk, or add --forget-missing if it was deleted or moved with the store."
            );
        }

        UsedStore.CheckIdle(store, runs);
        var needed = runs.SelectMany(run => run.Plan.ReferencedTasks).Select(task => task.Key);
        var networks = runs.Select(run => run.Plan.Study.Network).ToHashSet(StringComparer.Ordinal);
        var found = StoreCleaning.Find(store.Folder, needed.ToHashSet(StringComparer.Ordinal), networks);
        if (isDeleting)
        {
            StoreCleaning.Remove(found);
            StoreRuns.Unregister(store.Folder, missing);
        }

        return (runs, found);
    }

    private static JsonObject Document(
        ArtifactStore store,
        List<(string Folder, Plan Plan)> runs,
        ImmutableArray<Leftover> found,
        bool isDeleting
    ) =>
        new()
        {
            ["store"] = store.Folder,
            ["runs"] = new JsonArray([.. runs.Select(run => (JsonNode)run.Folder)]),
            ["leftovers"] = new JsonArray([
                .. found.Select(leftover => new JsonObject
                {
                    ["path"] = leftover.Path,
                    ["what"] = leftover.What,
                    ["bytes"] = leftover.Bytes,
                }),
            ]),
            ["bytes"] = found.Sum(leftover => leftover.Bytes),
            ["removed"] = isDeleting,
        };

    private static void Print(
        ArtifactStore store,
        List<(string Folder, Plan Plan)> runs,
        ImmutableArray<Leftover> found,
        bool isDeleting
    )
    {
        foreach (var leftover in found)
        {
            Console.WriteLine($"{Size(leftover.Bytes),10}  {leftover.What}");
        }

        var users = runs.Count == 1 ? "the one run" : $"the {runs.Count} runs";
        var (items, bytes) = (found.Length == 1 ? "item" : "items", Size(found.Sum(leftover => leftover.Bytes)));
        Console.WriteLine(
            (found.IsEmpty, isDeleting) switch
            {
                (true, _) => $"Nothing to remove: all of {store.Folder} is used by {users}.",
                (_, true) => $"Removed {found.Length} {items} ({bytes}) not needed by {users} of {store.Folder}.",
                _ => $"{found.Length} {items} ({bytes}) not needed by {users} of {store.Folder}. "
                    + "Nothing was removed; use --delete to remove them.",
            }
        );
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
