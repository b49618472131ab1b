using System.Formats.Tar;
using TransferLens.Tests;

namespace TransferLens.Cli.Tests.Documents;

/// <summary>Makes small data sets in the formats that are no folders of images.</summary>
internal static class DataFiles
{
    private const int Images = 6;
    private const int Side = 8;

    /// <summary>Makes the data at a path, unless it is there already or is of another format.</summary>
    /// <param name="format">The format's name.</param>
    /// <param name="path">The file or folder.</param>
    /// <param name="labelKey">The key of the label in .json files.</param>
    public static void Write(string format, string path, string labelKey)
    {
        if (Path.Exists(path))
        {
            return;
        }

        Directory.CreateDirectory(format == "npz" ? Path.GetDirectoryName(path)! : path);
        switch (format)
        {
            case "npz":
                File.WriteAllBytes(path, Arrays());
                break;
            case "hf_parquet":
                var parquet = Checkout.PathOf("tests", "TransferLens.Vision.Tests", "Fixtures", "data", "hf-snappy.parquet");
                File.Copy(parquet, Path.Combine(path, "train-00000.parquet"));
                File.Copy(parquet, Path.Combine(path, "test-00000.parquet"));
                break;
            default:
                Shard(Path.Combine(path, "00000.tar"), path, labelKey);
                break;
        }
    }

    // The images of each part differ.
    private static byte[] Arrays() =>
        NumpyFile.Archive([.. new[] { "train", "test" }.SelectMany((part, seed) => Part(part, seed + 1))]);

    private static (string, byte[])[] Part(string part, int seed)
    {
        var pixels = new byte[Images * Side * Side];
        new Random(seed).NextBytes(pixels);
        byte[] labels = [.. Enumerable.Range(0, Images).Select(i => (byte)(i % 3))];
        return
        [
            ($"{part}_images.npy", NumpyFile.Array("|u1", $"({Images}, {Side}, {Side})", pixels)),
            ($"{part}_labels.npy", NumpyFile.Array("|u1", $"({Images}, 1)", labels)),
        ];
    }

    private static void Shard(string path, string images, string labelKey)
    {
        TinyImages.Write(images, Images, seed: path.Sum(letter => letter));
        using var tar = new TarWriter(File.Create(path));
        foreach (var image in Directory.GetFiles(images, "*.png", SearchOption.AllDirectories))
        {
            var (name, key) = (Path.GetFileName(Path.GetDirectoryName(image)!), Path.GetFileNameWithoutExtension(image));
            tar.WriteEntry(image, $"{name}{key}.png");
            var label = new PaxTarEntry(TarEntryType.RegularFile, $"{name}{key}.json")
            {
                DataStream = new MemoryStream([.. "{\""u8, .. Bytes(labelKey), .. "\": \""u8, .. Bytes(name), .. "\"}"u8]),
            };
            tar.WriteEntry(label);
        }

        static byte[] Bytes(string text) => System.Text.Encoding.UTF8.GetBytes(text);
    }
}
