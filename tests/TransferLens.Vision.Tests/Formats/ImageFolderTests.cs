using TransferLens.Studies.Inputs;
using TransferLens.Tests;
using TransferLens.Vision.Formats;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Tests.Formats;

public class ImageFolderTests
{
    private static void Touch(TemporaryFolder folder, params string[] names)
    {
        foreach (var name in names)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder[name])!);
            File.WriteAllText(folder[name], name);
        }
    }

    private static IImageSource Open(TemporaryFolder folder, int? limit = null) =>
        ImageFormats.Open(new("image_folder", folder.Path, SourceOptions.None, limit));

    [Fact]
    public void Images_come_in_ordinal_order_of_class_then_name()
    {
        using var folder = new TemporaryFolder();
        Touch(folder, "b/2.png", "b/10.png", "b/.hidden.png", "b/note.txt", "a/x.JPG", "Z/y.webp", ".git/z.png");
        var source = Open(folder);
        Assert.Equal(["Z", "a", "b"], source.Classes);
        Assert.Equal(["Z/y.webp", "a/x.JPG", "b/10.png", "b/2.png"], source.Names);
        Assert.Equal([0, 1, 2, 2], source.Labels.Single);
        Assert.Equal(["Z/y.webp", "a/x.JPG"], Open(folder, limit: 2).Names);
        Assert.Equal(3, Open(folder, limit: 2).Classes.Length);
    }

    [Fact]
    public void The_digest_covers_content_and_names_but_neither_location_nor_time()
    {
        using var one = new TemporaryFolder();
        using var two = new TemporaryFolder();
        Touch(one, "a/1.png", "b/2.png");
        Touch(two, "a/1.png", "b/2.png");
        File.SetLastWriteTimeUtc(two["a/1.png"], DateTime.UnixEpoch);
        var digest = Open(one).Digest;
        Assert.Equal(digest, Open(two).Digest);
        File.WriteAllText(two["a/1.png"], "other");
        Assert.NotEqual(digest, Open(two).Digest);
        File.Move(one["b/2.png"], one["b/3.png"]);
        Assert.NotEqual(digest, Open(one).Digest);
    }

    [Fact]
    public void Missing_empty_and_half_empty_folders_are_named()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("has no class folders", Assert.Throws<InputException>(() => Open(folder)).Message);
        Touch(folder, "a/note.txt");
        Assert.Contains("contains no images", Assert.Throws<InputException>(() => Open(folder)).Message);
        Assert.Contains(
            "does not exist",
            Assert
                .Throws<InputException>(() => ImageFormats.Open(new("image_folder", folder["b"], SourceOptions.None)))
                .Message
        );
    }

    [Fact]
    public void An_unknown_format_is_answered_with_the_nearest_one() =>
        Assert.Contains(
            "'imagefolder' is unknown; did you mean 'image_folder'?",
            Assert.Throws<InputException>(() => ImageFormats.Open(new("imagefolder", "/", SourceOptions.None))).Message
        );
}
