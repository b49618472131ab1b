using SkiaSharp;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Tests;
using TransferLens.Vision.Formats;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Tests.Formats;

public sealed class DomainNetTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private void Image(string name, byte red = 1)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(folder[name])!);
        using var bitmap = new SKBitmap(2, 2);
        bitmap.Erase(new SKColor(red, 20, 30));
        using var file = File.Create(folder[name]);
        bitmap.Encode(file, SKEncodedImageFormat.Png, 100);
    }

    private void List(string name, string text) => File.WriteAllText(folder[name], text);

    private IImageSource Open(string place = "", params (string Key, string Value)[] options) =>
        ImageFormats.Open(
            new DataSource(
                "domainnet",
                Path.GetFullPath(place, folder.Path),
                options.Aggregate(SourceOptions.None, (all, option) => all.Add(option.Key, option.Value))
            )
        );

    private string Refused(string place = "", params (string Key, string Value)[] options) =>
        Assert.Throws<InputException>(() => Open(place, options)).Message;

    [Fact]
    public void Blank_lines_carriage_returns_a_byte_order_mark_and_spaces_in_a_path_are_read()
    {
        Image("real/axe/real 1 (copy).jpg", 1);
        Image("real/ant/a.jpg", 2);
        Image("real/bee/b.jpg", 3);
        List(
            "real_train.txt",
            "\uFEFFreal/axe/real 1 (copy).jpg 14\r\n\r\n   \r\nreal/bee/b.jpg\t7 \r\nreal/ant/a.jpg 3\r\n"
                + "real/ant/a.jpg 3"
        );
        var source = Open("real_train.txt");
        Assert.Equal(["ant", "bee", "axe"], source.Classes); // in the order of their labels: 3, 7, 14
        Assert.Equal([2, 1, 0, 0], source.Labels.Single);
        Assert.Equal(
            ["real/axe/real 1 (copy).jpg", "real/bee/b.jpg", "real/ant/a.jpg", "real/ant/a.jpg"],
            source.Names
        );
        Assert.Equal([1, 3, 2], Enumerable.Range(0, 3).Select(i => (int)source.Read(i).Pixels[0]));
    }

    [Fact]
    public void The_list_in_a_folder_is_chosen_by_split_and_domain()
    {
        Image("real/axe/1.jpg");
        Image("real/axe/2.jpg");
        Image("sketch/axe/3.jpg");
        List("real_train.txt", "real/axe/1.jpg 0\n");
        List("real_test.txt", "real/axe/2.jpg 0\n");
        Assert.Equal(["real/axe/2.jpg"], Open().Names); // the only domain, and its test images by default
        Assert.Equal(["real/axe/1.jpg"], Open("", ("split", "train")).Names);
        List("sketch_test.txt", "sketch/axe/3.jpg 0\n");
        Assert.Equal(["sketch/axe/3.jpg"], Open("", ("domain", "sketch")).Names);
        Assert.Contains(
            "contains the domains real, sketch; choose one with the option domain, or give its list, for "
                + $"example '{folder["real_test.txt"]}'",
            Refused()
        );
        Assert.EndsWith(
            "has no file 'skech_test.txt'; did you mean the domain 'sketch'?",
            Refused("", ("domain", "skech"))
        );
        Assert.Contains("the option 'domain' has no effect", Refused("real_test.txt", ("domain", "real")));
    }

    // Chosen by numpy.random.RandomState(2020).choice(12, 5, replace=False), and the same with seed 7.
    [Theory]
    [InlineData(null, new[] { 2, 1, 11, 4, 10 })]
    [InlineData("7", new[] { 7, 10, 2, 5, 0 })]
    public void A_subsample_is_numpys_choice_of_lines_and_keeps_all_classes(string? seed, int[] chosen)
    {
        foreach (var i in Enumerable.Range(0, 12))
        {
            Image($"real/c{i:00}/{i}.jpg");
        }

        List("real_train.txt", string.Join("\n\n", Enumerable.Range(0, 12).Select(i => $"real/c{i:00}/{i}.jpg {i}")));
        (string, string)[] options = seed is null
            ? [("subsample", "5")]
            : [("subsample", "5"), ("subsample_seed", seed)];
        var source = Open("real_train.txt", options);
        Assert.Equal(chosen, source.Labels.Single);
        Assert.Equal(chosen.Select(i => $"real/c{i:00}/{i}.jpg"), source.Names);
        Assert.Equal(12, source.Classes.Length);
        // As in the released code, a list without more lines is used whole and in its own order.
        Assert.Equal(Enumerable.Range(0, 12), Open("real_train.txt", ("subsample", "12")).Labels.Single);
        Assert.Equal(Open("real_train.txt").Digest, Open("real_train.txt", ("subsample", "50000")).Digest);
        Assert.NotEqual(Open("real_train.txt").Digest, source.Digest);
    }

    [Fact]
    public void A_missing_image_is_reported_with_its_line_where_it_is_used()
    {
        Image("real/a/0.jpg");
        List("real_test.txt", "real/a/0.jpg 0\n\nreal/a/gone.jpg 0\nreal/a/gone too.jpg 0\n");
        Assert.StartsWith(
            $"2 of the 3 images used from '{folder["real_test.txt"]}' do not exist, the first being "
                + $"'{folder["real/a/gone.jpg"]}' of line 3; ",
            Refused()
        );
        // numpy.random.RandomState(1).choice(3, 1, replace=False) is [0], the image that is there.
        Assert.Equal(["real/a/0.jpg"], Open("", ("subsample", "1"), ("subsample_seed", "1")).Names);
    }

    [Fact]
    public void Classes_are_named_by_their_folder_or_by_their_label_where_folders_are_ambiguous()
    {
        Image("real/a/0.jpg");
        Image("real/b/0.jpg");
        List("real_test.txt", "real/a/0.jpg 10\nreal/b/0.jpg 9\n");
        Assert.Equal(["b", "a"], Open().Classes);
        Image("real/a/1.jpg");
        List("real_test.txt", "real/a/0.jpg 10\nreal/b/0.jpg 9\nreal/a/1.jpg 9");
        Assert.Equal(["9", "10"], Open().Classes);
        List("real_test.txt", "real/a/0.jpg 10\nreal/a/1.jpg 9");
        Assert.Equal(["9", "10"], Open().Classes);
        List("real_test.txt", "real/a/0.jpg 10\nreal/a/1.jpg 9\nreal/b/../a/0.jpg 9");
        Assert.Contains("has the label 10 in line 1 of", Refused());
        Assert.Contains("and 9 in line 3.", Refused());
    }

    [Theory]
    [InlineData("real/a/0.jpg 0\nreal/a/0.jpg\n", "Line 2 ")]
    [InlineData("real/a/0.jpg 0\n\n17\n", "Line 3 ")]
    [InlineData("real/a/0.jpg -1\n", "Line 1 ")]
    [InlineData("real/a/0.jpg 1.5\n", "Line 1 ")]
    [InlineData(" \r\n", "contains no image")]
    public void An_invalid_list_is_reported_with_its_line(string text, string because)
    {
        Image("real/a/0.jpg");
        List("real_test.txt", text);
        Assert.Contains(because, Refused());
        Assert.Contains(folder["real_test.txt"], Refused());
    }

    [Theory]
    [InlineData("subsample", "0")]
    [InlineData("subsample_seed", "x")]
    [InlineData("root", "/")]
    public void Invalid_options_are_refused(string key, string value)
    {
        Image("real/a/0.jpg");
        List("real_test.txt", "real/a/0.jpg 0\n");
        Assert.Contains($"'{key}'", Refused("real_test.txt", (key, value)));
    }

    [Fact]
    public void A_missing_file_is_answered_with_the_layout_of_the_data_set()
    {
        foreach (var message in new[] { Refused("nowhere"), Refused(), Refused("", ("domain", "real")) })
        {
            Assert.Contains("DOMAIN.zip from http://ai.bu.edu/M3SDA/", message);
            Assert.Contains("DOMAIN_train.txt and DOMAIN_test.txt", message);
        }

        Assert.Contains("has no file 'real_test.txt'", Refused("", ("domain", "real")));
    }
}
