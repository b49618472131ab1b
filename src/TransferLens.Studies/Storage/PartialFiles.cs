using System.Security.Cryptography;
using System.Text;

namespace TransferLens.Studies.Storage;

/// <summary>
/// Named byte records of one owner in a folder, which survive a crash. Records are collected in memory and written
/// together, at most once a second, to a file that appears by a rename. Files of another owner and damaged records are
/// ignored. Safe for several threads.
/// </summary>
/// <remarks>
/// Nothing is flushed to the disk: after a loss of power a digest tells which records are complete. Losing records
/// costs only the time to compute them again, so a failure to write them is ignored.
/// </remarks>
internal sealed class PartialFiles : IDisposable
{
    private const string Ending = ".records";
    private const string Draft = ".part";

    // Content of smaller files stays in memory after opening, so that thousands of records are read quickly.
    private const long SmallFile = 1 << 20;

    // Large records are written less often: writing takes at most one part in this many.
    private const int ShareOfTime = 20;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    private readonly Lock gate = new();
    private readonly Dictionary<string, Place> written = new(StringComparer.Ordinal);
    private readonly Dictionary<string, byte[]> pending = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> recordsOf = new(StringComparer.Ordinal);
    private readonly HashSet<string> superseded = new(StringComparer.Ordinal);
    private readonly string folder;
    private readonly string owner;
    private readonly int life;
    private readonly TimeProvider time;
    private readonly long opened;
    private TimeSpan next = TimeSpan.Zero;
    private int sequence;

    private sealed record Place(string Path, long Offset, int Length, byte[] Digest, byte[]? Content);

    /// <summary>Opens a folder, which is created if it is missing.</summary>
    /// <param name="folder">The folder; nothing else writes into it but earlier lives of the same task.</param>
    /// <param name="owner">
    /// Whose records they are: records that were written for another owner are removed.
    /// </param>
    /// <param name="life">A number that grows with each life; later records replace earlier ones.</param>
    /// <param name="time">The clock.</param>
    public PartialFiles(string folder, string owner, int life, TimeProvider time)
    {
        (this.folder, this.owner, this.life, this.time) = (folder, owner, life, time);
        opened = time.GetTimestamp();
        Directory.CreateDirectory(folder);
        foreach (var path in Directory.GetFiles(folder).Order(StringComparer.Ordinal))
        {
            if (!path.EndsWith(Ending, StringComparison.Ordinal) || !TryOpen(path))
            {
                TryDelete(path);
            }
        }
    }

    /// <summary>Whether a record that is written now reaches the disk now.</summary>
    public bool IsDue
    {
        get
        {
            lock (gate)
            {
                return time.GetElapsedTime(opened) >= next;
            }
        }
    }

    /// <summary>The latest record of a name; null without one, or when it is damaged.</summary>
    public byte[]? Read(string name)
    {
        lock (gate)
        {
            return pending.GetValueOrDefault(name) ?? (written.TryGetValue(name, out var place) ? Read(place) : null);
        }
    }

    /// <summary>Keeps a record in place of an earlier one of the same name.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="content">Its content, which must not change afterwards.</param>
    public void Write(string name, byte[] content)
    {
        lock (gate)
        {
            pending[name] = content;
            superseded.Remove(name);
            if (IsDue)
            {
                Flush();
            }
        }
    }

