using System.Text;

namespace TransferLens.Report.Files;

/// <summary>Files that appear complete or not at all.</summary>
internal static class AtomicFile
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>
    /// Writes a text file in UTF-8 without a byte order mark, as <see cref="Write(string, byte[])"/> does.
    /// </summary>
    /// <exception cref="IOException">The file could not be written.</exception>
    public static void Write(string path, string text) => Write(path, Utf8.GetBytes(text));

    /// <summary>Writes a draft in the same folder and renames it. Creates the folder if it is missing.</summary>
    /// <exception cref="IOException">The file could not be written.</exception>
    public static void Write(string path, byte[] bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var draft = $"{path}.{Path.GetRandomFileName()}.tmp";
        try
        {
            File.WriteAllBytes(draft, bytes);
            File.Move(draft, path, overwrite: true);
        }
        finally
        {
            File.Delete(draft);
        }
    }
}
