using System.Runtime.InteropServices;

namespace TransferLens.Runtime;

/// <summary>
/// Keeps memory that tensors give back for the next ones. By default glibc returns large blocks to the system at once, and
/// every batch then pays for fresh pages: a tenth to a third of an evaluation's processor time.
/// </summary>
internal static partial class FreedMemory
{
    // <malloc.h>
    private const int TrimThreshold = -1;
    private const int MmapThreshold = -3;

    /// <summary>Asks glibc to map only blocks above 32 MiB by themselves, its largest setting, and to give nothing back. Does nothing elsewhere.</summary>
    public static void Keep()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        try
        {
            _ = Mallopt(MmapThreshold, 32 << 20);
            _ = Mallopt(TrimThreshold, int.MaxValue);
        }
        catch (Exception failure) when (failure is DllNotFoundException or EntryPointNotFoundException)
        {
            // Another C library, such as musl: its allocator has no such settings.
        }
    }

    [LibraryImport("libc.so.6", EntryPoint = "mallopt")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Mallopt(int parameter, int value);
}
