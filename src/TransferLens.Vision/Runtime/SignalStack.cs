using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using static TorchSharp.torch;

namespace TransferLens.Vision.Runtime;

/// <summary>
/// Room for .NET's signal handler on threads that compute in bfloat16. The kernel saves a thread's registers where the
/// handler runs. Once oneDNN has used the tiles of AMX on a thread, these are 8 KiB larger, and what is left of the
/// 16 KiB that .NET provides is too small: a null reference would end the process instead of becoming an exception.
/// </summary>
internal static partial class SignalStack
{
    private const nint Size = 64 * 1024;

    // <sys/mman.h>
    private const int ReadWrite = 3;
    private const int PrivateAnonymous = 0x22;
    private static readonly nint Failed = -1;

    // Leaf 7 of CPUID: structured extended features.
    private const int Features = 7;
    private const int AmxTiles = 1 << 24;

    [ThreadStatic]
    private static bool isWide;

    // .NET's own stack, while the thread has a larger one.
    [ThreadStatic]
    private static Stack replaced;

    // Whether the processor has tiles, and the system is one that this class knows.
    private static readonly bool IsNeeded =
        OperatingSystem.IsLinux() && X86Base.X64.IsSupported && (X86Base.CpuId(Features, 0).Edx & AmxTiles) != 0;

    /// <summary>Gives the calling thread a larger stack for signal handlers, once, if it may need one.</summary>
    /// <param name="format">The number format that the thread is about to compute in.</param>
    public static void WidenFor(ScalarType format)
    {
        if (format != ScalarType.BFloat16 || isWide || !IsNeeded)
        {
            return;
        }

        isWide = true;
        var memory = Map(0, Size, ReadWrite, PrivateAnonymous, -1, 0);
        if (memory != Failed && Install(new() { Start = memory, Size = Size }, out replaced) != 0)
        {
            _ = Unmap(memory, Size);
        }
    }

    /// <summary>
    /// Gives the calling thread .NET's own stack again and frees the larger one, before the thread ends: .NET frees
    /// only its own.
    /// </summary>
    public static void Restore()
    {
        if (isWide && replaced.Start != 0 && Install(replaced, out var wide) == 0)
        {
            _ = Unmap(wide.Start, wide.Size);
        }

        (isWide, replaced) = (false, default);
    }

    /// <summary>stack_t of &lt;signal.h&gt;.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Stack
    {
        public nint Start;
        public int Flags;
        public nint Size;
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Map(nint address, nint size, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Unmap(nint address, nint size);

    [LibraryImport("libc", EntryPoint = "sigaltstack")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Install(in Stack stack, out Stack previous);
}
