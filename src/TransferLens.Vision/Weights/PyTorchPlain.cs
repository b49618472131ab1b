using System.Buffers.Binary;
using TransferLens.Studies.Inputs;

namespace TransferLens.Vision.Weights;

/// <summary>
/// PyTorch's format before 1.6: five pickles (magic number, protocol, system, the object, the storages' keys), then
/// each storage as an 8-byte length in elements and its bytes. Source: <c>torch/serialization.py</c> of PyTorch 1.13.
/// </summary>
internal static class PyTorchPlain
{
    // 0x1950a86a20f9469cfc6c, little-endian, as in the pickle.
    private static readonly byte[] MagicNumber = [0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];

    /// <summary>Reads the tensors.</summary>
    public static StateDict Read(string path, FileStream file)
    {
        var objects = new PyTorchObjects(path, file.Length);
        if (file.Length > Array.MaxLength)
        {
            throw new InputException(
                $"'{path}' is in PyTorch's format before 1.6 and larger than 2 GiB; "
                    + "save it again with PyTorch 1.6 or later, or as safetensors."
            );
        }

        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        if (bytes.Length == 0)
        {
            throw objects.Broken("it is empty");
        }

        var at = 0;
        object? Next()
        {
            var machine = objects.CreateMachine(bytes.AsMemory(at));
            var value = machine.Run();
            at += machine.Position;
            return value;
        }

        if (Next() is not byte[] number || !number.AsSpan().SequenceEqual(MagicNumber))
        {
            throw objects.Broken("it does not begin with PyTorch's magic number");
        }

        Next();
        Next();
        var views = objects.FindTensors(Next());
        var keys = Next() as List<object?> ?? throw objects.Broken("the list of its storages is missing");
        var offsets = new Dictionary<string, int>(StringComparer.Ordinal);
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

        return objects.Materialize(views, storage =>
            offsets.TryGetValue(storage.Key, out var start)
                ? bytes[start..(start + (int)storage.Bytes)]
                : throw objects.Broken($"the storage '{WeightsFile.Printable(storage.Key)}' is missing")
        );
    }
}
