using System.Collections.Immutable;
using System.Text;

namespace TransferLens.Studies.Inputs;

/// <summary>
/// A kind of file that people give for another: how it is recognized, what it is, and what to do.
/// </summary>
/// <param name="What">What it is, for example "a Git LFS pointer".</param>
/// <param name="Advice">What to do, as a sentence without its full stop.</param>
/// <param name="Matches">Whether a file is of this kind, by its first bytes.</param>
internal sealed record ForeignFile(string What, string Advice, Func<byte[], bool> Matches)
{
    /// <summary>Number of bytes that decide.</summary>
    public const int Start = 512;

    /// <summary>Files that are saved in place of a download, whatever was to be downloaded.</summary>
    public static ImmutableArray<ForeignFile> Placeholders { get; } =
    [
        new(
            "a Git LFS pointer: the name of a large file, not the file",
            "Run 'git lfs pull' in its repository, or download the file itself",
            start => Begins(start, "version https://git-lfs"u8) || Begins(start, "oid sha256:"u8)
        ),
        new(
            "a web page (HTML), such as an error or a log-in page that was saved in place of the download",
            "Download the file itself",
            start => IsMarkup(start, "<!doctype html") || IsMarkup(start, "<html") || IsMarkup(start, "<head")
        ),
        new("an XML document, such as an error of a storage service", "Download the file itself", start =>
            IsMarkup(start, "<?xml") || IsMarkup(start, "<error>")
        ),
    ];

    /// <summary>The first <see cref="Start"/> bytes of a file, or fewer.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static byte[] ReadStart(string path)
    {
        var start = new byte[Start];
        using var file = File.OpenRead(path);
        return start[..file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
    }

    /// <summary>Refuses a file that is of one of some kinds.</summary>
    /// <param name="path">The file.</param>
    /// <param name="start">Its first <see cref="Start"/> bytes, or fewer.</param>
    /// <param name="kinds">The kinds, the more specific ones first.</param>
    /// <exception cref="InputException">It is; the message says of which, and what to do.</exception>
    public static void Refuse(string path, byte[] start, ImmutableArray<ForeignFile> kinds)
    {
        if (kinds.FirstOrDefault(kind => kind.Matches(start)) is { } kind)
        {
            throw new InputException($"'{path}' is {kind.What}. {kind.Advice}.");
        }
    }

    /// <summary>Whether a file begins with some bytes.</summary>
    public static bool Begins(byte[] start, ReadOnlySpan<byte> signature) => start.AsSpan().StartsWith(signature);

    /// <summary>The same with a character for each byte.</summary>
    public static bool Begins(byte[] start, string signature) => Begins(start, Encoding.Latin1.GetBytes(signature));

    /// <summary>Whether a text begins with a tag, in upper or lower case, after blanks.</summary>
    public static bool IsMarkup(byte[] start, string tag) =>
        Encoding
            .UTF8.GetString(start)
            .TrimStart('\ufeff', ' ', '\t', '\r', '\n')
            .StartsWith(tag, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether it is text: UTF-8 without control characters.</summary>
    public static bool IsText(byte[] start)
    {
        var text = Encoding.UTF8.GetString(start);
        text = start.Length == Start ? text.TrimEnd('\ufffd') : text; // a character may be cut in two
        return text.Length > 0
            && !text.Any(c => (char.IsControl(c) && c is not ('\t' or '\r' or '\n')) || c == '\ufffd');
    }
}
