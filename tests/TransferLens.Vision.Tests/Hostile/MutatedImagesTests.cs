using System.Buffers.Binary;
using System.Diagnostics;
using TransferLens.Tests;

namespace TransferLens.Vision.Tests.Hostile;

public class MutatedImagesTests
{
    // All of them, or those in TRANSFERLENS_HOSTILE_READERS, divided by semicolons.
    public static TheoryData<string> Readers =>
        Environment.GetEnvironmentVariable("TRANSFERLENS_HOSTILE_READERS") is { Length: > 0 } named
            ? [.. named.Split(';')]
            : [.. ImageReader.All.Keys];

    [Theory]
    [MemberData(nameof(Readers))]
    public void A_valid_file_is_read(string reader)
    {
        using var folder = new TemporaryFolder();
        var target = ImageReader.All[reader];
        target.Read(target.Write(folder, target.Wrap(target.Valid)));
    }

    [Theory]
    [MemberData(nameof(Readers))]
    public void A_mutated_file_is_read_or_refused_in_one_sentence(string reader)
    {
        using var folder = new TemporaryFolder();
        var target = ImageReader.All[reader];
        var files = Files(folder, target);
        HostileInput.Check(
            reader,
            seed: 20_201,
            random => target.Wrap(HostileInput.Mutated(target.Valid, random)),
            bytes =>
            {
                var location = target.Write(folder, bytes);
                return () => target.Read(location);
            }
        );
        Assert.Equal(
            files,
            Directory.GetFileSystemEntries(folder.Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
        );
        HostileInput.Note(
            "most megabytes of memory of the process that read damaged images",
            (int)(Process.GetCurrentProcess().PeakWorkingSet64 >> 20)
        );
    }

    private static IEnumerable<string> Files(TemporaryFolder folder, ImageReader target)
    {
        target.Write(folder, target.Wrap(target.Valid));
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
        BinaryPrimitives.WriteUInt32BigEndian(bomb.AsSpan(29), Checksums.Crc32(bomb.AsSpan(12, 17)));
        var watch = Stopwatch.StartNew();
        Assert.True(HostileInput.IsRefused(() => target.Read(target.Write(folder, bomb)), "a bomb"));
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 20);
    }
}
