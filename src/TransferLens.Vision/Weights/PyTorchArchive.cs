using System.IO.Compression;
using System.Text;

namespace TransferLens.Vision.Weights;

/// <summary>
/// PyTorch's zip format (since 1.6): <c>NAME/data.pkl</c> and one <c>NAME/data/KEY</c> per storage, written without
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
                throw objects.Broken($"its entry '{WeightsFile.Printable(entry.FullName)}' is there twice");
            }

            // Nothing is unpacked to disk, but no checkpoint has names that leave its folder.
            if (entry.FullName.Split('/', '\\').Contains("..") || Path.IsPathRooted(entry.FullName))
            {
                throw objects.Broken($"its entry '{WeightsFile.Printable(entry.FullName)}' points out of the archive");
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
                : throw objects.Broken("its zip archive does not contain exactly one NAME/data.pkl");
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
            throw objects.Broken("its zip archive is damaged or truncated");
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

        var pickle = objects.CreateMachine(Inflate(entries[root + "data.pkl"]));
        return objects.Materialize(objects.FindTensors(pickle.Run()), ReadStorage);
    }

    private byte[] ReadStorage(TensorStorage storage)
    {
        var name = WeightsFile.Printable(storage.Key);
        var entry = entries.GetValueOrDefault($"{root}data/{storage.Key}")
            ?? throw objects.Broken($"the storage '{name}' is missing");
        return entry.Length == storage.Bytes
            ? Inflate(entry)
            : throw objects.Broken($"the storage '{name}' has {entry.Length} bytes instead of {storage.Bytes}");
    }

    // A zip bomb claims far more than it contains, contains far more than it claims, or repeats the same bytes.
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
            var (name, packed) = (WeightsFile.Printable(entry.FullName), entry.CompressedLength);
            throw objects.Broken($"its entry '{name}' would unpack from {packed} to {entry.Length} bytes");
        }

        var bytes = new byte[entry.Length];
        using var stream = entry.Open();
        stream.ReadExactly(bytes);
        return stream.ReadByte() < 0
            ? bytes
            : throw objects.Broken($"its entry '{WeightsFile.Printable(entry.FullName)}' contains more than it claims");
    }
}
