using TransferLens.Execution.Leases;
namespace TransferLens.Execution.Progress;

/// <summary>
/// Shows others that a process works on a run: a file in the run's folder that is locked meanwhile and deleted
/// afterwards.
/// </summary>
internal static class RunLock
{
    private const string Name = ".running";
    private const int Attempts = 20;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// Takes the lock of a run until the returned object is disposed or this process dies. Null when another process
    /// has it; two processes may share the work of one run.
    /// </summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="time">The clock.</param>
    public static IDisposable? Take(string folder, TimeProvider time)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            try
            {
                return new FileStream(
                    Path.Combine(folder, Name),
                    FileMode.OpenOrCreate,
                    FileAccess.ReadWrite,
                    FileShare.None,
                    bufferSize: 1,
                    FileOptions.DeleteOnClose
                );
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                time.Sleep(Pause); // Another process may only be looking, in IsTaken.
            }
        }

        return null;
    }

    /// <summary>Whether a process works on a run. Writes nothing.</summary>
    /// <param name="folder">The run's folder.</param>
    public static bool IsTaken(string folder)
    {
        var path = Path.Combine(folder, Name);
        try
        {
            using var probe = File.Exists(path)
                ? new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read)
                : null;
            return false;
        }
        catch (FileNotFoundException)
        {
            return false; // It was deleted in between.
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }
}
