using SkiaSharp;
using TransferLens.Studies.Inputs;
using TransferLens.Tests;
using TransferLens.Vision.Formats;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Tests.Formats;

public class CsvImagesTests
{
    private static void Image(string path, byte red)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var bitmap = new SKBitmap(2, 2);
        bitmap.Erase(new SKColor(red, 20, 30));
        using var file = File.Create(path);
        bitmap.Encode(file, SKEncodedImageFormat.Png, 100);
    }

    private static IImageSource Open(string csv, string? root = null, int? limit = null) =>
        ImageFormats.Open(
            new("csv", csv, root is null ? SourceOptions.None : SourceOptions.None.Add("root", root), limit)
        );

    [Fact]
    public void Quotes_commas_line_ends_other_columns_and_empty_lines_are_read()
    {
        using var folder = new TemporaryFolder();
        Image(folder["a", "one, \"two\".png"], 1);
        Image(folder["a", "b.png"], 2);
        Image(folder["c.png"], 3);
        File.WriteAllText(
            folder["a", "list.csv"],
            "\uFEFFnote,label,path\r\n\"x\ny\",dog,\"one, \"\"two\"\".png\"\r\n\r\n,\"cat\",b.png\r\n,dog,../c.png"
        );
        var source = Open(folder["a", "list.csv"]);
        Assert.Equal(["cat", "dog"], source.Classes);
        Assert.Equal([1, 0, 1], source.Labels.Single);
        Assert.Equal(["one, \"two\".png", "b.png", "../c.png"], source.Names);
        Assert.Equal([1, 2, 3], Enumerable.Range(0, 3).Select(i => (int)source.Read(i).Pixels[0]));
        Assert.Equal([1, 0], Open(folder["a", "list.csv"], limit: 2).Labels.Single);
    }

    [Fact]
    public void Labels_that_are_all_numbers_are_ordered_as_numbers()
    {
        using var folder = new TemporaryFolder();
        foreach (var name in new[] { "a", "b", "c", "d" })
        {
            Image(folder[$"{name}.png"], 1);
        }

        File.WriteAllText(folder["list.csv"], "path,label\na.png,10\nb.png,9\nc.png,0\n");
        Assert.Equal(["0", "9", "10"], Open(folder["list.csv"]).Classes);
        File.AppendAllText(folder["list.csv"], "d.png,x\n");
        Assert.Equal(["0", "10", "9", "x"], Open(folder["list.csv"]).Classes);
    }

    [Fact]
    public void The_digest_does_not_depend_on_the_root()
    {
        using var folder = new TemporaryFolder();
        Image(folder["here", "a.png"], 1);
        Image(folder["there", "a.png"], 1);
        File.WriteAllText(folder["list.csv"], "path,label\na.png,x\n");
        Assert.Equal(Open(folder["list.csv"], folder["here"]).Digest, Open(folder["list.csv"], folder["there"]).Digest);
        Image(folder["there", "a.png"], 77);
        Assert.NotEqual(
            Open(folder["list.csv"], folder["here"]).Digest,
            Open(folder["list.csv"], folder["there"]).Digest
        );
    }

    [Fact]
    public void The_digest_covers_the_labels()
    {
        using var folder = new TemporaryFolder();
        Image(folder["a.png"], 1);
        Image(folder["b.png"], 2);
        File.WriteAllText(folder["one.csv"], "path,label\na.png,x\nb.png,y\n");
        File.WriteAllText(folder["two.csv"], "path,label\na.png,y\nb.png,x\n");
        Assert.NotEqual(Open(folder["one.csv"]).Digest, Open(folder["two.csv"]).Digest);
    }

    [Theory]
    [InlineData("path,label\na.png,x\n\nmissing.png,x\n", "of line 4")]
    [InlineData("path,class\na.png,x\n", "no column 'label' but path, class")]
    [InlineData("path,label\na.png\n", "Line 2")]
    [InlineData("path,label\n,x\n", "has no path")]
    [InlineData("path,label\n", "lists no image")]
    [InlineData("path,label\na.png,\"x\n", "near line 2 does not end")]
    public void An_invalid_list_is_reported_with_its_line(string text, string because)
    {
        using var folder = new TemporaryFolder();
        Image(folder["a.png"], 1);
        File.WriteAllText(folder["list.csv"], text);
        var error = Assert.Throws<InputException>(() => Open(folder["list.csv"]));
        Assert.Contains(because, error.Message);
        Assert.Contains(folder["list.csv"], error.Message);
    }

    [Fact]
    public void Columns_named_as_labels_make_the_images_multi_label()
    {
        using var folder = new TemporaryFolder();
        Image(folder["a.png"], 1);
        Image(folder["b.png"], 2);
        Image(folder["c.png"], 3);
        File.WriteAllText(folder["list.csv"], "path,dog,label,cat\na.png,1,x,0\nb.png,1.0,y,1\nc.png,0,z, 0\n");
        var source = Labelled(folder["list.csv"], "cat; dog");
        Assert.Equal(["cat", "dog"], source.Classes);
        Assert.Equal(ImageLabels.MultiLabel(2, [false, true, true, true, false, false]), source.Labels);
        Assert.Equal(["x", "y", "z"], Open(folder["list.csv"]).Classes);
        Assert.NotEqual(Labelled(folder["list.csv"], "dog").Digest, source.Digest);
        Assert.NotEqual(Labelled(folder["list.csv"], "dog;cat").Digest, source.Digest);
    }

    [Theory]
    [InlineData("cat;bird", "no column 'bird' but path, cat, dog")]
    [InlineData("cat;cat", "name a column twice")]
    [InlineData("cat;dog", "Line 3 of")]
    public void Invalid_labels_are_refused(string labels, string because)
    {
        using var folder = new TemporaryFolder();
        Image(folder["a.png"], 1);
        File.WriteAllText(folder["list.csv"], "path,cat,dog\na.png,1,0\na.png,1,maybe\n");
        var error = Assert.Throws<InputException>(() => Labelled(folder["list.csv"], labels));
        Assert.Contains(because, error.Message);
        Assert.Contains(folder["list.csv"], error.Message);
    }

    private static IImageSource Labelled(string csv, string labels) =>
        ImageFormats.Open(new("csv", csv, SourceOptions.None.Add("labels", labels)));

    [Fact]
    public void A_missing_list_is_named() =>
        Assert.Contains("nowhere.csv", Assert.Throws<InputException>(() => Open("/tmp/nowhere.csv")).Message);
}
