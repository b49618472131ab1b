using System.Runtime.InteropServices;

namespace TransferLens.Vision.Runtime;

/// <summary>
/// What becomes of the memory that tensors give back. It is kept for the next ones: by default glibc returns large blocks to the
/// system at once, and every batch then pays for fresh pages, a tenth to a third of an evaluation's processor time.
/// </summary>
public static partial class FreedMemory
{
    // <malloc.h>
    private const int TrimThreshold = -1;
    private const int MmapMax = -4;

    /// <summary>Asks glibc to map no block by itself, however large, and to give nothing back. Does nothing elsewhere.</summary>
    public static void Keep() =>
        Ask(() =>
        {
            _ = Mallopt(MmapMax, 0);
            _ = Mallopt(TrimThreshold, int.MaxValue);
        });

    /// <summary>Gives all freed memory back to the system, for a pause whose length is not known.</summary>
    public static void GiveBack()
    {
        // Tensors that nobody disposed go with their last reference.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Ask(() => _ = MallocTrim(0));
    }

    private static void Ask(Action allocator)
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
            // Another C library, such as musl: its allocator has no such settings.
        }
    }

    [LibraryImport("libc.so.6", EntryPoint = "mallopt")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Mallopt(int parameter, int value);

    [LibraryImport("libc.so.6", EntryPoint = "malloc_trim")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int MallocTrim(nuint pad);
}
