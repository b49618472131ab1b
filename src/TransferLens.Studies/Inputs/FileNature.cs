using System.Runtime.InteropServices;

namespace TransferLens.Studies.Inputs;

/// <summary>What a file without length is, found out without opening it.</summary>
internal static partial class FileNature
{
    private const int WorkingFolder = -100; // AT_FDCWD
    private const uint TypeAndMode = 3; // STATX_TYPE | STATX_MODE
    private const int Mode = 28; // where struct statx has the type and mode, on every architecture
    private const int Size = 256; // of struct statx

    /// <summary>"is empty", "is a pipe", "is a device" or "is a socket"; follows links.</summary>
    /// <param name="path">A file that exists and has length 0.</param>
    public static string Describe(string path) =>
        TypeOf(path) switch
        {
            0x1000 => "is a pipe",
            0x2000 or 0x6000 => "is a device",
            0xc000 => "is a socket",
            0x8000 => "is empty",
            _ => "is empty, or is a pipe or a device",
        };

    // The type of the file, as S_IFMT masks it; 0 where it is unknown.
    private static int TypeOf(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return 0;
        }

        try
        {
            var about = new byte[Size];
            return Status(WorkingFolder, path, 0, TypeAndMode, about) == 0
                ? BitConverter.ToUInt16(about, Mode) & 0xf000
                : 0;
        }
        catch (EntryPointNotFoundException)
        {
            return 0;
        }
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Status(
        int folder,
        string path,
        int flags,
        uint mask,
        [Out, MarshalAs(UnmanagedType.LPArray, SizeConst = Size)] byte[] about
    );
}
