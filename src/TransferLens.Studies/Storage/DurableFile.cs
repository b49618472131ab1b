using System.Runtime.InteropServices;

namespace TransferLens.Studies.Storage;

/// <summary>Files that are there whole or not at all, also after the power went.</summary>
public static partial class DurableFile
{
    private const int CloseOnExec = 0x80000;

    // So many files are written to the disk one by one.
    private const int Few = 20;

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

    /// <summary>
    /// The same for many text files of one folder, none of which is seen before all are on the disk. The system is asked once
    /// for all of them: thousands of files, asked for one by one, take minutes.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <param name="files">Names in it and what is to be in them; gone through once.</param>
    public static void WriteAll(string folder, IEnumerable<(string Name, string Text)> files)
    {
        var (drafts, suffix) = (new List<string>(), $".{Guid.NewGuid():n}.part");
        try
        {
            foreach (var (name, text) in files)
            {
                drafts.Add(Path.Combine(folder, name));
                File.WriteAllText(drafts[^1] + suffix, text);
            }

            if (drafts.Count < Few || !FlushFileSystem(folder))
            {
                drafts.ForEach(path => Flush(path + suffix));
            }

            drafts.ForEach(path => File.Move(path + suffix, path, overwrite: true));
            if (drafts.Count > 0)
            {
                FlushFolder(folder);
            }
        }
        catch
        {
            drafts.Select(path => path + suffix).Where(File.Exists).ToList().ForEach(File.Delete);
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

        if (Open(path, CloseOnExec) is >= 0 and var folder)
        {
            _ = Sync(folder); // Some file systems refuse it for folders; then their renames are as durable as they get.
            _ = Close(folder);
        }
    }

    // Also what others wrote on the same file system, so not worth it for a few files. False where it cannot be done.
    private static bool FlushFileSystem(string folder)
    {
        if (!OperatingSystem.IsLinux() || Open(folder, CloseOnExec) is not (>= 0 and var open))
        {
            return false;
        }

        var done = SyncFileSystem(open) == 0;
        _ = Close(open);
        return done;
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
