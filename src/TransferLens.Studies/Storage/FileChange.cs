using System.Runtime.InteropServices;

namespace TransferLens.Studies.Storage;

/// <summary>
/// When a file last changed. Unlike the modification time, nobody can set this time: it changes whenever content,
/// name or times of the file do, so that equal times mean equal content.
/// </summary>
internal static partial class FileChange
{
    // struct statx of Linux is the same on every processor.
    private const int Bytes = 256;
    private const int InodeOffset = 32;
    private const int TimeOffset = 96;
    private const int CurrentFolder = -100;
    private const uint BasicStats = 0x7ff;

    /// <summary>The file's number and the time of its last change; null where the system does not say.</summary>
    public static unsafe string? Describe(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        Span<byte> result = stackalloc byte[Bytes];
        try
        {
            fixed (byte* address = result)
            {
                if (Status(CurrentFolder, path, 0, BasicStats, address) != 0)
                {
                    return null;
                }
            }
        }
        catch (EntryPointNotFoundException)
        {
            return null; // An old C library.
        }

        var inode = BitConverter.ToUInt64(result[InodeOffset..]);
        var (seconds, nanoseconds) = (
            BitConverter.ToInt64(result[TimeOffset..]),
            BitConverter.ToUInt32(result[(TimeOffset + 8)..])
        );
        return $"{inode} {seconds}.{nanoseconds}";
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial int Status(int folder, string path, int flags, uint mask, byte* result);
}
