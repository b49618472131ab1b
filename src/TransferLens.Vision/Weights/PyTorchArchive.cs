using System.Collections.Immutable;
using System.IO.Compression;
using System.Text;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Weights.Layouts;
using static TorchSharp.torch;

namespace TransferLens.Vision.Weights;

/// <summary>
/// PyTorch's zip format (since 1.6): <c>NAME/data.pkl</c> and one <c>NAME/data/KEY</c> per storage, written without
/// compression. Source: <c>torch/serialization.py</c> of PyTorch 1.13.
/// </summary>
internal sealed class PyTorchArchive : TensorFile
{
    private const string Frozen =
        "is a frozen TorchScript module, whose weights are constants without names. Go back to the model before "
        + "torch.jit.freeze";

    private readonly ZipArchive archive;
    private readonly PyTorchObjects objects;
    private readonly Dictionary<string, ZipArchiveEntry> entries = new(StringComparer.Ordinal);
    private readonly string root;
    private long left;

    private PyTorchArchive(string path, ZipArchive archive, PyTorchObjects objects)
        : base(path)
    {
        (this.archive, this.objects, left) = (archive, objects, objects.Limit);
        foreach (var entry in archive.Entries)
        {
            if (!entries.TryAdd(entry.FullName, entry))
            {
                throw objects.Broken($"its entry '{WeightsFile.Printable(entry.FullName)}' is there twice");
            }

            // Nothing is unpacked to disk, but no checkpoint has names that leave its folder.
            if (entry.FullName.Split('/', '\\').Contains("..") || System.IO.Path.IsPathRooted(entry.FullName))
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
        if (
            entries.TryGetValue(root + "byteorder", out var order)
            && order.Length < 16
            && Encoding.ASCII.GetString(Inflate(order)) != "little"
        )
        {
            throw new InputException(
                $"'{path}' was written on a big-endian machine. Load it there, and save the state dict as safetensors."
            );
        }

        var pickle = objects.CreateMachine(Inflate(entries[root + "data.pkl"]));
        Tensors = objects.FindTensors(pickle.Run(), IsFrozen ? Frozen : null);
    }

    /// <inheritdoc/>
    public override ImmutableArray<StoredTensor> Tensors { get; }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Aliases => objects.Aliases;

    /// <inheritdoc/>
    public override string? Architecture => objects.Architecture;

    /// <summary>Opens an archive, and takes ownership of the file.</summary>
    public static PyTorchArchive Open(string path, FileStream file)
    {
        var objects = new PyTorchObjects(path, file.Length);
        ZipArchive? archive = null;
        try
        {
            archive = new ZipArchive(file, ZipArchiveMode.Read);
            return new(path, archive, objects);
        }
        catch (Exception failure)
        {
            archive?.Dispose();
            file.Dispose();
            if (IsDamage(failure))
            {
                throw objects.Broken("its zip archive is damaged or truncated");
            }

            throw;
        }
    }

    /// <inheritdoc/>
    public override void Dispose() => archive.Dispose();

    /// <inheritdoc/>
    protected override IReadOnlyList<Tensor> ReadAll(IReadOnlyList<StoredTensor> chosen)
    {
        try
        {
            return objects.Materialize(chosen, ReadStorage);
        }
        catch (Exception failure) when (IsDamage(failure))
        {
            throw objects.Broken("its zip archive is damaged or truncated");
        }
    }

    private bool IsFrozen => entries.Keys.Any(name => name.StartsWith(root + "constants/", StringComparison.Ordinal));

    private static bool IsDamage(Exception failure) =>
        failure
            is InvalidDataException
                or NotSupportedException
                or IOException
                or ArgumentException
                or OverflowException;

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
