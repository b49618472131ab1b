using System.Text;
using System.Text.RegularExpressions;

namespace TransferLens.Live;

/// <summary>What a task printed, as plain text without what would move a cursor or change a colour.</summary>
internal static partial class LogText
{
    private const int MostBytes = 64 * 1024;

    /// <summary>The end of a log, at most 64 KiB of it; it may be written meanwhile.</summary>
    public static string End(string path)
    {
        try
        {
            using var file = new FileStream(
                path,
                FileMode.Open,
                FileAccess.Read,
                FileShare.ReadWrite | FileShare.Delete
            );
            file.Seek(-Math.Min(MostBytes, file.Length), SeekOrigin.End);
            var bytes = new byte[MostBytes];
            var text = Encoding.UTF8.GetString(bytes, 0, file.ReadAtLeast(bytes, MostBytes, throwOnEndOfStream: false));
            return string.Concat(
                Escape().Replace(text, "").Where(letter => letter is '\n' or '\t' || !char.IsControl(letter))
            );
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    /// <summary>Its last lines.</summary>
    public static string Last(string path, int lines) =>
        string.Join('\n', End(path).TrimEnd().Split('\n').TakeLast(lines));

    [GeneratedRegex("\u001b\\[[0-?]*[ -/]*[@-~]")]
    private static partial Regex Escape();
}
