using TransferLens.Execution.Artifacts;
using TransferLens.Execution.Progress;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;

namespace TransferLens.Runs;

/// <summary>Who takes from a store, and who works in it.</summary>
internal static class UsedStore
{
    /// <summary>The store that a folder is, holds, or takes from.</summary>
    /// <param name="folder">A store, a run's folder, or a folder of runs with their store in it.</param>
    /// <exception cref="InputException">It is none of these.</exception>
    public static ArtifactStore Find(string folder) =>
        File.Exists(Path.Combine(folder, "plan.json")) ? RunFolder.Open(folder).Folder.Store
        : new[] { folder, Path.Combine(folder, "store") }.FirstOrDefault(place =>
            Directory.Exists(Path.Combine(place, "artifacts")) || Directory.Exists(Path.Combine(place, "tasks"))
        )
            is { } store
            ? new(store)
        : throw new InputException(
            $"'{folder}' is neither a store, nor a run, nor a folder with a store in it; give the folder that `transferlens run` wrote to, runs unless told otherwise."
        );

    /// <summary>The runs that take from a store: those that it knows, and those beside it, since a run may have been moved together with its store.</summary>
    public static List<(string Folder, Plan Plan)> Runs(ArtifactStore store)
    {
        var beside = Path.GetDirectoryName(store.Folder) is { } parent ? Directory.GetDirectories(parent) : [];
        return
        [
            .. StoreRuns
                .List(store.Folder)
                .Concat(beside)
                .Distinct(StringComparer.Ordinal)
                .Where(folder => File.Exists(Path.Combine(folder, "plan.json")))
                .Select(folder => (Folder: folder, Run: RunFolder.Open(folder)))
                .Where(run => run.Run.Folder.Store.Folder == store.Folder)
                .Select(run => (run.Folder, run.Run.Plan)),
        ];
    }

    /// <summary>Sees that no run, task or job works in a store.</summary>
    /// <exception cref="InputException">One does.</exception>
    public static void CheckNobodyWorks(ArtifactStore store, List<(string Folder, Plan Plan)> runs)
    {
        var (running, queued) = (Path.Combine(store.Folder, "running"), Path.Combine(store.Folder, "slurm", "live"));
        if (Directory.Exists(queued) && Directory.EnumerateFileSystemEntries(queued).Any())
        {
            throw new InputException(
                $"Jobs of the store '{store.Folder}' may wait or run in Slurm; wait until they end, or end them with `transferlens cancel RUN`, before it is cleaned."
            );
        }

        if (runs.Find(run => RunLock.IsTaken(run.Folder)).Folder is { } busy)
        {
            throw new InputException(
                $"The run '{busy}' is being worked on; wait until it ends, or stop it, before its store is cleaned."
            );
        }

        if (
            Directory.Exists(running)
            && Directory
                .GetDirectories(running)
                .Select(folder => Path.GetFileName(folder)!)
                .FirstOrDefault(key => key[0] != '.' && store.Running(key).IsTaken())
                is { } key
        )
        {
            throw new InputException(
                $"The task {key} of the store '{store.Folder}' is being computed; wait until it ends before the store is cleaned."
            );
        }
    }
}
