using TransferLens.Studies.Inputs;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Tests.Images;

public class TemporaryImagesTests
{
    [Fact]
    public void Where_no_folder_can_be_written_the_cache_is_blamed()
    {
        var cause = new IOException("Read-only file system : '/x'");
        string? tried = null;
        var refused = Assert.Throws<InputException>(() => TemporaryImages.Build(Write, cause));
        Assert.StartsWith("The cache folder '", refused.Message);
        Assert.EndsWith("Set TRANSFERLENS_CACHE to a writable folder.", refused.Message);
        Assert.False(Directory.Exists(tried));

        void Write(string folder)
        {
            tried = folder;
            throw new IOException("also");
        }
    }

    [Fact]
    public void A_full_disk_is_called_full_and_the_cache_is_named()
    {
        var full = new IOException("No space left on device", OperatingSystem.IsWindows() ? 112 : 28);
        var refused = Assert.Throws<InputException>(() => TemporaryImages.Build(_ => throw full, full));
        Assert.StartsWith("The disk of the cache folder '", refused.Message);
        Assert.EndsWith("Set TRANSFERLENS_CACHE to a writable folder with more space, or free some.", refused.Message);
    }

    [Fact]
    public void Data_that_cannot_be_used_is_blamed_itself() =>
        Assert.Equal(
            "bad",
            Assert
                .Throws<InputException>(() =>
                    TemporaryImages.Build(_ => throw new InputException("bad"), new IOException())
                )
                .Message
        );
}
