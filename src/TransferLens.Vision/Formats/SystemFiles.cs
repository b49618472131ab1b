namespace TransferLens.Vision.Formats;

/// <summary>
/// Files and folders that systems and programs leave between images: of archives, editors, network storage and
/// desktops. Such a folder may contain small copies of the images.
/// </summary>
internal static class SystemFiles
{
    private static readonly HashSet<string> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        "__MACOSX", // archives of macOS
        "@eaDir", // Synology
        "@Recycle", // QNAP
        "@Recently-Snapshot",
        "#recycle",
        "#snapshot",
        "$RECYCLE.BIN", // Windows
        "System Volume Information",
        "Thumbs.db",
        "ehthumbs.db",
        "desktop.ini",
        "lost+found", // Linux
        "__pycache__", // Python
        "Icon\r", // macOS
    };

    /// <summary>Whether a file or folder is one of these, by its name.</summary>
    public static bool IsOne(string path) => Names.Contains(Path.GetFileName(path));

    /// <summary>Whether a file or folder is hidden: its name begins with a dot.</summary>
    public static bool IsHidden(string path) => Path.GetFileName(path).StartsWith('.');

    /// <summary>Whether a part of a relative path is hidden or one of these.</summary>
    public static bool Contain(string relativePath) =>
        relativePath.Split('/', '\\').Any(part => IsHidden(part) || IsOne(part));
}
