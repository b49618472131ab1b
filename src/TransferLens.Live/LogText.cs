using System.Text;
using System.Text.RegularExpressions;

namespace TransferLens.Live;

/// <summary>Logs of tasks as plain text, without escape sequences and control characters.</summary>
internal static partial class LogText
{
    private const int MaximumBytes = 64 * 1024;

    /// <summary>The end of a log, at most 64 KiB. The log may be written to at the same time.</summary>
    /// <returns>Empty if the log cannot be read.</returns>
    public static string ReadEnd(string path)
    {
        try
        {
            using var file = new FileStream(
                path,
                FileMode.Open,
                FileAccess.Read,
                FileShare.ReadWrite | FileShare.Delete
            );
            file.Seek(-Math.Min(MaximumBytes, file.Length), SeekOrigin.End);
            var bytes = new byte[MaximumBytes];
            var count = file.ReadAtLeast(bytes, MaximumBytes, throwOnEndOfStream: false);
            var text = EscapeSequence().Replace(Encoding.UTF8.GetString(bytes, 0, count), "");
            return string.Concat(text.Where(letter => letter is '\n' or '\t' || !char.IsControl(letter)));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    /// <summary>The last lines of a log.</summary>
    public static string ReadLastLines(string path, int lines) =>
        string.Join('\n', ReadEnd(path).TrimEnd().Split('\n').TakeLast(lines));

    [GeneratedRegex("\u001b\\[[0-?]*[ -/]*[@-~]")]
    private static partial Regex EscapeSequence();
}
