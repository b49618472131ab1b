using TransferLens.Studies.Inputs;

namespace TransferLens.Cli.Options;

/// <summary>Checks a folder to write files in before any work is done for it.</summary>
internal static class OutputFolder
{
    /// <summary>
    /// Checks it by creating it and a file in it. Both are removed, so that a request that fails later leaves nothing.
    /// </summary>
    /// <param name="folder">Full path of the folder, which may be missing.</param>
    /// <param name="option">The option that names it.</param>
    /// <exception cref="InputException">It is a file, or cannot be created or written.</exception>
    public static void Check(string folder, string option)
    {
        if (File.Exists(folder))
        {
            throw new InputException($"The output '{folder}' is a file. Name a folder with {option}.");
        }

        string[] missing = [.. Missing(Path.TrimEndingDirectorySeparator(folder))];
        try
        {
            Directory.CreateDirectory(folder);
            CreateFile(Path.Combine(folder, $"{Environment.ProcessId}.part"));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"The folder '{folder}' of {option} cannot be written. Name another.", failure);
        }
        finally
        {
            Remove(missing);
        }
    }

    /// <summary>
    /// Creates a file and removes it: permissions alone do not show whether that is possible.
    /// </summary>
    /// <param name="path">Its path; no such file exists.</param>
    /// <exception cref="IOException">It cannot be created.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public static void CreateFile(string path)
    {
        const FileOptions Removed = FileOptions.DeleteOnClose;
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, Removed);
    }

    // The folder and its parents that do not exist, the innermost first.
    private static IEnumerable<string> Missing(string folder)
    {
        for (var path = folder; path is not null && !Directory.Exists(path); path = Path.GetDirectoryName(path))
        {
            yield return path;
        }
    }

    private static void Remove(string[] folders)
    {
        // Not a link: the check does not create one.
        foreach (var folder in folders.Where(path => new DirectoryInfo(path) is { Exists: true, LinkTarget: null }))
        {
            try
            {
                Directory.Delete(folder);
            }
            catch (IOException)
            {
                // Another process writes in it.
            }
        }
    }
}
