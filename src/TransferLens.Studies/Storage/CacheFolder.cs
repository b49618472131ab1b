namespace TransferLens.Studies.Storage;

/// <summary>The user's cache folder: <c>TRANSFERLENS_CACHE</c>, else <c>XDG_CACHE_HOME/transferlens</c>, else
/// <c>~/.cache/transferlens</c>, else a folder of the user's below the temporary folder.</summary>
public static class CacheFolder
{
    /// <summary>A path below the cache folder; nothing is created.</summary>
    /// <param name="parts">Folder and file names below it.</param>
    public static string Of(params string[] parts) => Path.Combine([Root(), .. parts]);

    private static string Root()
    {
        if (Environment.GetEnvironmentVariable("TRANSFERLENS_CACHE") is { Length: > 0 } chosen)
        {
            return Path.GetFullPath(chosen);
        }

        if (Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } shared)
        {
            return Path.Combine(shared, "transferlens");
        }

        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return home.Length > 0
            ? Path.Combine(home, ".cache", "transferlens")
            : Path.Combine(Path.GetTempPath(), $"transferlens-{Environment.UserName}");
    }
}
