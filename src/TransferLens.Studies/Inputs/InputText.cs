using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace TransferLens.Studies.Inputs;

/// <summary>
/// Reads text from untrusted sources: UTF-8, or what a byte order mark states. Bytes that are no UTF-8 would all become
/// one character, which makes equal names of different ones, so they are an error.
/// </summary>
internal static class InputText
{
    // UTF-16 in either order. UTF-32 begins like one of them, or with zeros.
    private static readonly byte[][] OtherMarks = [[0xff, 0xfe], [0xfe, 0xff], [0, 0, 0xfe, 0xff]];

    /// <summary>Reads a file.</summary>
    /// <param name="path">Its path.</param>
    /// <exception cref="InputException">It is not UTF-8; the message names the line.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static string Read(string path) => Decode(File.ReadAllBytes(path), path);

    /// <summary>Reads the lines of a file, without their ends.</summary>
    /// <inheritdoc cref="Read"/>
    public static IEnumerable<string> ReadLines(string path)
    {
        using var reader = new StringReader(Read(path));
        var lines = new List<string>();
        while (reader.ReadLine() is { } line)
        {
            lines.Add(line);
        }

        return lines;
    }

    /// <summary>The text of a file's bytes.</summary>
    /// <param name="bytes">The content.</param>
    /// <param name="path">The file, for the message.</param>
    /// <exception cref="InputException">It is not UTF-8; the message names the line.</exception>
    public static string Decode(ReadOnlySpan<byte> bytes, string path)
    {
        if (!IsOfOtherEncoding(bytes) && !Utf8.IsValid(bytes))
        {
            throw new InputException(
                $"Line {LineOf(bytes, FirstInvalid(bytes))} of '{path}' is not UTF-8. Save the file as UTF-8."
            );
        }

        using var reader = new StreamReader(new MemoryStream(bytes.ToArray()), Encoding.UTF8);
        return reader.ReadToEnd();
    }

    private static bool IsOfOtherEncoding(ReadOnlySpan<byte> bytes)
    {
        foreach (var mark in OtherMarks)
        {
            if (bytes.StartsWith(mark))
            {
                return true;
            }
        }

        return false;
    }

    private static int FirstInvalid(ReadOnlySpan<byte> bytes)
    {
        var at = 0;
        while (Rune.DecodeFromUtf8(bytes[at..], out _, out var consumed) == OperationStatus.Done)
        {
            at += consumed;
        }

        return at;
    }

    // Lines end in LF, CRLF or CR.
    private static int LineOf(ReadOnlySpan<byte> bytes, int at)
    {
        var line = 1;
        for (var i = 0; i < at; i++)
        {
            var isEnd = bytes[i] == '\n' || (bytes[i] == '\r' && (i + 1 == bytes.Length || bytes[i + 1] != '\n'));
            line += isEnd ? 1 : 0;
        }

        return line;
    }
}
