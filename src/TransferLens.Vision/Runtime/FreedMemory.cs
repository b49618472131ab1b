using System.Runtime.InteropServices;

namespace TransferLens.Vision.Runtime;

/// <summary>
/// Keeps the memory of disposed tensors for later ones. By default glibc returns large blocks to the system at once, so
/// that every batch pays for new pages, 10 to 30 % of an evaluation's CPU time.
/// </summary>
internal static partial class FreedMemory
{
    // <malloc.h>
    private const int TrimThreshold = -1;
    private const int MmapMax = -4;

    /// <summary>
    /// Tells glibc not to map large blocks separately, and to keep freed memory. Does nothing elsewhere.
    /// </summary>
    public static void Keep() =>
        Call(() =>
        {
            _ = Mallopt(MmapMax, 0);
            _ = Mallopt(TrimThreshold, int.MaxValue);
        });

    /// <summary>Returns all freed memory to the system, before a pause of unknown length.</summary>
    public static void Release()
    {
        // Tensors that were not disposed are freed by their finalizers.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Call(() => _ = MallocTrim(0));
    }

    private static void Call(Action allocator)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        try
        {
            allocator();
        }
        catch (Exception failure) when (failure is DllNotFoundException or EntryPointNotFoundException)
        {
            // Other C libraries, such as musl, have no such settings.
        }
    }

    [LibraryImport("libc.so.6", EntryPoint = "mallopt")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Mallopt(int parameter, int value);

    [LibraryImport("libc.so.6", EntryPoint = "malloc_trim")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int MallocTrim(nuint pad);
}
