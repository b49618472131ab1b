using System.Diagnostics;
using TransferLens.Studies.Settings;
using TransferLens.Tests;
using TransferLens.Vision.Formats;
using TransferLens.Vision.Images;
using TransferLens.Vision.Tests.Formats;
using TransferLens.Vision.Weights;

namespace TransferLens.Vision.Tests.Hostile;

public class OddFilesTests
{
    private static readonly ImageSettings Small = new(8, 8, Normalization.None);

    // A reader that opened one of them would wait or read for ever.
    [Theory]
    [InlineData("pipe")]
    [InlineData("/dev/zero")]
    [InlineData("/dev/random")]
    [InlineData("empty")]
    [InlineData("nowhere")]
    [InlineData("circle")]
    public void Special_files_in_a_class_folder_are_refused_or_skipped_but_never_read(string kind)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such files.");
        using var folder = new TemporaryFolder();
        var odd = Class(folder, kind);
        Assert.True(HostileInput.IsRefused(() => Build(folder, "whole", skip: false), kind));
        Assert.False(HostileInput.IsRefused(() => Build(folder, "some", skip: true), kind));
        Assert.True(File.Exists(odd) || new FileInfo(odd).LinkTarget is not null);
        HostileInput.Note("faults injected", 1);
    }

    [Theory]
    [InlineData("pipe")]
    [InlineData("/dev/zero")]
    public void Special_files_are_refused_as_weights_and_as_lists(string kind)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such files.");
        foreach (var (name, reader) in ImageReader.All.Where(reader => reader.Value.Format != "image_folder"))
        {
            using var folder = new TemporaryFolder();
            var location = reader.Write(folder, reader.Valid);
            File.Delete(folder[reader.File]);
            Put(folder[reader.File], kind);
            Assert.True(HostileInput.IsRefused(() => reader.Read(location), $"{name} {kind}"));
        }

        using var weights = new TemporaryFolder();
        Put(weights["x.pth"], kind);
        Assert.True(HostileInput.IsRefused(() => Checkpoint.Read(weights["x.pth"]).Dispose(), kind));
    }

    [Fact]
    public void A_link_to_an_image_elsewhere_is_that_image()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["data", "a"]);
        File.WriteAllBytes(folder["elsewhere.jpg"], ImageReader.Jpeg);
        File.CreateSymbolicLink(folder["data", "a", "x.jpg"], folder["elsewhere.jpg"]);
        File.CreateSymbolicLink(folder["data", "b"], folder["data", "a"]);
        var source = ImageFormats.Open(new("image_folder", folder["data"], SourceOptions.None));
        Assert.Equal(["a/x.jpg", "b/x.jpg"], source.Names);
        Assert.Equal(source.Read(0).Pixels, source.Read(1).Pixels);
        var before = source.Digest;
        File.WriteAllBytes(folder["elsewhere.jpg"], [.. ImageReader.Jpeg, 0]);
        Assert.NotEqual(before, ImageFormats.Open(new("image_folder", folder["data"], SourceOptions.None)).Digest);
    }

    // Creates a folder of three images and one special file, and returns the path of the special file.
    private static string Class(TemporaryFolder folder, string kind)
    {
        Directory.CreateDirectory(folder["data", "a"]);
        foreach (var name in (string[])["1.jpg", "2.jpg", "4.jpg"])
        {
            File.WriteAllBytes(folder["data", "a", name], ImageReader.Jpeg);
        }

        Put(folder["data", "a", "3.jpg"], kind);
        return folder["data", "a", "3.jpg"];
    }

    private static void Put(string path, string kind)
    {
        switch (kind)
        {
            case "pipe":
                using (var made = Process.Start("mkfifo", [path]))
                {
                    made.WaitForExit();
                }

                break;
            case "empty":
                File.WriteAllBytes(path, []);
                break;
            case "nowhere":
                File.CreateSymbolicLink(path, path + ".gone");
                break;
            case "circle":
                File.CreateSymbolicLink(path, path);
                break;
            default:
                File.CreateSymbolicLink(path, kind);
                break;
        }
    }

    private static void Build(TemporaryFolder folder, string name, bool skip)
    {
        var source = ImageFormats.Open(new("image_folder", folder["data"], SourceOptions.None));
        _ = source.Digest;
        Directory.CreateDirectory(folder[name]);
        ImageCache.Build(source, Small, folder[name], skip, null, CancellationToken.None);
        using var images = ImageCache.Open(folder[name]);
        Assert.Equal(3, images.Count);
    }
}
