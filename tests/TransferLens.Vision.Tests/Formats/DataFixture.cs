using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using TransferLens.Vision.Decoding;
using TransferLens.Vision.Formats;
using TransferLens.Vision.Images;

namespace TransferLens.Vision.Tests.Formats;

/// <summary>Data sets that other programs wrote, and what these say is in them; see
/// tests/reference/data_formats.py.</summary>
internal static class DataFixture
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Fixtures", "data");

    public static JsonNode Expected { get; } = JsonNode.Parse(File.ReadAllText(PathOf("expected.json")))!;

    public static string PathOf(string name) => Path.Combine(Folder, name);

    public static byte[] Bytes(string name) => File.ReadAllBytes(PathOf(name));

    public static IImageSource Open(string format, string file, params (string Key, string Value)[] options) =>
        ImageFormats.Open(new(format, PathOf(file), Options(options)));

    public static string Hash(DecodedImage image) => Convert.ToHexStringLower(SHA256.HashData(image.Pixels));

    /// <summary>Sees that classes, labels and pixels are those of the reference.</summary>
    public static void Check(IImageSource source, string name)
    {
        var expected = Expected[name]!;
        Assert.Equal(Texts(expected["classes"]!), source.Classes);
        var labels = expected["labels"]!.AsArray();
        Assert.Equal(labels.Count, source.Labels.Count);
        Assert.Equal(
            labels.Select(label =>
                label is JsonArray several ? string.Join(',', several.Select(one => (int)one!)) : $"{label}"
            ),
            Enumerable.Range(0, labels.Count).Select(image => string.Join(',', source.Labels.ClassesOf(image)))
        );
        Assert.Equal(Texts(expected["images"]!), Enumerable.Range(0, labels.Count).Select(i => Hash(source.Read(i))));
        Assert.Equal(labels.Count, source.Contents.Length);
        Assert.Equal(Texts(expected["images"]!).Distinct().Count(), source.Contents.Distinct().Count());
    }

    private static IEnumerable<string> Texts(JsonNode list) => list.AsArray().Select(text => (string)text!);

    private static ImmutableSortedDictionary<string, string> Options((string Key, string Value)[] options) =>
        SourceOptions.None.AddRange(options.Select(option => KeyValuePair.Create(option.Key, option.Value)));
}
