using System.Globalization;
using System.Text;
using System.Text.Json;
using TransferLens.Studies.Settings;
using TransferLens.Studies.Storage;

namespace TransferLens.Execution.Leases;

/// <summary>
/// The leases of a folder: files <c>lease-1</c>, <c>lease-2</c> and so on, of which the last holds. A file says who
/// took it, which never changes, and in its last line a count that its owner raises as long as he lives, or <c>released</c>.
/// </summary>
internal sealed record LeaseFile(string Folder, int Number, string Text)
{
    private const string Released = "released";

    /// <summary>Its path.</summary>
    public string Path => PathOf(Folder, Number);

    /// <summary>Whether its owner let go of it.</summary>
    public bool IsReleased => Text.EndsWith($"{Released}\n", StringComparison.Ordinal);

    /// <summary>Who took it; null when that cannot be read.</summary>
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

    /// <summary>The last lease of a folder; null when there was none.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="known">A number that is known to be there, whatever an old listing of the folder says.</param>
    public static LeaseFile? Newest(string folder, int known = 0)
    {
        var listed = Directory.Exists(folder)
            ? Directory.GetFiles(folder, "lease-*").Select(NumberOf).DefaultIfEmpty().Max()
            : 0;
        var number = Math.Max(listed, known);
        return number == 0 ? null : new(folder, number, Read(PathOf(folder, number)));
    }

    /// <summary>Takes a lease. Exactly one of all who try gets a number, on every machine that shares the folder: it appears by a hard link, or where there are none by an exclusive creation.</summary>
    public static bool TryCreate(string folder, int number, LeaseOwner owner)
    {
        var (mark, path) = (Guid.NewGuid().ToString("n"), PathOf(folder, number));
        var text = $"{JsonSerializer.Serialize(owner, StudyJson.Options)}\n{mark}\n{Count(0)}\n";
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
                return Read(path).Contains(mark, StringComparison.Ordinal); // A network may have lost the answer that it is made.
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

    /// <summary>Whether a later lease was taken.</summary>
    public static bool IsFollowed(string folder, int number) => File.Exists(PathOf(folder, number + 1));

    /// <summary>Removes an old lease.</summary>
    public static void Forget(string folder, int number) => File.Delete(PathOf(folder, number));

    /// <summary>Writes that the owner lives.</summary>
    public static void Beat(string folder, int number, long count) => WriteLast(PathOf(folder, number), Count(count));

    /// <summary>Writes that the owner let go.</summary>
    public static void Release(string folder, int number) =>
        WriteLast(PathOf(folder, number), Released.PadLeft(Count(0).Length));

    private static string Count(long count) => count.ToString("D12", CultureInfo.InvariantCulture);

    // In place: whoever follows has a file of its own, so that a late word of its predecessor harms nobody.
    private static void WriteLast(string path, string word)
    {
        var bytes = Encoding.UTF8.GetBytes($"{word}\n");
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
            return ""; // Being written, or away for the moment: nothing is known of it yet.
        }
    }

    private static string PathOf(string folder, int number) => System.IO.Path.Combine(folder, $"lease-{number}");

    private static int NumberOf(string path) =>
        int.TryParse(
            System.IO.Path.GetFileName(path)["lease-".Length..],
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var number
        )
            ? number
            : 0;
}
