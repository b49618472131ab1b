using System.Buffers.Binary;
using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Pickles;
using TransferLens.Vision.Weights.Layouts;
using static TorchSharp.torch;

namespace TransferLens.Vision.Weights;

/// <summary>
/// PyTorch's format before 1.6: five pickles (magic number, protocol, system, the object, the storages' keys), then
/// each storage as an 8-byte length in elements and its bytes. Source: <c>torch/serialization.py</c> of PyTorch 1.13.
/// A file of one pickle, as Python's <c>pickle</c> writes it, may contain NumPy's arrays.
/// </summary>
internal sealed class PyTorchPlain : TensorFile
{
    // 0x1950a86a20f9469cfc6c, little-endian, as in the pickle.
    private static readonly byte[] MagicNumber = [0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];

    private readonly PyTorchObjects objects;
    private readonly Dictionary<string, int> offsets = new(StringComparer.Ordinal);
    private readonly byte[] bytes;
    private ImmutableArray<StoredTensor> tensors = [];
    private int at;

    private PyTorchPlain(string path, byte[] bytes, PyTorchObjects objects)
        : base(path) => (this.bytes, this.objects) = (bytes, objects);

    /// <inheritdoc/>
    public override ImmutableArray<StoredTensor> Tensors => tensors;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Aliases => objects.Aliases;

    /// <inheritdoc/>
    public override string? Architecture => objects.Architecture;

    /// <summary>Reads a file, and closes it.</summary>
    public static PyTorchPlain Open(string path, FileStream file)
    {
        using (file)
        {
            if (file.Length > Array.MaxLength)
            {
                throw new InputException(
                    $"'{path}' is in PyTorch's format before 1.6 and larger than 2 GiB; "
                        + "save it again with PyTorch 1.6 or later, or as safetensors."
                );
            }

            var bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            var made = new PyTorchPlain(path, bytes, new PyTorchObjects(path, bytes.Length));
            made.FindTensors();
            return made;
        }
    }

    /// <summary>The storage that is all of a file within a pickle.</summary>
    /// <param name="path">The file around it, for messages.</param>
    /// <param name="bytes">The file.</param>
    /// <param name="owner">Receives the storage.</param>
    /// <returns>The storage, or an <see cref="Opaque"/> if its type is not read.</returns>
    public static object ReadStorage(string path, byte[] bytes, PyTorchStorages owner)
    {
        using var inner = new PyTorchPlain(path, bytes, new PyTorchObjects(path, bytes.Length) { IsInner = true });
        if (!IsMagic(inner.Next()))
        {
            throw inner.objects.Broken("a storage in its pickle does not begin with PyTorch's magic number");
        }

        var value = inner.NextObject();
        inner.FindStorages();
        return value switch
        {
            TensorStorage storage when inner.BytesOf(storage) is var content => owner.Add(storage.Type, content),
            Opaque opaque => opaque,
            _ => throw inner.objects.Broken("a storage in its pickle is something else"),
        };
    }

    /// <inheritdoc/>
    public override void Dispose() { } // Its file is read, and closed, when it is opened.

    /// <inheritdoc/>
    protected override IReadOnlyList<Tensor> ReadAll(IReadOnlyList<StoredTensor> chosen) =>
        objects.Materialize(chosen, BytesOf);

    private static bool IsMagic(object? value) => value is byte[] number && number.AsSpan().SequenceEqual(MagicNumber);

    private void FindTensors()
    {
        var first = Next();
        if (!IsMagic(first))
        {
            tensors = objects.FindTensors(first, "is a plain pickle without tensors");
            return;
        }

        tensors = objects.FindTensors(NextObject());
        FindStorages();
    }

    // The protocol and the system are between the magic number and the object.
    private object? NextObject()
    {
        Next();
        Next();
        return Next();
    }

    private byte[] BytesOf(TensorStorage storage) =>
        offsets.TryGetValue(storage.Key, out var start)
            ? bytes[start..(start + (int)storage.Bytes)]
            : throw objects.Broken($"the storage '{WeightsFile.Printable(storage.Key)}' is missing");

    private object? Next()
    {
        var machine = objects.CreateMachine(bytes.AsMemory(at));
        var value = machine.Run();
        at += machine.Position;
        return value;
    }

    private void FindStorages()
    {
        var keys = Next() as List<object?> ?? throw objects.Broken("the list of its storages is missing");
        foreach (var key in keys.Select(key => key as string ?? ""))
        {
            var storage = objects.Storages.Named(key);
            var count = bytes.Length - at < 8 ? 0 : BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(at));
            var width = storage?.Type.Bytes ?? objects.Storages.UnreadWidth(key);
            var name = WeightsFile.Printable(key);
            if (width is null)
            {
                throw objects.Broken($"its list of storages contains '{name}', whose type is unknown");
            }

            if (bytes.Length - at < 8 || (count == storage?.Count && count > (bytes.Length - at - 8) / width))
            {
                throw objects.Broken($"it is truncated, and ends before the values of its storage '{name}'");
            }

            if (count < 0 || count > (bytes.Length - at - 8) / width || (storage?.Count ?? count) != count)
            {
                throw objects.Broken($"its storage '{name}' has not as many elements as it claims");
            }

            offsets[key] = at + 8;
            at += 8 + ((int)count * width.Value);
        }
    }
}
