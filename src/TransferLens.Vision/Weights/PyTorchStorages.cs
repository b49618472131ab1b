using TransferLens.Studies.Inputs;
using TransferLens.Vision.Numpy;
using TransferLens.Vision.Pickles;

namespace TransferLens.Vision.Weights;

/// <summary>
/// The storages of one checkpoint: those that its pickle names, and the bytes that the pickle itself contains.
/// </summary>
/// <param name="broken">Makes the error for a damaged checkpoint.</param>
internal sealed class PyTorchStorages(Func<string, InputException> broken)
{
    private readonly Dictionary<string, TensorStorage> known = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long?> unread = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (byte[] Bytes, bool IsBigEndian)> contents = new(StringComparer.Ordinal);

    /// <summary>The storage of that name; null if no pickle mentioned it.</summary>
    public TensorStorage? Named(string key) => known.GetValueOrDefault(key);

    /// <summary>
    /// The size in bytes of an element of a storage that is not read, as of complex numbers; null if it is unknown, or
    /// no pickle mentioned the storage.
    /// </summary>
    public int? UnreadWidth(string key) => (int?)unread.GetValueOrDefault(key);

    /// <summary>The storage of a persistent id; an <see cref="Opaque"/> if its type is not read, or a class.</summary>
    public object Find(object? id)
    {
        var parts = id as object?[] ?? throw broken("it refers to an object that no part of it contains");
        if (parts is ["module", PickleGlobal module, ..])
        {
            return module; // Before 1.6: a class, with the text of its source.
        }

        var typeName = ((PickleGlobal)parts[1]!).Name;
        if ((string)parts[0]! != "storage" || (parts.Length > 5 && parts[5] is not null))
        {
            throw broken("it has a storage of an unknown kind");
        }

        if (TensorType.All.FirstOrDefault(t => t.Storage == typeName) is not { } type)
        {
            unread[(string)parts[2]!] = TensorType.UnreadWidth(typeName);
            return new Opaque(typeName);
        }

        var made = new TensorStorage(type, (string)parts[2]!, (long)parts[4]!);
        return made.Count is < 0 or >= 1L << 40 ? throw broken("it has a storage of an impossible size")
            : known.TryAdd(made.Key, made) || known[made.Key] == made ? known[made.Key]
            : throw broken($"the storage '{WeightsFile.Printable(made.Key)}' has two types or two lengths");
    }

    /// <summary>Remembers bytes that the pickle itself contains, as a storage.</summary>
    /// <param name="type">Type of the elements.</param>
    /// <param name="bytes">The elements.</param>
    /// <param name="isBigEndian">Whether each of them is in the order of big-endian machines.</param>
    public TensorStorage Add(TensorType type, byte[] bytes, bool isBigEndian = false)
    {
        // No storage of PyTorch has a space in its name.
        var storage = new TensorStorage(type, $"array {contents.Count}", bytes.Length / type.Bytes);
        contents.Add(storage.Key, (bytes, isBigEndian));
        return storage;
    }

    /// <summary>The bytes of a storage, little-endian.</summary>
    /// <param name="storage">The storage.</param>
    /// <param name="read">Reads one that is not in the pickle.</param>
    public byte[] Read(TensorStorage storage, Func<TensorStorage, byte[]> read) =>
        !contents.TryGetValue(storage.Key, out var content) ? read(storage)
        : content.IsBigEndian ? NumpyElements.Reversed(content.Bytes, storage.Type.Bytes)
        : content.Bytes;
}
