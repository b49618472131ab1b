using System.IO.Compression;
using System.Text;

namespace TransferLens.Vision.Weights;

/// <summary>
/// PyTorch's zip format (since 1.6): <c>NAME/data.pkl</c> and one <c>NAME/data/KEY</c> a storage, written without
/// compression. Source: <c>torch/serialization.py</c> of PyTorch 1.13.
/// </summary>
internal sealed class PyTorchArchive
{
    private readonly PyTorchObjects objects;
    private readonly Dictionary<string, ZipArchiveEntry> entries = new(StringComparer.Ordinal);
    private readonly string root;
    private long left;

    private PyTorchArchive(ZipArchive archive, PyTorchObjects objects)
    {
        (this.objects, left) = (objects, objects.Limit);
        foreach (var entry in archive.Entries)
        {
            if (!entries.TryAdd(entry.FullName, entry))
            {
                throw objects.Broken($"its entry '{WeightsFile.Shown(entry.FullName)}' is there twice");
            }

            // Nothing is ever unpacked to disk; a name that leaves its folder is still no checkpoint's.
            if (entry.FullName.Split('/', '\\').Contains("..") || Path.IsPathRooted(entry.FullName))
            {
                throw objects.Broken($"its entry '{WeightsFile.Shown(entry.FullName)}' points out of the archive");
            }
        }

        string[] pickles =
        [
            .. entries.Keys.Where(name =>
                name.EndsWith("/data.pkl", StringComparison.Ordinal) && name.Count(c => c == '/') == 1
            ),
        ];
        root =
            pickles.Length == 1
                ? pickles[0][..^"data.pkl".Length]
                : throw objects.Broken("it is a zip archive that does not have exactly one NAME/data.pkl");
    }

    /// <summary>Reads the tensors.</summary>
    public static StateDict Read(string path, FileStream file)
    {
        var objects = new PyTorchObjects(path, file.Length);
        try
        {
            using var archive = new ZipArchive(file, ZipArchiveMode.Read);
            return new PyTorchArchive(archive, objects).Read();
        }
        catch (Exception failure)
            when (failure
                    is InvalidDataException
                        or NotSupportedException
                        or IOException
                        or ArgumentException
                        or OverflowException
            )
        {
            throw objects.Broken("its zip archive is damaged or cut short");
        }
    }

    private StateDict Read()
    {
        if (
            entries.TryGetValue(root + "byteorder", out var order)
            && order.Length < 16
            && Encoding.ASCII.GetString(Inflate(order)) != "little"
        )
        {
            throw objects.Broken("it was written on a big-endian machine");
        }

        return objects.Materialize(objects.Views(objects.Machine(Inflate(entries[root + "data.pkl"])).Run()), storage =>
        {
            var entry = entries.GetValueOrDefault($"{root}data/{storage.Key}")
                ?? throw objects.Broken($"the storage '{WeightsFile.Shown(storage.Key)}' is missing");
            return entry.Length == storage.Bytes
                ? Inflate(entry)
                : throw objects.Broken(
                    $"the storage '{WeightsFile.Shown(storage.Key)}' has {entry.Length} bytes instead of {storage.Bytes}"
                );
        });
    }

    // A bomb claims far more than it holds, holds far more than it claims, or holds the same bytes many times over.
    private byte[] Inflate(ZipArchiveEntry entry)
    {
        left -= entry.Length;
        if (
            left < 0
            || entry.Length is < 0
            || entry.Length > Array.MaxLength
            || (entry.Length - 4096) / 200 > entry.CompressedLength
        )
        {
            throw objects.Broken(
                $"its entry '{WeightsFile.Shown(entry.FullName)}' would unpack from {entry.CompressedLength} to {entry.Length} bytes"
            );
        }

        var bytes = new byte[entry.Length];
        using var stream = entry.Open();
        stream.ReadExactly(bytes);
        return stream.ReadByte() < 0
            ? bytes
            : throw objects.Broken($"its entry '{WeightsFile.Shown(entry.FullName)}' holds more than it claims");
    }
}
