using System.Runtime.InteropServices;

namespace TransferLens.Studies.Storage;

/// <summary>Writes files that exist either completely or not at all, even after a loss of power.</summary>
public static partial class DurableFile
{
    private const int CloseOnExec = 0x80000;

    // Fewer files than this are flushed one by one.
    private const int Few = 20;

    /// <summary>
    /// Writes a text file: as a draft in the same folder first, which is flushed to the disk and renamed.
    /// </summary>
    /// <param name="path">Its path.</param>
    /// <param name="text">Its content.</param>
    public static void Write(string path, string text)
    {
        var draft = $"{path}.{UniqueName.Create()}.part";
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

    /// <summary>
    /// Writes many text files in one folder. None appears before all are on the disk. One system call flushes all of
    /// them: flushing thousands of files one by one takes minutes.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <param name="files">Names and contents; enumerated once.</param>
    public static void WriteAll(string folder, IEnumerable<(string Name, string Text)> files)
    {
        var (paths, suffix) = (new List<string>(), $".{UniqueName.Create()}.part");
        try
        {
            foreach (var (name, text) in files)
            {
                paths.Add(Path.Combine(folder, name));
                File.WriteAllText(paths[^1] + suffix, text);
            }

            if (paths.Count < Few || !FlushFileSystem(folder))
            {
                paths.ForEach(path => Flush(path + suffix));
            }

            paths.ForEach(path => File.Move(path + suffix, path, overwrite: true));
            if (paths.Count > 0)
            {
                FlushFolder(folder);
            }
        }
        catch
        {
            paths.Select(path => path + suffix).Where(File.Exists).ToList().ForEach(File.Delete);
            throw;
        }
    }

    /// <summary>Flushes a file's content to the disk.</summary>
    public static void Flush(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        file.Flush(flushToDisk: true);
    }

    /// <summary>
    /// Flushes the names in a folder to the disk, so that a rename survives a loss of power. Does nothing where the
    /// system cannot do that.
    /// </summary>
    public static void FlushFolder(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        if (Open(path, CloseOnExec) is >= 0 and var folder)
        {
            _ = Sync(folder); // Some file systems refuse it for folders; their renames are as durable as they can be.
            _ = Close(folder);
        }
    }

    // Flushes the files of other processes too, so it is not worth it for a few files. False where it is impossible.
    private static bool FlushFileSystem(string folder)
    {
        if (!OperatingSystem.IsLinux() || Open(folder, CloseOnExec) is not (>= 0 and var open))
        {
            return false;
        }

        var isFlushed = SyncFileSystem(open) == 0;
        _ = Close(open);
        return isFlushed;
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Sync(int file);

    [LibraryImport("libc", EntryPoint = "syncfs")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SyncFileSystem(int file);

    [LibraryImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int file);
}
