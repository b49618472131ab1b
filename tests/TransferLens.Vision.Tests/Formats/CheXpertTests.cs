using SkiaSharp;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Tests;
using TransferLens.Vision.Decoding;
using TransferLens.Vision.Formats;
using TransferLens.Vision.Images;
using TransferLens.Vision.Tests.Decoding;

namespace TransferLens.Vision.Tests.Formats;

public sealed class CheXpertTests : IDisposable
{
    private const string Header =
        "Path,Sex,Age,Frontal/Lateral,AP/PA,No Finding,Enlarged Cardiomediastinum,Cardiomegaly,Lung Opacity,"
        + "Lung Lesion,Edema,Consolidation,Pneumonia,Atelectasis,Pneumothorax,Pleural Effusion,Pleural Other,"
        + "Fracture,Support Devices";

    // Lines as they are in train.csv: blanks, certain and uncertain findings, a lateral view.
    private static readonly string[] Lines =
    [
        "CheXpert-v1.0-small/train/patient00001/study1/view1_frontal.jpg,Female,68,Frontal,AP,1.0,,,,,,,,,0.0,,,,1.0",
        "CheXpert-v1.0-small/train/patient00002/study1/view1_frontal.jpg,Female,83,Frontal,AP,,,-1.0,1.0,,-1.0,"
            + "-1.0,,-1.0,,-1.0,,1.0,",
        "CheXpert-v1.0-small/train/patient00002/study1/view2_lateral.jpg,Female,83,Lateral,,,,1.0,1.0,,1.0,0.0,,,,,,,",
        "CheXpert-v1.0-small/train/patient00003/study1/view1_frontal.jpg,Male,41,Frontal,PA,,,0.0,,,,1.0,,1.0,"
            + "0.0,1.0,,,",
    ];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private void Write(IEnumerable<string> lines, string list = "train.csv", string header = Header, bool images = true)
    {
        File.WriteAllText(folder[list], string.Join('\n', [header, .. lines, ""]));
        foreach (
            var path in images
                ? lines.Select(line => line.Split(',')[0].Replace("CheXpert-v1.0-small/", "", StringComparison.Ordinal))
                : []
        )
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder[path])!);
            using var bitmap = new SKBitmap(6, 4);
            bitmap.Erase(new SKColor(90, 90, 90));
            bitmap.SetPixel(2, 1, new(200, 200, 200));
            using var file = File.Create(folder[path]);
            bitmap.Encode(file, SKEncodedImageFormat.Png, 100);
        }
    }

    private IImageSource Open(string split = "train", string place = "", params (string Key, string Value)[] options) =>
        ImageFormats.Open(
            new(
                "chexpert",
                Path.GetFullPath(place, folder.Path),
                options.Aggregate(SourceOptions.None.Add("split", split), (all, option) =>
                    all.Add(option.Key, option.Value)
                )
            )
        );

    private string Refused(string split = "train", string place = "", params (string Key, string Value)[] options) =>
        Assert.Throws<InputException>(() => Open(split, place, options)).Message;

    private static IEnumerable<string> Rows(IImageSource source) =>
        Enumerable
            .Range(0, source.Labels.Count)
            .Select(i => string.Concat(source.Classes.Select((_, label) => source.Labels.Has(i, label) ? '1' : '0')));

    private static IEnumerable<string> Views(IImageSource source) =>
        source.Names.Select(name => Path.GetFileNameWithoutExtension(name));

    [Fact]
    public void Five_findings_are_read_as_in_the_released_code_with_repeated_positives_in_training()
    {
        Write(Lines);
        Write(Lines, "valid.csv", images: false);
        var train = Open();
        Assert.Equal(["Cardiomegaly", "Edema", "Consolidation", "Atelectasis", "Pleural Effusion"], train.Classes);
        Assert.Equal(["00000", "01010", "11000", "11000", "00111", "00111"], Rows(train));
        Assert.Equal("train/patient00002/study1/view2_lateral.jpg", train.Names[2]);
        Assert.Equal(train.Names[2], train.Names[3]);
        Assert.Equal(["00000", "01010", "11000", "00111"], Rows(Open("test")));
    }

    [Theory]
    [InlineData("uncertain", "ones", "00000 11111 11000 11000 00111 00111")]
    [InlineData("uncertain", "zeros", "00000 00000 11000 11000 00111 00111")]
    [InlineData("repeat_positives", "false", "00000 01010 11000 00111")]
    [InlineData("view", "frontal", "00000 01010 00111 00111")]
    [InlineData("view", "lateral", "11000 11000")]
    public void An_option_changes_the_labels_and_the_digest(string key, string value, string rows)
    {
        Write(Lines);
        var (paper, other) = (Open(), Open("train", "", (key, value)));
        // An uncertain Consolidation or Cardiomegaly that counts as present is listed twice too.
        Assert.Equal(
            key == "uncertain" && value == "ones"
                ? rows.Replace("11111", "11111 11111", StringComparison.Ordinal)
                : rows,
            string.Join(' ', Rows(other))
        );
        Assert.NotEqual(paper.Digest, other.Digest);
        Assert.Equal(
            paper.Digest,
            Open(
                "train",
                "",
                (
                    key,
                    key switch
                    {
                        "uncertain" => "paper",
                        "view" => "all",
                        _ => "true",
                    }
                )
            ).Digest
        );
    }

    [Fact]
    public void Columns_are_found_by_name_and_findings_may_be_integers()
    {
        Write(
            ["0,a.png,-1,1,more,0,", "1,b.png,,0,,-1,1"],
            "list.csv",
            "Edema,Path,Consolidation,Cardiomegaly,Note,Pleural Effusion,Atelectasis",
            images: false
        );
        foreach (var name in (string[])["a.png", "b.png"])
        {
            File.Copy(Written(), folder[name]);
        }

        Assert.Equal(["10000", "01010"], Rows(Open("test", "list.csv")));
        Assert.Contains(
            "has no column 'Frontal/Lateral', so the frontal images are unknown",
            Refused("test", "list.csv", ("view", "frontal"))
        );

        string Written()
        {
            Write(Lines[..1]);
            return folder["train/patient00001/study1/view1_frontal.jpg"];
        }
    }

    [Fact]
    public void Subsamples_of_the_training_list_are_those_of_the_released_code()
    {
        Write(
            Enumerable.Range(0, 12).Select(i => $"train/p/view{i:00}_frontal.jpg,Female,68,Frontal,AP,,,,,,,,,,,,,,")
        );
        Assert.Equal(Lines("train"), Views(Open("train", "", ("subsample", "5"))));
        Assert.Equal(Lines("test"), Views(Open("test", "", ("subsample", "5"), ("test_list", "train"))));
        Assert.NotEqual(Lines("train"), Views(Open("train", "", ("subsample", "5"), ("subsample_seed", "1"))));
        Assert.Equal(12, Open("train", "", ("subsample", "50000")).Labels.Count);
        Assert.Contains(
            "The test images follow 12 training images in",
            Refused("test", "", ("subsample", "12"), ("test_list", "train"))
        );
        Assert.Contains("give a smaller subsample", Refused("test", "", ("test_list", "train")));

        static IEnumerable<string> Lines(string part) =>
            RadiographTests.Reference["parts"]![part]!.AsArray().Select(line => $"view{(int)line!:00}_frontal");
    }

    [Fact]
    public void Images_are_found_next_to_their_list_or_below_a_root()
    {
        Write(Lines);
        Directory.CreateDirectory(folder["lists"]);
        File.Copy(folder["train.csv"], folder["lists/mine.csv"]);
        Assert.Equal(Open().Names, Open("train", "lists/mine.csv", ("root", folder.Path)).Names);
        Assert.Equal(Open().Digest, Open("train", "lists/mine.csv", ("root", folder.Path)).Digest);
        Assert.StartsWith(
            $"4 of the 4 images used from '{folder["lists/mine.csv"]}' do not exist, the first being "
                + $"'{folder["lists/train/patient00001/study1/view1_frontal.jpg"]}' of line 2; ",
            Refused("train", "lists/mine.csv")
        );
    }

    [Fact]
    public void A_missing_image_is_reported_with_its_line_where_it_is_used()
    {
        Write(Lines);
        File.Delete(folder["train/patient00002/study1/view2_lateral.jpg"]);
        Assert.StartsWith(
            $"1 of the 4 images used from '{folder["train.csv"]}' do not exist, the first being "
                + $"'{folder["train/patient00002/study1/view2_lateral.jpg"]}' of line 4; unpack the archive next to "
                + "the list",
            Refused()
        );
        Assert.Equal(4, Open("train", "", ("view", "frontal")).Labels.Count);
    }

    [Theory]
    [InlineData(
        "a.png,F,1,Frontal,AP,,,,,,yes,,,,,,,,",
        "Line 2 of '{0}' has 'yes' for Edema; write 1 for present, 0 for absent, -1 for uncertain, or nothing."
    )]
    [InlineData("a.png,F,1,Frontal,AP,,,2.0,,,,,,,,,,,", "Line 2 of '{0}' has '2.0' for Cardiomegaly; ")]
    [InlineData("a.png,F,1,Frontal,AP,,,", "Line 2 of '{0}' ends before the column 'Edema'; complete or remove it.")]
    [InlineData(",F,1,Frontal,AP,,,,,,,,,,,,,,", "Line 2 of '{0}' has no Path; fill it in or remove the line.")]
    public void An_invalid_line_is_reported_with_its_number(string line, string because)
    {
        Write([line], images: false);
        Assert.StartsWith(
            string.Format(System.Globalization.CultureInfo.InvariantCulture, because, folder["train.csv"]),
            Refused()
        );
    }

    [Fact]
    public void A_list_without_a_column_or_a_line_is_refused()
    {
        Write([Lines[0]], header: Header.Replace("Edema", "Oedema", StringComparison.Ordinal), images: false);
        Assert.Contains("has no column 'Edema' but Path, Sex, Age, ", Refused());
        Write([], images: false);
        Assert.Contains("contains no image", Refused());
    }

    [Theory]
    [InlineData("uncertain", "ignore", "write paper, ones or zeros")]
    [InlineData("view", "top", "write all, frontal or lateral")]
    [InlineData("subsample", "0", "write an integer from 1")]
    [InlineData(
        "domain",
        "real",
        "its options are repeat_positives, root, split, subsample, subsample_seed, test_list, uncertain, view"
    )]
    public void Invalid_options_are_refused(string key, string value, string because)
    {
        Write(Lines);
        Assert.Contains($"'{key}'", Refused("train", "", (key, value)));
        Assert.Contains(because, Refused("train", "", (key, value)));
    }

    [Fact]
    public void A_missing_file_is_answered_with_the_layout_of_the_data_set()
    {
        Assert.Contains(
            "unpack CheXpert-v1.0-small.zip from https://stanfordmlgroup.github.io/competitions/chexpert/ "
                + "there, so that",
            Refused("train", "nowhere")
        );
        Assert.Contains("has no file 'valid.csv'; unpack CheXpert-v1.0-small.zip", Refused("test"));
        Write(Lines);
        Assert.Contains("has no file 'valid.csv'", Refused("test"));
        Assert.Equal(2, Open("test", "", ("test_list", "train"), ("subsample", "2")).Labels.Count);
    }

    [Fact]
    public void A_cache_contains_the_prepared_image_whatever_the_resize()
    {
        Write(Lines[..1]);
        Directory.CreateDirectory(folder["cache"]);
        ImageCache.Build(
            Open(),
            new(8, 30, Normalization.None),
            folder["cache"],
            false,
            null,
            TestContext.Current.CancellationToken
        );
        Assert.Equal(Radiograph.ToSquare(Open().Read(0), 8), File.ReadAllBytes(folder["cache/images.bin"]));
        using var cached = ImageCache.Open(folder["cache"]);
        Assert.True(cached.Labels.IsMultiLabel);
        using var batch = Assert.Single(cached.Batches(4, Normalization.CheXpert));
        Assert.Equal(
            (File.ReadAllBytes(folder["cache/images.bin"])[0] - 128) / 64.0,
            batch.Images[0, 0, 0, 0].item<float>(),
            6
        );
    }
}
