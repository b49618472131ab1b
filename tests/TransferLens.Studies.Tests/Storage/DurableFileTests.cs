using TransferLens.Studies.Storage;
using TransferLens.Tests;

namespace TransferLens.Studies.Tests.Storage;

public sealed class DurableFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(100)]
    public void All_files_are_written_and_no_draft_stays(int count)
    {
        File.WriteAllText(folder["1"], "old");
        DurableFile.WriteAll(folder.Path, Enumerable.Range(0, count).Select(i => ($"{i}", $"text {i}")));
        Assert.Equal(count > 0 ? count : 1, Directory.GetFiles(folder.Path).Length);
        Assert.All(Enumerable.Range(0, count), i => Assert.Equal($"text {i}", File.ReadAllText(folder[$"{i}"])));
    }

    [Fact]
    public void No_file_is_changed_when_one_cannot_be_written()
    {
        File.WriteAllText(folder["1"], "old");
        Assert.ThrowsAny<IOException>(() =>
            DurableFile.WriteAll(
                folder.Path,
                Enumerable.Range(0, 100).Select(i => ($"{i}{(i == 60 ? "/nowhere" : "")}", "new"))
            )
        );
        Assert.Equal("old", File.ReadAllText(Assert.Single(Directory.GetFiles(folder.Path))));
    }

    public void Dispose() => folder.Dispose();
}
