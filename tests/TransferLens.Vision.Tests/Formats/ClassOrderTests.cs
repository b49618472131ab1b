using TransferLens.Studies.Inputs;
using TransferLens.Tests;
using TransferLens.Vision.Formats;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Tests.Formats;

public class ClassOrderTests
{
    [Fact]
    public void Integers_are_in_number_order_and_other_names_in_text_order()
    {
        Assert.Equal(["-1", "2", "10"], ClassOrder.Sort(["10", "2", "-1", "2"]));
        Assert.Equal(["10", "2", "B", "a"], ClassOrder.Sort(["a", "B", "10", "2"]));
        Assert.Equal("in number order", ClassOrder.Describe(["2", "10"]));
        Assert.Equal("in text order", ClassOrder.Describe(["a", "b"]));
        Assert.Equal("in the order of the data", ClassOrder.Describe(["b", "a"]));
    }

    [Fact]
    public void Integers_that_pandas_wrote_with_a_point_are_integers()
    {
        Assert.Equal(["0", "11"], ClassOrder.FromLabels(["0.0", "11.0"]));
        Assert.Equal(["0.5", "1.0"], ClassOrder.FromLabels(["0.5", "1.0"]));
        Assert.Equal(["1.0", "x"], ClassOrder.FromLabels(["1.0", "x"]));
    }

    [Fact]
    public void The_same_labels_have_the_same_order_in_class_folders_and_lists()
    {
        using var folder = new TemporaryFolder();
        var (whole, point) = (new List<string> { "path,label" }, new List<string> { "path,label" });
        foreach (var label in Enumerable.Range(0, 12))
        {
            Touch(folder, $"data/{label}/x.png");
            whole.Add($"data/{label}/x.png,{label}");
            point.Add($"data/{label}/x.png,{label}.0");
        }

        File.WriteAllLines(folder["int.csv"], whole);
        File.WriteAllLines(folder["float.csv"], point);
        var expected = Enumerable.Range(0, 12).Select(label => $"{label}");
        Assert.Equal(expected, Open("image_folder", folder["data"]).Classes);
        Assert.Equal(Enumerable.Range(0, 12), Open("image_folder", folder["data"]).Labels.Single);
        foreach (var list in new[] { "int.csv", "float.csv" })
        {
            Assert.Equal(expected, Open("csv", folder[list]).Classes);
            Assert.Equal(Enumerable.Range(0, 12), Open("csv", folder[list]).Labels.Single);
        }
    }

    [Fact]
    public void Given_names_set_the_order_and_may_lack_images()
    {
        using var folder = new TemporaryFolder();
        Touch(folder, "data/cat/1.png", "data/dog/1.png");
        var source = Open("image_folder", folder["data"]);
        var named = NamedImageSource.Create(source, ["dog", "eel", "cat"]);
        Assert.Equal([2, 0], named.Labels.Single);
        Assert.NotEqual(source.Digest, named.Digest);
        var unknown = Assert.Throws<InputException>(() => NamedImageSource.Create(source, ["dog", "cot"]));
        Assert.Contains("the class 'cat', which is not among the 2", unknown.Message);
        Assert.Contains("nearest name is 'cot'", unknown.Message);
        Assert.Throws<InputException>(() => NamedImageSource.Create(source, ["dog", "cat", "dog"]));
    }

    [Fact]
    public void Integer_labels_keep_their_place_where_a_class_has_no_image()
    {
        using var folder = new TemporaryFolder();
        Touch(folder, "0/1.png", "2/1.png", "10/1.png");
        var source = Open("image_folder", folder.Path);
        Assert.Equal([0, 1, 2], source.Labels.Single);
        Assert.Equal([0, 2, 10], NamedImageSource.KeepPlaces(source, 12).Labels.Single);
        Assert.Same(source, NamedImageSource.KeepPlaces(source, 3));
        Assert.Same(source, NamedImageSource.KeepPlaces(source, 10)); // 10 is no position among 10
        var named = NamedImageSource.Create(source, [.. Enumerable.Range(0, 11).Select(i => $"class {i}")]);
        Assert.Equal([0, 2, 10], named.Labels.Single);
    }

    private static IImageSource Open(string format, string location) =>
        ImageFormats.Open(new(format, location, SourceOptions.None));

    private static void Touch(TemporaryFolder folder, params string[] names)
    {
        foreach (var name in names)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder[name])!);
            File.WriteAllText(folder[name], name);
        }
    }
}
