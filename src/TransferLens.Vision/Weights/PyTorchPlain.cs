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
    private int at;

    private PyTorchPlain(string path, byte[] bytes)
        : base(path)
    {
        (this.bytes, objects) = (bytes, new PyTorchObjects(path, bytes.Length));
        var first = Next();
        if (first is not byte[] number || !number.AsSpan().SequenceEqual(MagicNumber))
        {
            Tensors = first is PickleDictionary or List<object?> or object?[] or Opaque or PickleGlobal
                ? objects.FindTensors(first)
                : throw objects.Broken("it does not begin with PyTorch's magic number");
            return;
        }

        Next();
        Next();
        Tensors = objects.FindTensors(Next());
        FindStorages(Next() as List<object?> ?? throw objects.Broken("the list of its storages is missing"));
    }

    /// <inheritdoc/>
    public override ImmutableArray<StoredTensor> Tensors { get; }

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
            return new(path, bytes);
        }
    }

    /// <inheritdoc/>
    public override void Dispose() { } // Its file is read, and closed, when it is opened.

    /// <inheritdoc/>
    protected override IReadOnlyList<Tensor> ReadAll(IReadOnlyList<StoredTensor> chosen) =>
        objects.Materialize(chosen, storage =>
            offsets.TryGetValue(storage.Key, out var start)
                ? bytes[start..(start + (int)storage.Bytes)]
                : throw objects.Broken($"the storage '{WeightsFile.Printable(storage.Key)}' is missing")
        );

    private object? Next()
    {
        var machine = objects.CreateMachine(bytes.AsMemory(at));
        var value = machine.Run();
        at += machine.Position;
        return value;
    }

    private void FindStorages(List<object?> keys)
    {
        foreach (var key in keys.Select(key => key as string ?? ""))
        {
            var storage = objects.Storage(key)
                ?? throw objects.Broken($"no tensor uses '{WeightsFile.Printable(key)}' in its list of storages");
            if (
                bytes.Length - at < 8
                || BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(at)) != storage.Count
                || storage.Bytes > bytes.Length - at - 8
            )
            {
                var name = WeightsFile.Printable(key);
                throw objects.Broken(
                    $"its storage '{name}' does not have {storage.Count} elements, or the file is truncated"
                );
            }

            offsets[key] = at + 8;
            at += 8 + (int)storage.Bytes;
        }
    }
}
