namespace TransferLens.Studies.Storage;

/// <summary>
/// The user's cache folder: <c>TRANSFERLENS_CACHE</c> if set, otherwise <c>XDG_CACHE_HOME/transferlens</c>, otherwise
/// <c>~/.cache/transferlens</c>, otherwise a folder of this user in the temporary folder.
/// </summary>
public static class CacheFolder
{
    /// <summary>A path in the cache folder. Creates nothing.</summary>
    /// <param name="parts">Names of folders and of a file in it.</param>
    public static string Of(params string[] parts) => Path.Combine([Root(), .. parts]);

    private static string Root()
    {
        if (Environment.GetEnvironmentVariable("TRANSFERLENS_CACHE") is { Length: > 0 } ours)
        {
            return Path.GetFullPath(ours);
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
