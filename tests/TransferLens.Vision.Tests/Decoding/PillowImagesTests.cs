using System.Diagnostics;
using System.Text.Json.Nodes;
using TransferLens.Studies.Inputs;
using TransferLens.Tests;
using TransferLens.Vision.Decoding;

namespace TransferLens.Vision.Tests.Decoding;

/// <summary>Images that <c>tests/reference/image_kinds.py</c> writes, and the pixels that Pillow makes of them.</summary>
public sealed class PillowImagesTests(ITestOutputHelper output)
{
    private const string Python = "/usr/bin/python3";

    [Fact]
    public void Every_kind_of_image_is_decoded_as_by_Pillow_or_as_documented()
    {
        Assert.SkipUnless(
            File.Exists(Python) && Run("-c", "import PIL, numpy").Code == 0,
            "Pillow is missing, which writes the images here: apt-get install python3-pil python3-numpy"
        );
        using var folder = new TemporaryFolder();
        var (code, error) = Run(Checkout.PathOf("tests", "reference", "image_kinds.py"), folder.Path);
        Assert.True(code == 0, error);
        var kinds = JsonNode.Parse(File.ReadAllText(folder["kinds.json"]))!.AsObject();
        var problems = kinds.Select(kind => Problem(folder, kind.Key, kind.Value!)).OfType<string>().ToList();
        output.WriteLine($"{kinds.Count - problems.Count} of {kinds.Count} kinds have the same pixels");
        Assert.True(problems.Count == 0, string.Join('\n', problems));
        Assert.InRange(kinds.Count, 100, int.MaxValue);
    }

    private static string? Problem(TemporaryFolder folder, string name, JsonNode shape)
    {
        DecodedImage image;
        try
        {
            image = ImageFile.Decode(folder[name]);
        }
        catch (InputException refused)
        {
            return $"{name}: {refused.Message} {refused.InnerException}";
        }

        if ((image.Height, image.Width) != ((int)shape[0]!, (int)shape[1]!))
        {
            return $"{name}: {image.Width} x {image.Height} pixels";
        }

        var expected = File.ReadAllBytes(folder[$"{name}.rgb"]);
        var differences = image.Pixels.Zip(expected, (ours, theirs) => Math.Abs(ours - theirs)).ToList();
        return image.Pixels.Length == expected.Length && differences.Max() == 0
            ? null
            : $"{name}: {differences.Count(difference => difference > 0)} of {expected.Length} values differ, by up to "
                + $"{differences.Max()}";
    }

    private static (int Code, string Error) Run(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Python, arguments) { RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, error);
    }
}
