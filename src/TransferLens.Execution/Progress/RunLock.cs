namespace TransferLens.Execution.Progress;

/// <summary>Tells others that somebody works on a run: a file in its folder that is locked while he does, and gone afterwards.</summary>
public static class RunLock
{
    private const string Name = ".running";
    private const int Tries = 20;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Says that this process works on a run until what is returned is disposed of, or the process dies. Null when
    /// another process says so already: two may share the work of one run.</summary>
    /// <param name="folder">The run's folder.</param>
    public static IDisposable? Take(string folder)
    {
        for (var tries = 0; tries < Tries; tries++)
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
                Thread.Sleep(Pause); // Perhaps somebody only looked.
            }
        }

        return null;
    }

    /// <summary>Whether somebody works on a run. Writes nothing.</summary>
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
            return false; // It went away in between.
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }
}
