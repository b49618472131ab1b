using System.Diagnostics;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Tests;
using TransferLens.Vision.Decoding;
using TransferLens.Vision.Formats;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Tests.Formats;

public class ClassFoldersTests
{
    private static IImageSource Open(TemporaryFolder folder) =>
        ImageFormats.Open(new("image_folder", folder.Path, SourceOptions.None));

    private static void Touch(TemporaryFolder folder, params string[] names)
    {
        foreach (var name in names)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder[name])!);
            File.WriteAllText(folder[name], name);
        }
    }

    [Fact]
    public void Images_at_any_depth_are_read_and_every_other_file_is_counted()
    {
        using var folder = new TemporaryFolder();
        Touch(
            folder,
            "a/1.png",
            "a/more/2.jfif",
            "a/more/deep/3.GIF",
            "b/4.jpe",
            "b/5.ppm",
            "b/6.heic",
            "b/7.HEIC",
            "b/.x.png"
        );
        Touch(folder, "README.txt", "b/notes", "b/.git/8.png");
        var source = Open(folder);
        Assert.Equal(["a/1.png", "a/more/2.jfif", "a/more/deep/3.GIF", "b/4.jpe", "b/5.ppm"], source.Names);
        Assert.Equal([0, 0, 0, 1, 1], source.Labels.Single);
        Assert.Equal(
            "files ending in .heic (2), files outside the class folders (1), files without ending (1), hidden files "
                + "(1), "
                + "hidden folders (1)",
            LeftOutFiles.List(source.LeftOut)
        );
    }

    [Fact]
    public void A_class_of_files_that_cannot_be_read_says_what_they_are()
    {
        using var folder = new TemporaryFolder();
        Touch(folder, "a/1.heic", "a/2.heic", "b/1.png");
        var message = Assert.Throws<InputException>(() => Open(folder)).Message;
        Assert.Contains("but only files ending in .heic (2)", message);
    }

    [Fact]
    public void Folders_and_files_of_systems_are_no_classes_and_no_images()
    {
        using var folder = new TemporaryFolder();
        Touch(folder, "a/1.png", "b/2.png", "__MACOSX/a/._1.png", ".ipynb_checkpoints/x.png", "@eaDir/y.png");
        Touch(folder, "a/@eaDir/1.png/SYNOPHOTO_THUMB_M.jpg", "a/Thumbs.db", "Thumbs.db", ".DS_Store", "b/Desktop.ini");
        Touch(folder, "lost+found/z.png", "a/__MACOSX/1.png");
        var source = Open(folder);
        Assert.Equal(["a", "b"], source.Classes);
        Assert.Equal(["a/1.png", "b/2.png"], source.Names);
        Assert.Equal(
            "hidden files (1), hidden folders (1), system files (3), system folders (5)",
            LeftOutFiles.List(source.LeftOut)
        );
    }

    [Fact]
    public void A_negative_number_is_no_name_of_a_class_folder_among_numbers()
    {
        using var folder = new TemporaryFolder();
        Touch(folder, "0/1.png", "1/2.png", "-1/3.png");
        Assert.Contains(
            $"The class folder '{folder["-1"]}' has a negative number",
            Assert.Throws<InputException>(() => Open(folder)).Message
        );
        Touch(folder, "cat/1.png");
        Assert.Equal(["-1", "0", "1", "cat"], Open(folder).Classes);
    }

    [Fact]
    public void Train_and_test_are_not_taken_for_classes()
    {
        using var folder = new TemporaryFolder();
        Touch(folder, "train/cat/1.png", "test/cat/1.png");
        var message = Assert.Throws<InputException>(() => Open(folder)).Message;
        Assert.Contains($"give one of them, for example '{folder["test"]}'", message);
    }

    [Fact]
    public void A_broken_link_is_named_as_a_link_and_skipped_when_asked_to()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need rights on Windows.");
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["data", "a"]);
        File.Copy(DataFixture.PathOf("colour.ppm"), folder["data", "a", "1.ppm"]);
        File.CreateSymbolicLink(folder["data", "a", "link.jpg"], "nowhere.jpg");
        var source = ImageFormats.Open(new("image_folder", folder["data"], SourceOptions.None));
        Assert.Equal(64, source.Digest.Length);
        var message = Assert.Throws<InputException>(() => source.Read(1)).Message;
        Assert.StartsWith(
            $"The image '{folder["data", "a", "link.jpg"]}' is a link to 'nowhere.jpg', which does not",
            message
        );
        Directory.CreateDirectory(folder["cache"]);
        ImageCache.Build(
            source,
            new ImageSettings(2, 2, Normalization.None),
            folder["cache"],
            skipBadImages: true,
            null,
            TestContext.Current.CancellationToken
        );
        using var images = ImageCache.Open(folder["cache"]);
        Assert.Equal((1, 1), (images.Count, images.Skipped));
    }

    [Fact]
    public void A_class_folder_that_is_a_broken_link_is_an_error()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need rights on Windows.");
        using var folder = new TemporaryFolder();
        Touch(folder, "a/1.png");
        Directory.CreateSymbolicLink(folder["dog"], folder["nowhere"]);
        var message = Assert.Throws<InputException>(() => Open(folder)).Message;
        Assert.StartsWith(
            $"The class folder '{folder["dog"]}' is a link to '{folder["nowhere"]}', which does not",
            message
        );
    }

    [Fact]
    public void A_link_that_leads_back_is_an_error_and_not_endless()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need rights on Windows.");
        using var folder = new TemporaryFolder();
        Touch(folder, "a/1.png");
        Directory.CreateSymbolicLink(folder["a", "again"], folder["a"]);
        Directory.CreateSymbolicLink(folder["a", "twice"], folder["a"]);
        Assert.Contains("look for a link that leads back", Assert.Throws<InputException>(() => Open(folder)).Message);
    }

    [Fact]
    public void A_name_that_is_not_UTF8_is_called_so()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Other systems have no such names.");
        using var folder = new TemporaryFolder();
        Touch(folder, "a/1.png");
        Shell(folder, "cp a/1.png \"$(printf 'a/caf\\351.png')\"");
        var message = Assert.Throws<InputException>(() => Open(folder)).Message;
        Shell(folder, "rm a/caf*"); // the runtime cannot
        Assert.StartsWith($"The name 'caf\uFFFD.png' in the folder '{folder["a"]}' is not UTF-8", message);
    }

    private static void Shell(TemporaryFolder folder, string command)
    {
        using var shell = Process.Start(
            new ProcessStartInfo("/bin/sh", ["-c", command]) { WorkingDirectory = folder.Path }
        )!;
        shell.WaitForExit();
        Assert.Equal(0, shell.ExitCode);
    }

    [Theory]
    [InlineData("colour.ppm")]
    [InlineData("grey.pgm")]
    [InlineData("palette.gif")]
    public void Images_with_the_new_endings_have_Pillows_pixels(string file) =>
        Assert.Equal(
            (string?)DataFixture.Expected[file]!["image"],
            DataFixture.Hash(ImageFile.Decode(DataFixture.PathOf(file)))
        );

    [Theory]
    [InlineData("P6 2 2 65535 xxxxxxxxxxxxxxxxxxxxxxxx")]
    [InlineData("P6 2 2 255 x")]
    [InlineData("P6 999999999 999999999 255 x")]
    [InlineData("P5 2")]
    [InlineData("P5 # 2 2 255")]
    public void A_damaged_PPM_is_refused(string text)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["x.ppm"], text);
        Assert.Contains(
            folder["x.ppm"],
            Assert.Throws<InputException>(() => ImageFile.Decode(folder["x.ppm"])).Message
        );
    }
}
