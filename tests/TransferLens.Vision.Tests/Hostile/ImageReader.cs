using System.Buffers.Binary;
using System.Text;
using TransferLens.Tests;
using TransferLens.Vision.Formats;
using TransferLens.Vision.Tests.Formats;

namespace TransferLens.Vision.Tests.Hostile;

/// <summary>An image format with a small valid data set, one file of which tests damage.</summary>
/// <param name="Format">The format's name in a study.</param>
/// <param name="File">The file, below the folder of the data set; also the location where that is a file.</param>
/// <param name="Folder">Whether the location is the folder of the data set.</param>
/// <param name="Valid">What is damaged: the valid content of the file, or what <see cref="Wrap"/> makes it of.</param>
/// <param name="Others">Other files of the data set.</param>
internal sealed record ImageReader(
    string Format,
    string File,
    bool Folder,
    byte[] Valid,
    params (string Name, byte[] Bytes)[] Others
)
{
    /// <summary>A grey JPEG of 18 x 20 pixels; see tests/reference/images.py.</summary>
    public static byte[] Jpeg { get; } =
        Convert.FromBase64String(
            "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwgJC4nICIsIxwcKDcpLD"
                + "AxNDQ0Hyc5PTgyPC4zNDL/wAALCAAUABIBAREA/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIE"
                + "AwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISU"
                + "pTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW"
                + "19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/9oACAEBAAA/APMPCn8Fe4eFP4K9LT/Vr9BXyJ4U/gr3Dwp/BXpaf6tfoK+RPCn8Fe"
                + "4eFP4K9LT/AFa/QV//2Q=="
        );

    private static readonly byte[] Png = Convert.FromBase64String(
        "iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAYAAACddGYaAAAAFklEQVR4nGNkMM2afwUKGGs2PpOGcQDFgxCv3iwAqwAAAABJRU5ErkJggg=="
    );

    private static readonly byte[] Bmp = Convert.FromBase64String(
        "Qk1OAAAAAAAAADYAAAAoAAAAAwAAAAIAAAABABgAAAAAABgAAADEDgAAxA4AAAAAAAAAAAAA5rF8uoVQjlkkAAAAajUAPgnUEt2oAAAA"
    );

    private static readonly byte[] WebP = Convert.FromBase64String(
        "UklGRjwAAABXRUJQVlA4TC8AAAAvAkAAAC8gJEhDZ4xUxYIpDqZzYsE0JNM5suY/7h0AAChkGwFO7R6TE7qI/sc7AQA="
    );

    private static readonly byte[] Grey = NumpyFile.Array("|u1", "(2, 2, 3)", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);

    private static readonly byte[] Labels = NumpyFile.Array("<i8", "(2, 1)", new byte[16]);

    private static readonly byte[] Meta = Encoding.Latin1.GetBytes(
        "\u0080\u0002}q\0U\u000blabel_namesq\u0001](" + string.Concat("abcdefghij".Select(c => $"U\u0001{c}")) + "es."
    );

    private static readonly byte[] Idx =
    [
        0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
    ];

    /// <summary>Makes the file of <see cref="Valid"/>, for example with the right checksums.</summary>
    public Func<byte[], byte[]> Wrap { get; init; } = content => content;

    /// <summary>Every reader, by name.</summary>
    public static IReadOnlyDictionary<string, ImageReader> All { get; } =
        new Dictionary<string, ImageReader>(StringComparer.Ordinal)
        {
            ["jpeg"] = new("image_folder", "a/x.jpg", true, Jpeg),
            ["png"] = new("image_folder", "a/x.png", true, Png),
            ["bmp"] = new("image_folder", "a/x.bmp", true, Bmp),
            ["webp"] = new("image_folder", "a/x.webp", true, WebP),
            ["idx images"] = new(
                "idx",
                "t10k-images-idx3-ubyte",
                true,
                Idx,
                ("t10k-labels-idx1-ubyte", [0, 0, 8, 1, 0, 0, 0, 2, 1, 0])
            ),
            ["idx labels"] = new(
                "idx",
                "t10k-labels-idx1-ubyte",
                true,
                [0, 0, 8, 1, 0, 0, 0, 2, 1, 0],
                ("t10k-images-idx3-ubyte", Idx)
            ),
            ["cifar"] = new(
                "cifar_binary",
                "test_batch.bin",
                true,
                [7, .. Enumerable.Repeat((byte)9, 3072), 1, .. Enumerable.Repeat((byte)200, 3072)]
            ),
            ["npz"] = new("npz", "x.npz", false, DataFixture.Bytes("grey.npz")),
            ["npz stored"] = new("npz", "x.npz", false, DataFixture.Bytes("multi.npz")),
            ["cifar pickle"] = new("cifar_python", "test_batch", true, DataFixture.Bytes("cifar10-protocol3")),
            ["webdataset"] = new("webdataset", "x.tar", false, DataFixture.Bytes("cls.tar")),
            ["webdataset json"] = new("webdataset", "x.tar", false, DataFixture.Bytes("json.tar")),
            ["parquet snappy"] = new("hf_parquet", "x.parquet", false, DataFixture.Bytes("hf-snappy.parquet")),
            ["parquet zstd"] = new("hf_parquet", "x.parquet", false, DataFixture.Bytes("hf-zstd.parquet")),
            ["parquet footer"] = Footer(DataFixture.Bytes("hf-snappy.parquet")),
            ["webdataset headers"] = new("webdataset", "x.tar", false, DataFixture.Bytes("json.tar"))
            {
                Wrap = Checksums.Tar,
            },
            ["npz images array"] = new("npz", "x.npz", false, Grey)
            {
                Wrap = bytes => NumpyFile.Archive(("test_images.npy", bytes), ("test_labels.npy", Labels)),
            },
            ["npz labels array"] = new("npz", "x.npz", false, Labels)
            {
                Wrap = bytes => NumpyFile.Archive(("test_images.npy", Grey), ("test_labels.npy", bytes)),
            },
            ["cifar pickle of Python 2"] = new("cifar_python", "test_batch", true, DataFixture.Bytes("cifar10-python2")),
            ["cifar names"] = new(
                "cifar_python",
                "batches.meta",
                true,
                Meta,
                ("test_batch", DataFixture.Bytes("cifar10-protocol3"))
            ),
            ["idx, gzip"] = new(
                "idx",
                "t10k-images-idx3-ubyte.gz",
                true,
                Idx,
                ("t10k-labels-idx1-ubyte", [0, 0, 8, 1, 0, 0, 0, 2, 1, 0])
            )
            {
                Wrap = Checksums.Gzip,
            },
            ["png chunks"] = new("image_folder", "a/x.png", true, Png) { Wrap = Checksums.Png },
            ["gif"] = new("image_folder", "a/x.gif", true, DataFixture.Bytes("palette.gif")),
            ["gif, transparent"] = new("image_folder", "a/x.gif", true, DataFixture.Bytes("transparent.gif")),
            ["tiff, LZW"] = new("image_folder", "a/x.tif", true, DataFixture.Bytes("palette.tif")),
            ["tiff, tiles"] = new("image_folder", "a/x.tif", true, DataFixture.Bytes("tiled.tif")),
            ["tiff, JPEG"] = new("image_folder", "a/x.tif", true, DataFixture.Bytes("jpeg.tif")),
            ["tiff, fax"] = new("image_folder", "a/x.tif", true, DataFixture.Bytes("fax.tif")),
            ["tiff, planes"] = new("image_folder", "a/x.tiff", true, DataFixture.Bytes("planar.tif")),
            ["tiff, PackBits"] = new("image_folder", "a/x.tif", true, DataFixture.Bytes("packbits.tif")),
            ["tiff directory"] = Directory(DataFixture.Bytes("tiled.tif")),
            ["ppm"] = new("image_folder", "a/x.ppm", true, DataFixture.Bytes("colour.ppm")),
            ["csv"] = new(
                "csv",
                "list.csv",
                false,
                Encoding.UTF8.GetBytes("path,label,\"note\"\na.jpg,cat,\"one, two\"\r\nb/c.jpg,dog,\"\"\"x\"\"\"\n"),
                ("a.jpg", Jpeg),
                ("b/c.jpg", Jpeg)
            ),
            ["chexpert"] = new(
                "chexpert",
                "valid.csv",
                true,
                Encoding.UTF8.GetBytes(
                    "Path,Sex,Frontal/Lateral,Cardiomegaly,Edema,Consolidation,Atelectasis,Pleural Effusion\n"
                        + "CheXpert-v1.0-small/valid/p1/a.jpg,Male,Frontal,1.0,-1.0,,0.0,1.0\n"
                        + "CheXpert-v1.0-small/valid/p2/b.jpg,Female,Lateral,,1.0,-1.0,,0.0\n"
                ),
                ("valid/p1/a.jpg", Jpeg),
                ("valid/p2/b.jpg", Jpeg)
            ),
            ["domainnet"] = new(
                "domainnet",
                "real_test.txt",
                true,
                Encoding.UTF8.GetBytes("real/cat/a b.jpg 3\nreal/dog/b.jpg 14\n"),
                ("real/cat/a b.jpg", Jpeg),
                ("real/dog/b.jpg", Jpeg)
            ),
        };

    // Only what is behind the pages of values: the schema, the metadata and where the pages are.
    private static ImageReader Footer(byte[] file)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(file.Length - 8));
        var start = file.Length - 8 - length;
        return new("hf_parquet", "x.parquet", false, file[start..^8])
        {
            Wrap = footer => [.. file[..start], .. footer, .. BitConverter.GetBytes(footer.Length), .. "PAR1"u8],
        };
    }

    // Only the directory and the values it refers to, which are behind the pixels.
    private static ImageReader Directory(byte[] file)
    {
        var start = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(4)) - 64;
        return new("image_folder", "a/x.tif", true, file[start..]) { Wrap = end => [.. file[..start], .. end] };
    }

    /// <summary>Writes the data set with other content of its file, and returns its location.</summary>
    public string Write(TemporaryFolder folder, byte[] content)
    {
        foreach (var (name, bytes) in Others.Append((File, content)))
        {
            System.IO.Directory.CreateDirectory(Path.GetDirectoryName(folder[name])!);
            System.IO.File.WriteAllBytes(folder[name], bytes);
        }

        return Folder ? folder.Path : folder[File];
    }

    /// <summary>Lists the data set and decodes its first images.</summary>
    public void Read(string location)
    {
        var source = ImageFormats.Open(new(Format, location, SourceOptions.None));
        for (var i = 0; i < Math.Min(3, source.Names.Length); i++)
        {
            source.Read(i);
        }
    }
}
