using System.Text;
using TransferLens.Studies.Inputs;
using TransferLens.Tests;

namespace TransferLens.Studies.Tests.Inputs;

public sealed class InputTextTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public static TheoryData<string, Encoding> Encodings =>
        new()
        {
            { "UTF-8", new UTF8Encoding(false) },
            { "UTF-8 with its mark", new UTF8Encoding(true) },
            { "UTF-16", new UnicodeEncoding(bigEndian: false, byteOrderMark: true) },
            { "UTF-16, big-endian", new UnicodeEncoding(bigEndian: true, byteOrderMark: true) },
            { "UTF-32", new UTF32Encoding(bigEndian: false, byteOrderMark: true) },
        };

    [Theory]
    [MemberData(nameof(Encodings))]
    public void Text_is_read_as_its_mark_says_or_as_UTF_8(string name, Encoding encoding)
    {
        File.WriteAllText(folder["x"], "B\u00e4r\r\nB\u00f6r\n\u732b", encoding);
        Assert.True(
            InputText.ReadLines(folder["x"]).SequenceEqual(["B\u00e4r", "B\u00f6r", "\u732b"], StringComparer.Ordinal),
            name
        );
    }

    [Theory]
    [InlineData("B\u00e4r", 1)]
    [InlineData("a\nb\nB\u00e4r\nB\u00f6r", 3)]
    [InlineData("a\r\nb\r\nB\u00e4r", 3)]
    [InlineData("a\rb\rB\u00e4r", 3)]
    [InlineData("a\n\u00e4", 2)]
    public void Another_encoding_is_refused_with_the_first_line_that_shows_it(string text, int line)
    {
        File.WriteAllText(folder["x"], text, Encoding.Latin1);
        Assert.Equal(
            $"Line {line} of '{folder["x"]}' is not UTF-8. Save the file as UTF-8.",
            Assert.Throws<InputException>(() => InputText.Read(folder["x"])).Message
        );
    }

    [Fact]
    public void A_file_without_length_is_called_what_it_is()
    {
        File.WriteAllText(folder["x"], "");
        Assert.StartsWith(
            $"The file '{folder["x"]}' is empty. Replace it with ",
            Assert.Throws<InputException>(() => InputFile.Check(folder["x"])).Message
        );
        if (OperatingSystem.IsLinux())
        {
            Assert.StartsWith(
                "The file '/dev/null' is a device. ",
                Assert.Throws<InputException>(() => InputFile.Check("/dev/null")).Message
            );
        }
    }

    public void Dispose() => folder.Dispose();
}
