using System.Runtime.InteropServices;

namespace TransferLens.Studies.Storage;

/// <summary>A second name of a file. Making one is the only step that every network file system does for exactly one of all who try.</summary>
internal static partial class HardLink
{
    /// <summary>Gives a file a second name; false when the name is taken or the file system has no such links.</summary>
    public static bool TryCreate(string file, string name)
    {
        if (OperatingSystem.IsWindows())
        {
            return false;
        }

        return Link(file, name) == 0;
    }

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Link(string file, string name);
}
