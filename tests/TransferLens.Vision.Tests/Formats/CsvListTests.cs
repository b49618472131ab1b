using SkiaSharp;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Tests;
using TransferLens.Vision.Formats;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Tests.Formats;

/// <summary>Lists as people have them: other separators, labels that are none, images listed twice.</summary>
public sealed class CsvListTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public CsvListTests()
    {
        foreach (var (name, red) in new[] { ("a", 1), ("b", 2), ("c", 3) })
        {
            using var bitmap = new SKBitmap(2, 2);
            bitmap.Erase(new SKColor((byte)red, 20, 30));
            using var file = File.Create(folder[$"{name}.png"]);
            bitmap.Encode(file, SKEncodedImageFormat.Png, 100);
        }
    }

    public void Dispose() => folder.Dispose();

    private IImageSource Open(string text, bool skipsMissing = false, string labels = "")
    {
        File.WriteAllText(folder["list.csv"], text);
        var options = labels.Length == 0 ? SourceOptions.None : SourceOptions.None.Add("labels", labels);
        return ImageFormats.Open(new DataSource("csv", folder["list.csv"], options) { SkipsMissing = skipsMissing });
    }

    private string Refused(string text, bool skipsMissing = false) =>
        Assert.Throws<InputException>(() => Open(text, skipsMissing)).Message;

    [Theory]
    [InlineData("-1", "has the label -1, but the numbers of classes begin at 0")]
    [InlineData("-1.0", "has the label -1, but the numbers of classes begin at 0")]
    [InlineData("-7", "has the label -7, but")]
    [InlineData("nan", "has 'nan' for a label, which is none")]
    [InlineData("NaN", "has 'NaN' for a label, which is none")]
    [InlineData("<NA>", "has '<NA>' for a label, which is none")]
    [InlineData("None", "has 'None' for a label, which is none")]
    [InlineData("", "has no label")]
    [InlineData("  ", "has no label")]
    public void A_label_that_is_none_is_refused_with_its_line_among_numbers(string label, string because) =>
        Assert.StartsWith(
            $"Line 3 of '{folder["list.csv"]}' {because}",
            Refused($"path,label\na.png,0\nb.png,{label}\nc.png,1\n")
        );

    [Theory]
    [InlineData("-1", "has the label -1")]
    [InlineData("nan", "has 'nan' for a label")]
    public void A_label_that_is_none_is_refused_among_names(string label, string because) =>
        Assert.Contains(because, Refused($"path,label\na.png,cat\nb.png,{label}\nc.png,dog\n"));

    [Fact]
    public void A_class_of_the_name_none_is_a_class_among_names() =>
        Assert.Equal(["cat", "none"], Open("path,label\na.png,cat\nb.png,none\n").Classes);

    [Fact]
    public void An_image_with_two_labels_is_refused_and_both_lines_are_named()
    {
        var message = Refused("path,label\na.png,cat\nb.png,dog\n./a.png,dog\n");
        Assert.Equal(
            $"The image './a.png' has the label 'cat' in line 2 of '{folder["list.csv"]}' and 'dog' in line 4. Remove "
                + "one of the lines.",
            message
        );
    }

    [Fact]
    public void Repeated_lines_count_and_are_said()
    {
        var source = Open("path,label\na.png,cat\nb.png,dog\na.png,cat\n");
        Assert.Equal([0, 1, 0], source.Labels.Single);
        Assert.StartsWith("list.csv has 1 repeated line: an image that", Assert.Single(source.Remarks));
        var labelled = Open("path,x,y\na.png,1,0\na.png,1,0\na.png,0,1\nb.png,1,0\n", labels: "x;y");
        Assert.Equal(4, labelled.Labels.Count);
        Assert.StartsWith("list.csv has 1 repeated line", Assert.Single(labelled.Remarks));
        Assert.Empty(Open("path,label\na.png,cat\nb.png,cat\n").Remarks);
    }

    [Theory]
    [InlineData(";", "semicolons")]
    [InlineData("\t", "tabs")]
    [InlineData("|", "vertical bars")]
    public void Another_separator_is_read_and_said(string separator, string name)
    {
        var source = Open($"label{separator} path\n\"cat, big\"{separator}a.png\ndog{separator}b.png\n");
        Assert.Equal(["cat, big", "dog"], source.Classes);
        Assert.Equal(["a.png", "b.png"], source.Names);
        Assert.Equal([$"list.csv is read as separated by {name}."], source.Remarks);
        var message = Refused($"class{separator}file\nx{separator}a.png\n");
        Assert.Contains($"has no column 'path' but class, file (separated by {name}); name the columns", message);
    }

    [Fact]
    public void Commas_go_first_where_both_would_do() =>
        Assert.Equal(["x;1"], Open("path,label,a;path;label\na.png,x;1,z\n").Classes);

    [Fact]
    public void Blanks_around_values_and_the_case_of_titles_do_not_count()
    {
        var source = Open("Label , PATH\n cat, a.png \ncat ,b.png\n");
        Assert.Equal(["cat"], source.Classes);
        Assert.Equal(["a.png", "b.png"], source.Names);
        Assert.Equal(2, source.Read(1).Pixels[0]);
        File.Copy(folder["a.png"], folder[" d.png"]);
        Assert.Equal([" d.png"], Open("label,path\ncat, d.png\n").Names);
        Assert.Equal(["x"], Open("Label,label,path\ny,x,a.png\n").Classes);
    }

    [Fact]
    public void Lines_that_end_in_CR_only_are_read_and_counted()
    {
        var source = Open("path,label\ra.png,x\r\rb.png,y\r");
        Assert.Equal(["a.png", "b.png"], source.Names);
        Assert.StartsWith("Line 5 of", Refused("path,label\ra.png,0\r\"b\r.png\",1\rc.png,-1\r"));
    }

    [Theory]
    [InlineData("https://example.org/a.png")]
    [InlineData("s3://bucket/a.png")]
    public void A_web_address_is_refused_as_one(string address) =>
        Assert.Contains(
            $"Line 3 of '{folder["list.csv"]}' has the web address '{address}', but images are not downloaded.",
            Refused($"path,label\na.png,x\n{address},y\n")
        );

    [Fact]
    public void Missing_images_are_counted_and_left_out_on_request()
    {
        const string text = "path,label\na.png,0\ngone.png,1\nb.png,2\nlost.png,2\n";
        Assert.StartsWith(
            $"2 of the 4 images used from '{folder["list.csv"]}' do not exist, the first being "
                + $"'{folder["gone.png"]}' of line 3; ",
            Refused(text)
        );
        var source = Open(text, skipsMissing: true);
        Assert.Equal(["0", "1", "2"], source.Classes); // a class whose images are missing shifts no other
        Assert.Equal([0, 2], source.Labels.Single);
        Assert.Equal(["a.png", "b.png"], source.Names);
        Assert.Equal([new LeftOutFiles("missing images", 2)], source.LeftOut);
        Assert.Equal(2, source.Read(1).Pixels[0]);
        Assert.NotEqual(source.Digest, Open("path,label\na.png,0\nb.png,1\n").Digest);
        Assert.Contains("1 of the 1 images", Refused("path,label\ngone.png,x\n", skipsMissing: true));
    }

    [Fact]
    public void A_list_that_is_a_placeholder_is_called_so()
    {
        Assert.Contains("is a Git LFS pointer", Refused("version https://git-lfs.github.com/spec/v1\noid sha256:aa\n"));
        Assert.Contains("is a web page (HTML)", Refused("<!DOCTYPE html>\n<html>"));
    }
}
