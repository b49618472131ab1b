using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using TransferLens.Studies.Storage;

namespace TransferLens.Vision.Runtime;

/// <summary>
/// A copy of <c>libLibTorchSharp.so</c> that loads with the libstdc++ of Debian 12 and Ubuntu 22.04.
/// </summary>
/// <remarks>
/// TorchSharp 0.107.0 is linked with GCC 13, whose <c>&lt;iostream&gt;</c> leaves one undefined symbol behind:
/// <c>_ZSt21ios_base_library_initv</c>, version <c>GLIBCXX_3.4.32</c>. It is a marker that nothing calls; it only
/// makes sure that a new enough libstdc++ is present. GCC 12's libstdc++ ends at 3.4.30, so the dynamic linker
/// refuses the whole library. In the copy the marker is a second import of <c>sched_yield</c>, has no version, and
/// the need for 3.4.32 is weak. Every other symbol the library wants exists in 3.4.30.
/// The copy is in the user's cache folder, named by the digest of the original; the package cache is not changed.
/// </remarks>
internal static class GlibcxxCompatibility
{
    private const string Marker = "_ZSt21ios_base_library_initv";
    private const string Replacement = "sched_yield";
    private const string Version = "GLIBCXX_3.4.32";

    /// <summary>Loads a patched copy of a library.</summary>
    /// <returns>
    /// Its handle and its path; null when <paramref name="library"/> does not have the marker, so that a copy would not
    /// help, or when the copy cannot be written or does not load either.
    /// </returns>
    public static (nint Handle, string Path)? Load(string library)
    {
        try
        {
            var image = File.ReadAllBytes(library);
            var digest = Convert.ToHexStringLower(SHA256.HashData(image))[..16];
            return Patch(image) ? LoadFrom(CacheFolder.Of("native", digest), image) ?? LoadFromTemporary(image) : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static (nint Handle, string Path)? LoadFrom(string folder, byte[] image)
    {
        try
        {
            var copy = Path.Combine(folder, "libLibTorchSharp.so");
            if (!File.Exists(copy) || !File.ReadAllBytes(copy).AsSpan().SequenceEqual(image))
            {
                Directory.CreateDirectory(folder);
                var draft = Path.Combine(folder, $".{Path.GetRandomFileName()}");
                File.WriteAllBytes(draft, image);
                File.Move(draft, copy, overwrite: true);
            }

            return NativeLibrary.TryLoad(copy, out var handle) ? (handle, copy) : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // For machines where the cache cannot be written, as on some clusters. A loaded library no longer needs its file.
    private static (nint Handle, string Path)? LoadFromTemporary(byte[] image)
    {
        var folder = Directory.CreateTempSubdirectory("transferlens-native-").FullName;
        try
        {
            return LoadFrom(folder, image);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Patches an x86-64 ELF image in place; false when it lacks the marker or its version.</summary>
    internal static bool Patch(Span<byte> image)
    {
        if (
            image.Length < 64
            || !image[..4].SequenceEqual("\u007fELF"u8)
            || image[4] != 2
            || image[5] != 1
            || image[0x12] != 62
        )
        {
            return false;
        }

        try
        {
            return PatchElf(image);
        }
        catch (Exception damaged) when (damaged is ArgumentException or IndexOutOfRangeException)
        {
            return false;
        }
    }

    private static bool PatchElf(Span<byte> image)
    {
        if (
            Section(image, ".dynstr") is not { } str
            || Section(image, ".dynsym") is not { } sym
            || Section(image, ".gnu.version") is not { } ver
            || Section(image, ".gnu.version_r") is not { } need
        )
        {
            return false;
        }

        for (var i = 0; i < sym.Length / 24; i++)
        {
            var name = str.Start + BinaryPrimitives.ReadInt32LittleEndian(image[(sym.Start + (24 * i))..]);
            if (!IsString(image, name, Marker))
            {
                continue;
            }

            image.Slice(name, Marker.Length).Clear();
            Encoding.ASCII.GetBytes(Replacement, image[name..]);
            BinaryPrimitives.WriteUInt16LittleEndian(image[(ver.Start + (2 * i))..], 1); // VER_NDX_GLOBAL: no version
            return MakeWeak(image, need.Start, str.Start);
        }

        return false;
    }

    // .gnu.version_r: a list of files (Elf64_Verneed), each with a list of versions (Elf64_Vernaux).
    private static bool MakeWeak(Span<byte> image, int file, int strings)
    {
        while (true)
        {
            var count = BinaryPrimitives.ReadUInt16LittleEndian(image[(file + 2)..]);
            var entry = file + BinaryPrimitives.ReadInt32LittleEndian(image[(file + 8)..]);
            for (var i = 0; i < count; i++)
            {
                var name = strings + BinaryPrimitives.ReadInt32LittleEndian(image[(entry + 8)..]);
                if (IsString(image, name, Version))
                {
                    BinaryPrimitives.WriteUInt16LittleEndian(image[(entry + 4)..], 2); // VER_FLG_WEAK
                    return true;
                }

                entry += BinaryPrimitives.ReadInt32LittleEndian(image[(entry + 12)..]);
            }

            var next = BinaryPrimitives.ReadInt32LittleEndian(image[(file + 12)..]);
            if (next == 0)
            {
                return false;
            }

            file += next;
        }
    }

    private static (int Start, int Length)? Section(ReadOnlySpan<byte> image, string name)
    {
        var table = (int)BinaryPrimitives.ReadInt64LittleEndian(image[0x28..]);
        var size = BinaryPrimitives.ReadUInt16LittleEndian(image[0x3A..]);
        var count = BinaryPrimitives.ReadUInt16LittleEndian(image[0x3C..]);
        var names = Header(image, table + (size * BinaryPrimitives.ReadUInt16LittleEndian(image[0x3E..]))).Start;
        for (var i = 0; i < count; i++)
        {
            var header = table + (size * i);
            if (IsString(image, names + BinaryPrimitives.ReadInt32LittleEndian(image[header..]), name))
            {
                return Header(image, header);
            }
        }

        return null;
    }

    private static (int Start, int Length) Header(ReadOnlySpan<byte> image, int header) =>
        (
            (int)BinaryPrimitives.ReadInt64LittleEndian(image[(header + 0x18)..]),
            (int)BinaryPrimitives.ReadInt64LittleEndian(image[(header + 0x20)..])
        );

    private static bool IsString(ReadOnlySpan<byte> image, int at, string text) =>
        image.Length > at + text.Length
        && image[at + text.Length] == 0
        && Encoding.ASCII.GetString(image.Slice(at, text.Length)) == text;
}
