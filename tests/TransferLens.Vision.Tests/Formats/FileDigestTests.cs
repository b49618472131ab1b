using TransferLens.Tests;
using TransferLens.Vision.Formats;

namespace TransferLens.Vision.Tests.Formats;

public class FileDigestTests
{
    [Fact]
    public void Content_that_changed_while_length_and_time_did_not_has_another_digest()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Elsewhere, the system does not say when a file last changed.");
        using var folder = new TemporaryFolder();
        string[] files = [.. Enumerable.Range(0, 200).Select(i => $"{i}.png")];
        foreach (var file in files)
        {
            Write(folder[file], $"{folder.Path} {file} 1");
        }

        var before = FileDigest.Compute(folder.Path, files, []);
        Assert.Equal(before.Digest, FileDigest.Compute(folder.Path, files, []).Digest);
        Write(folder["7.png"], $"{folder.Path} 7.png 2");
        var after = FileDigest.Compute(folder.Path, files, []);
        Assert.NotEqual(before.Digest, after.Digest);
        Assert.Equal([7], Enumerable.Range(0, 200).Where(i => before.Contents[i] != after.Contents[i]));
    }

    [Fact]
    public void Equal_files_have_equal_contents_also_when_they_come_from_the_cache()
    {
        using var folder = new TemporaryFolder();
        Write(folder["a"], folder.Path);
        Write(folder["b"], folder.Path);
        Write(folder["c"], "other");
        for (var pass = 0; pass < 2; pass++)
        {
            var contents = FileDigest.Compute(folder.Path, ["a", "b", "c"], []).Contents;
            Assert.Equal(contents[0], contents[1]);
            Assert.NotEqual(contents[0], contents[2]);
        }
    }

    private static void Write(string path, string text)
    {
        File.WriteAllText(path, text);
        File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch);
    }
}
