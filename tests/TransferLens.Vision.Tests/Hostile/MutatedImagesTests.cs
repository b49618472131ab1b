using System.Buffers.Binary;
using System.Diagnostics;
using TransferLens.Tests;

namespace TransferLens.Vision.Tests.Hostile;

public class MutatedImagesTests
{
    // Managed memory that one input may take, as in SECURITY.md; an image may have 178,956,970 pixels.
    private const long MostMemory = 600_000_000;

    public static TheoryData<string> Readers => [.. ImageReader.All.Keys];

    [Theory]
    [MemberData(nameof(Readers))]
    public void A_valid_file_is_read(string reader)
    {
        using var folder = new TemporaryFolder();
        var target = ImageReader.All[reader];
        target.Read(target.Write(folder, target.Valid));
    }

    [Theory]
    [MemberData(nameof(Readers))]
    public void A_mutated_file_is_read_or_refused_in_one_sentence(string reader)
    {
        using var folder = new TemporaryFolder();
        var target = ImageReader.All[reader];
        var (random, refused, tried) = (new Random(20_201), 0, HostileInput.Share(15));
        var files = Files(folder, target);
        for (var i = 0; i < tried; i++)
        {
            var bytes = HostileInput.Mutated(target.Valid, random);
            var location = target.Write(folder, bytes);
            var before = GC.GetTotalAllocatedBytes();
            refused += HostileInput.IsRefused(
                () => target.Read(location),
                $"{reader} {i}: {Convert.ToBase64String(bytes)}"
            )
                ? 1
                : 0;
            Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, MostMemory);
        }

        Assert.Equal(
            files,
            Directory.GetFileSystemEntries(folder.Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
        );
        Assert.InRange(refused, tried / 20, tried);
        HostileInput.Note("hostile inputs tried", tried);
        HostileInput.Note("of them refused in one sentence", refused);
        HostileInput.Note(
            "most megabytes of memory of the process that read damaged images",
            (int)(Process.GetCurrentProcess().PeakWorkingSet64 >> 20)
        );
    }

    private static IEnumerable<string> Files(TemporaryFolder folder, ImageReader target)
    {
        target.Write(folder, target.Valid);
        return
        [
            .. Directory
                .GetFileSystemEntries(folder.Path, "*", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal),
        ];
    }

    [Theory]
    [InlineData(65535, 65535)]
    [InlineData(13378, 13378)]
    [InlineData(1, int.MaxValue)]
    public void An_image_that_claims_too_many_pixels_is_refused_quickly(int width, int height)
    {
        using var folder = new TemporaryFolder();
        var target = ImageReader.All["png"];
        byte[] bomb = [.. target.Valid];
        BinaryPrimitives.WriteInt32BigEndian(bomb.AsSpan(16), width);
        BinaryPrimitives.WriteInt32BigEndian(bomb.AsSpan(20), height);
        BinaryPrimitives.WriteUInt32BigEndian(bomb.AsSpan(29), Crc32(bomb.AsSpan(12, 17)));
        var watch = Stopwatch.StartNew();
        Assert.True(HostileInput.IsRefused(() => target.Read(target.Write(folder, bomb)), "a bomb"));
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 20);
    }

    // The checksum of PNG chunks, with the reflected polynomial 0xEDB88320.
    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var one in bytes)
        {
            crc ^= one;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
            }
        }

        return ~crc;
    }
}
