using System.Runtime.InteropServices;

namespace TransferLens.Artifacts;

/// <summary>Files that are there whole or not at all, also after the power went.</summary>
public static partial class DurableFile
{
    /// <summary>Writes a text file: beside its place first, flushed to the disk, then renamed.</summary>
    /// <param name="path">Where it is to be.</param>
    /// <param name="text">What is to be in it.</param>
    public static void Write(string path, string text)
    {
        var draft = $"{path}.{Guid.NewGuid():n}.part";
        try
        {
            File.WriteAllText(draft, text);
            Flush(draft);
            File.Move(draft, path, overwrite: true);
            FlushFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
        catch
        {
            File.Delete(draft);
            throw;
        }
    }

    /// <summary>Has the system write a file's content to the disk.</summary>
    public static void Flush(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        file.Flush(flushToDisk: true);
    }

    /// <summary>Has the system write to the disk which names a folder holds, so that a rename in it outlives a loss of power. Nothing where the system does not offer it.</summary>
    public static void FlushFolder(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        const int closeOnExec = 0x80000;
        if (Open(path, closeOnExec) is >= 0 and var folder)
        {
            _ = Sync(folder); // Some file systems refuse it for folders; then their renames are as durable as they get.
            _ = Close(folder);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Sync(int file);

    [LibraryImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int file);
}
