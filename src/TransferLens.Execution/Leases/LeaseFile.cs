using System.Globalization;
using System.Text;
using System.Text.Json;
using TransferLens.Studies.Settings;
using TransferLens.Studies.Storage;

namespace TransferLens.Execution.Leases;

/// <summary>
/// One of the files <c>lease-1</c>, <c>lease-2</c> and so on of a folder, of which the last is valid. The first line
/// names the owner and never changes. The last line is a counter that the owner increments while it lives, or
/// <c>released</c>.
/// </summary>
internal sealed record LeaseFile(string Folder, int Number, string Text)
{
    private const string Prefix = "lease-";
    private const string Released = "released";

    /// <summary>Its path.</summary>
    public string Path => PathOf(Folder, Number);

    /// <summary>Whether its owner released it.</summary>
    public bool IsReleased => Text.EndsWith($"{Released}\n", StringComparison.Ordinal);

    /// <summary>Its owner; null when unreadable.</summary>
    public LeaseOwner? Owner
    {
        get
        {
            try
            {
                return JsonSerializer.Deserialize<LeaseOwner>(Text.Split('\n')[0], StudyJson.Options);
            }
            catch (JsonException)
            {
                return null;
            }
        }
    }

    /// <summary>The last lease of a folder; null without one.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="known">A number that is known to exist, even if an old listing of the folder lacks it.</param>
    public static LeaseFile? Newest(string folder, int known = 0)
    {
        var listed = Directory.Exists(folder)
            ? Directory.GetFiles(folder, $"{Prefix}*").Select(NumberOf).DefaultIfEmpty().Max()
            : 0;
        var number = Math.Max(listed, known);
        return number == 0 ? null : new(folder, number, Read(PathOf(folder, number)));
    }

    /// <summary>
    /// Creates a lease. Of all processes that try, on all machines that share the folder, exactly one succeeds: the
    /// file appears by a hard link, or by exclusive creation on a file system without hard links.
    /// </summary>
    public static bool TryCreate(string folder, int number, LeaseOwner owner)
    {
        var (mark, path) = (UniqueName.Create(), PathOf(folder, number));
        var text = $"{JsonSerializer.Serialize(owner, StudyJson.Options)}\n{mark}\n{Counter(0)}\n";
        var draft = System.IO.Path.Combine(folder, $".lease-{mark}");
        try
        {
            File.WriteAllText(draft, text);
            if (HardLink.TryCreate(draft, path))
            {
                return true;
            }

            if (File.Exists(path))
            {
                // The link may exist although the network lost the answer.
                return Read(path).Contains(mark, StringComparison.Ordinal);
            }

            using var file = new StreamWriter(new FileStream(path, FileMode.CreateNew));
            file.Write(text);
            return true;
        }
        catch (IOException) when (File.Exists(path))
        {
            return false;
        }
        finally
        {
            File.Delete(draft);
        }
    }

    /// <summary>Whether a later lease exists.</summary>
    public static bool IsFollowed(string folder, int number) => File.Exists(PathOf(folder, number + 1));

    /// <summary>Removes an old lease.</summary>
    public static void Forget(string folder, int number) => File.Delete(PathOf(folder, number));

    /// <summary>Writes a heartbeat.</summary>
    public static void Beat(string folder, int number, long count) =>
        WriteLastLine(PathOf(folder, number), Counter(count));

    /// <summary>Marks a lease as released.</summary>
    public static void Release(string folder, int number) =>
        WriteLastLine(PathOf(folder, number), Released.PadLeft(Counter(0).Length));

    private static string Counter(long count) => count.ToString("D12", CultureInfo.InvariantCulture);

    // Written in place. The next owner has a file of its own, so a late write by this one does no harm.
    private static void WriteLastLine(string path, string line)
    {
        var bytes = Encoding.UTF8.GetBytes($"{line}\n");
        using var file = new FileStream(
            path,
            FileMode.Open,
            FileAccess.ReadWrite,
            FileShare.ReadWrite | FileShare.Delete,
            bufferSize: 0
        );
        file.Position = Math.Max(0, file.Length - bytes.Length);
        file.Write(bytes);
    }

    private static string Read(string path)
    {
        try
        {
            using var file = new StreamReader(
                new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete)
            );
            return file.ReadToEnd();
        }
        catch (IOException)
        {
            return ""; // It is being written, or the file system does not answer: nothing is known about it yet.
        }
    }

    private static string PathOf(string folder, int number) => System.IO.Path.Combine(folder, $"{Prefix}{number}");

    private static int NumberOf(string path)
    {
        var digits = System.IO.Path.GetFileName(path)[Prefix.Length..];
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
    }
}
