using TransferLens.Execution.Artifacts;
using TransferLens.Execution.Progress;
using TransferLens.Execution.Slurm;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;

namespace TransferLens.Runs;

/// <summary>The runs that use a store, and whether one is working in it.</summary>
internal static class UsedStore
{
    /// <summary>Finds the store of a folder.</summary>
    /// <param name="folder">A store, a run's folder, or a folder of runs with their store in it.</param>
    /// <exception cref="InputException">It is none of these.</exception>
    public static ArtifactStore Find(string folder)
    {
        if (File.Exists(Path.Combine(folder, "plan.json")))
        {
            return RunFolder.Open(folder).Folder.Store;
        }

        string[] candidates = [folder, Path.Combine(folder, "store")];
        return Array.Find(candidates, IsStore) is { } store
            ? new(store)
            : throw new InputException(
                $"'{folder}' is neither a store, nor a run, nor a folder with a store in it. "
                    + "Give the folder that `transferlens run` wrote to, by default runs."
            );
    }

    /// <summary>
    /// The runs that use a store: those registered in it, and those next to it, since a run may have been moved
    /// together with its store.
    /// </summary>
    public static List<(string Folder, Plan Plan)> Runs(ArtifactStore store)
    {
        var neighbours = Path.GetDirectoryName(store.Folder) is { } parent ? Directory.GetDirectories(parent) : [];
        return
        [
            .. StoreRuns
                .List(store.Folder)
                .Concat(neighbours)
                .Distinct(StringComparer.Ordinal)
                .Where(folder => File.Exists(Path.Combine(folder, "plan.json")))
                .Select(folder => (Folder: folder, Run: RunFolder.Open(folder)))
                .Where(run => run.Run.Folder.Store.Folder == store.Folder)
                .Select(run => (run.Folder, run.Run.Plan)),
        ];
    }

    /// <summary>Checks that no run, task or job is working in a store.</summary>
    /// <exception cref="InputException">One does.</exception>
    public static void CheckIdle(ArtifactStore store, List<(string Folder, Plan Plan)> runs)
    {
        var running = Path.Combine(store.Folder, "running");
        var queued = Path.Combine(store.Folder, ArtifactStore.JobsFolder, Submissions.LiveFolderName);
        if (Directory.Exists(queued) && Directory.EnumerateFileSystemEntries(queued).Any())
        {
            throw new InputException(
                $"Jobs of the store '{store.Folder}' may be queued or running in Slurm. Before cleaning, wait until "
                    + "they end, or cancel them with `transferlens cancel RUN`."
            );
        }

        if (runs.Find(run => RunLock.IsTaken(run.Folder)).Folder is { } busy)
        {
            throw new InputException(
                $"The run '{busy}' is in progress. Wait until it ends, or stop it, before cleaning its store."
            );
        }

        var tasks = Directory.Exists(running) ? Directory.GetDirectories(running) : [];
        if (
            tasks
                .Select(folder => Path.GetFileName(folder))
                .FirstOrDefault(key => key[0] != '.' && store.Running(key).IsTaken()) is
            { } task
        )
        {
            throw new InputException(
                $"The task {task} of the store '{store.Folder}' is being computed. Wait until it ends before cleaning."
            );
        }
    }

    private static bool IsStore(string folder) =>
        Directory.Exists(Path.Combine(folder, "artifacts")) || Directory.Exists(Path.Combine(folder, "tasks"));
}
