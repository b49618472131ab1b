using System.Text;
using TransferLens.Vision.Runtime;

namespace TransferLens.Vision.Tests.Runtime;

public class GlibcxxCompatibilityTests
{
    private static readonly string Library = Path.Combine(
        AppContext.BaseDirectory,
        "runtimes",
        "linux-x64",
        "native",
        "libLibTorchSharp.so"
    );

    [Fact]
    public void The_marker_of_a_newer_libstdcxx_becomes_a_second_import_of_sched_yield_and_its_version_weak()
    {
        var original = File.ReadAllBytes(Library);
        var patched = original.ToArray();
        Assert.True(GlibcxxCompatibility.Patch(patched));
        Assert.Equal(original.Length, patched.Length);
        Assert.True(Has(original, "_ZSt21ios_base_library_initv\0"));
        Assert.False(Has(patched, "_ZSt21ios_base_library_initv\0"));
        // 28 bytes of a name, 2 of a version index, 2 of version flags.
        Assert.InRange(original.Zip(patched).Count(pair => pair.First != pair.Second), 1, 32);
    }

    [Fact]
    public void A_second_patch_changes_nothing_and_returns_false()
    {
        var patched = File.ReadAllBytes(Library);
        GlibcxxCompatibility.Patch(patched);
        var twice = patched.ToArray();
        Assert.False(GlibcxxCompatibility.Patch(twice));
        Assert.Equal(patched, twice);
    }

    [Fact]
    public void Other_files_and_libraries_without_the_marker_are_not_changed()
    {
        byte[][] images =
        [
            [],
            [.. "not a library"u8],
            new byte[4096],
            [.. "\u007fELF"u8, 2, 1, .. new byte[200]],
            File.ReadAllBytes(typeof(TensorRuntime).Assembly.Location),
            File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "libtorch", "libc10.so")),
        ];
        foreach (var image in images)
        {
            var before = image.ToArray();
            Assert.False(GlibcxxCompatibility.Patch(image));
            Assert.Equal(before, image);
        }
    }

    [Fact]
    public void A_truncated_library_is_not_changed()
    {
        var image = File.ReadAllBytes(Library);
        // The section table is in the last two kilobytes; without it nothing can be found.
        for (var length = 0; length < image.Length - 2048; length += image.Length / 97)
        {
            Assert.False(GlibcxxCompatibility.Patch(image.AsSpan(0, length)));
        }
    }

    private static bool Has(byte[] image, string text) => image.AsSpan().IndexOf(Encoding.ASCII.GetBytes(text)) >= 0;
}
