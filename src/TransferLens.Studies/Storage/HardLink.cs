using System.Runtime.InteropServices;

namespace TransferLens.Studies.Storage;

/// <summary>
/// Hard links. Creating one is the only operation that, on every network file system, succeeds for exactly one of all
/// processes that try.
/// </summary>
internal static partial class HardLink
{
    /// <summary>
    /// Gives a file a second name. False when the name exists or the file system has no hard links.
    /// </summary>
    public static bool TryCreate(string file, string name) => !OperatingSystem.IsWindows() && Link(file, name) == 0;

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Link(string file, string name);
}