    /// <summary>
    /// Removes all records whose names begin with a prefix, once everything that was written before is on the disk.
    /// </summary>
    public void Remove(string prefix)
    {
        lock (gate)
        {
            foreach (var name in pending.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).ToList())
            {
                pending.Remove(name);
            }

            superseded.UnionWith(written.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)));
        }
    }

    /// <summary>Forgets what is still in memory: nothing needs the records any more.</summary>
    public void Clear()
    {
        lock (gate)
        {
            pending.Clear();
            superseded.Clear();
        }
    }

    /// <summary>Writes what is still in memory.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            Flush();
        }
    }

    private void Flush()
    {
        var started = time.GetElapsedTime(opened);
        if (pending.Count == 0 || !TryWrite())
        {
            return;
        }

        foreach (var name in superseded)
        {
            Forget(name);
        }

        superseded.Clear();
        var ended = time.GetElapsedTime(opened);
        var pause = Math.Clamp((ended - started).Ticks * ShareOfTime, Pause.Ticks, LongestPause.Ticks);
        next = ended + TimeSpan.FromTicks(pause);
    }

    private bool TryWrite()
    {
        var path = Path.Combine(folder, $"{life:D8}-{++sequence:D8}{Ending}");
        try
        {
            var header = Header();
            var offset = sizeof(int) + header.Length + (long)SHA256.HashSizeInBytes;
            using (var file = File.Create(path + Draft))
            {
                file.Write(BitConverter.GetBytes(header.Length));
                file.Write(header);
                file.Write(SHA256.HashData(header));
                foreach (var content in pending.Values)
                {
                    file.Write(content);
                }
            }

            File.Move(path + Draft, path, overwrite: true);
            foreach (var (name, content) in pending)
            {
                Add(name, new(path, offset, content.Length, SHA256.HashData(content), null));
                offset += content.Length;
            }

            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            TryDelete(path + Draft);
            superseded.Clear();
            return false;
        }
        finally
        {
            pending.Clear();
        }
    }

    private byte[] Header()
    {
        using var bytes = new MemoryStream();
        using (var writer = new BinaryWriter(bytes, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(owner);
            writer.Write(pending.Count);
            foreach (var (name, content) in pending)
            {
                writer.Write(name);
                writer.Write(content.Length);
                writer.Write(SHA256.HashData(content));
            }
        }

        return bytes.ToArray();
    }

    // False where it is damaged or another owner's.
    private bool TryOpen(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            using var reader = new BinaryReader(file);
            var header = reader.ReadBytes((int)Math.Min(reader.ReadInt32(), file.Length));
            var digest = reader.ReadBytes(SHA256.HashSizeInBytes);
            if (!SHA256.HashData(header).AsSpan().SequenceEqual(digest))
            {
                return false;
            }

            using var fields = new BinaryReader(new MemoryStream(header));
            if (fields.ReadString() != owner)
            {
                return false;
            }

            var offset = file.Position;
            for (var left = fields.ReadInt32(); left > 0; left--)
            {
                var (name, length) = (fields.ReadString(), fields.ReadInt32());
                var (sum, isSmall) = (fields.ReadBytes(SHA256.HashSizeInBytes), file.Length <= SmallFile);
                Add(name, new(path, offset, length, sum, isSmall ? reader.ReadBytes(length) : null));
                offset += length;
            }

            return true;
        }
        catch (Exception failure)
            when (failure is IOException or UnauthorizedAccessException or ArgumentException or FormatException)
        {
            return false;
        }
    }

    private static byte[]? Read(Place place)
    {
        try
        {
            var content = place.Content ?? ReadFile(place);
            return content.Length == place.Length && SHA256.HashData(content).AsSpan().SequenceEqual(place.Digest)
                ? content
                : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static byte[] ReadFile(Place place)
    {
        using var file = File.OpenRead(place.Path);
        var content = new byte[place.Length];
        file.Position = place.Offset;
        file.ReadExactly(content);
        return content;
    }

    private void Add(string name, Place place)
    {
        Forget(name);
        written[name] = place;
        recordsOf[place.Path] = recordsOf.GetValueOrDefault(place.Path) + 1;
    }

    // A file goes with its last record.
    private void Forget(string name)
    {
        if (written.Remove(name, out var place) && --recordsOf[place.Path] == 0)
        {
            recordsOf.Remove(place.Path);
            TryDelete(place.Path);
        }
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // It takes space, and is removed with the folder.
        }
    }
}
