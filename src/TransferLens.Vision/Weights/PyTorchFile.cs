using System.Buffers.Binary;
using System.IO.Compression;
using static TorchSharp.torch;

namespace TransferLens.Weights;

/// <summary>
/// PyTorch checkpoints, in the zip format (since 1.6) and the older plain-pickle format. Nothing in a file is executed.
/// </summary>
/// <remarks>
/// zip: <c>NAME/data.pkl</c> and one <c>NAME/data/KEY</c> a storage. Plain: five pickles (magic number, protocol, system,
/// the object, the storages' keys), then each storage as an 8-byte length in elements and its bytes. Source:
/// <c>torch/serialization.py</c> of PyTorch 1.13.
/// </remarks>
public static class PyTorchFile
{
    private const long Slack = 64L << 20;

    // 0x1950a86a20f9469cfc6c, little-endian, as the pickle holds it.
    private static readonly byte[] MagicNumber = [0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];

    private sealed record Storage(TensorType Type, string Key, long Count);

    private sealed record View(Storage Storage, long Offset, long[] Shape, long[] Strides);

    /// <summary>Reads the tensors of a checkpoint: those under <c>state_dict</c> or <c>model</c> where there is one, else
    /// those at the top; entries that are not tensors are left out.</summary>
    /// <param name="path">Path of the file.</param>
    /// <exception cref="InputException">The file cannot be read, is damaged, holds no tensor, or asks for anything but
    /// tensors; says what.</exception>
    public static StateDict Read(string path)
    {
        using var file = WeightsFile.Open(path);
        Span<byte> start = stackalloc byte[2];
        var isZip = file.ReadAtLeast(start, 2, throwOnEndOfStream: false) == 2 && start.SequenceEqual("PK"u8);
        file.Position = 0;
        return isZip ? ReadZip(path, file) : ReadPlain(path, file);
    }

    private static StateDict ReadZip(string path, FileStream file)
    {
        try
        {
            using var archive = new ZipArchive(file, ZipArchiveMode.Read);
            var pickles = archive.Entries.Where(e => e.FullName.EndsWith("/data.pkl", StringComparison.Ordinal) && e.FullName.Count(c => c == '/') == 1).ToList();
            if (pickles.Count != 1)
            {
                throw Broken(path, "it is a zip archive without a PyTorch state dict in it");
            }

            var root = pickles[0].FullName[..^"data.pkl".Length];
            if (archive.GetEntry(root + "byteorder") is { Length: < 16 } order && System.Text.Encoding.ASCII.GetString(Inflate(path, order)) != "little")
            {
                throw Broken(path, "it was written on a big-endian machine");
            }

            var views = Views(path, Machine(path, Inflate(path, pickles[0])).Run());
            return Materialize(path, file.Length, views, storage =>
            {
                var entry = archive.GetEntry($"{root}data/{storage.Key}") ?? throw Broken(path, $"the storage '{storage.Key}' is missing");
                return entry.Length == storage.Count * storage.Type.Bytes
                    ? Inflate(path, entry)
                    : throw Broken(path, $"the storage '{storage.Key}' has {entry.Length} bytes instead of {storage.Count * storage.Type.Bytes}");
            });
        }
        catch (Exception failure) when (failure is InvalidDataException or NotSupportedException or EndOfStreamException)
        {
            throw Broken(path, "its zip archive is damaged or cut short");
        }
    }

    // A bomb claims far more than it holds, or holds far more than it claims: neither gets past the first bytes.
    private static byte[] Inflate(string path, ZipArchiveEntry entry)
    {
        if (entry.Length > (200 * entry.CompressedLength) + 4096 || entry.Length > Array.MaxLength)
        {
            throw Broken(path, $"its entry '{entry.FullName}' would unpack from {entry.CompressedLength} to {entry.Length} bytes");
        }

        var bytes = new byte[entry.Length];
        using var stream = entry.Open();
        stream.ReadExactly(bytes);
        return stream.ReadByte() < 0 ? bytes : throw Broken(path, $"its entry '{entry.FullName}' holds more than it claims");
    }

    private static StateDict ReadPlain(string path, FileStream file)
    {
        if (file.Length > Array.MaxLength)
        {
            throw new InputException($"'{path}' is a plain-pickle checkpoint of more than 2 GiB; save it again with a PyTorch of 1.6 or later, or as safetensors.");
        }

        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        if (bytes.Length == 0)
        {
            throw Broken(path, "it is empty");
        }

        var at = 0;
        object? Next()
        {
            var machine = Machine(path, bytes.AsMemory(at));
            var value = machine.Run();
            at += machine.Position;
            return value;
        }

        var magic = Next();
        if (magic is not byte[] number || !number.AsSpan().SequenceEqual(MagicNumber))
        {
            throw Broken(path, "it begins with a pickle that is not PyTorch's");
        }

        Next();
        Next();
        var views = Views(path, Next());
        var keys = Next() as List<object?> ?? throw Broken(path, "the list of its storages is missing");
        var places = new Dictionary<string, (int Start, long Count)>(StringComparer.Ordinal);
        var wanted = views.Select(view => view.Value.Storage).DistinctBy(storage => storage.Key).ToDictionary(storage => storage.Key, StringComparer.Ordinal);
        foreach (var key in keys.Select(key => key as string ?? ""))
        {
            if (bytes.Length - at < 8 || !wanted.TryGetValue(key, out var storage))
            {
                throw Broken(path, bytes.Length - at < 8 ? "it is cut short" : $"the storage '{key}' belongs to no tensor that can be read");
            }

            var count = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(at));
            at += 8;
            if (count != storage.Count || count * storage.Type.Bytes > bytes.Length - at)
            {
                throw Broken(path, $"the storage '{key}' of {storage.Count} elements has {count} in the file, or the file is cut short");
            }

            places[key] = (at, count);
            at += (int)(count * storage.Type.Bytes);
        }

        return Materialize(path, bytes.Length, views, storage => places.TryGetValue(storage.Key, out var place)
            ? bytes[place.Start..(place.Start + (int)(place.Count * storage.Type.Bytes))]
            : throw Broken(path, $"the storage '{storage.Key}' is missing"));
    }

    private static PickleMachine Machine(string path, ReadOnlyMemory<byte> pickle) => new(pickle, path)
    {
        Allows = global => global switch
        {
            { Module: "collections", Name: "OrderedDict" } => true,
            { Module: "torch._utils", Name: "_rebuild_tensor" or "_rebuild_tensor_v2" or "_rebuild_parameter" } => true,
            { Module: "torch", Name: "Size" or "device" } => true,
            { Module: "torch" or "torch.cuda" } => TensorType.All.Any(type => type.Storage == global.Name),
            _ => false,
        },
        Constructor = (global, arguments) => global.Name switch
        {
            "OrderedDict" => Dictionary(arguments),
            "_rebuild_tensor" or "_rebuild_tensor" or "_rebuild_tensor_v2" => Rebuilt(path, arguments),
            "_rebuild_parameter" => arguments[0],
            "Size" => arguments[0],
            "device" => null,
            _ => throw Broken(path, $"it calls {global}, which is a type"),
        },
        Persistent = id =>
        {
            var parts = (object?[])id!;
            var type = TensorType.All.First(t => t.Storage == ((PickleMachine.Global)parts[1]!).Name);
            var count = (long)parts[4]!;
            return (string)parts[0]! == "storage" && count is >= 0 and < 1L << 40 && (parts.Length < 6 || parts[5] is null)
                ? new Storage(type, (string)parts[2]!, count)
                : throw Broken(path, "it has a storage that is not a plain one");
        },
    };

    private static PickleDictionary Dictionary(object?[] arguments)
    {
        var made = new PickleDictionary();
        foreach (var pair in arguments.Length > 0 ? (List<object?>)arguments[0]! : [])
        {
            made.Add(pair is List<object?> list ? [.. list] : (object?[])pair!);
        }

        return made;
    }

    private static View Rebuilt(string path, object?[] arguments)
    {
        var (storage, offset) = ((Storage)arguments[0]!, (long)arguments[1]!);
        long[] shape = [.. ((object?[])arguments[2]!).Select(n => (long)n!)];
        long[] strides = [.. ((object?[])arguments[3]!).Select(n => (long)n!)];
        var count = WeightsFile.Product(shape);
        var sound = count is not null && shape.Length == strides.Length && offset >= 0 && strides.All(s => s is >= 0 and < 1L << 40) && count <= storage.Count;
        if (sound && count > 0)
        {
            var last = (Int128)offset;
            for (var i = 0; i < shape.Length; i++)
            {
                last += (Int128)(shape[i] - 1) * strides[i];
            }

            sound = last < storage.Count;
        }

        return sound ? new(storage, offset, shape, strides) : throw Broken(path,
            $"a tensor of shape [{string.Join(", ", shape)}], strides [{string.Join(", ", strides)}] and offset {offset} does not fit its storage of {storage.Count} elements");
    }

    private static List<KeyValuePair<string, View>> Views(string path, object? value)
    {
        var top = value as PickleDictionary ?? throw Broken(path, "it holds no state dict but a whole object; save model.state_dict() instead");
        foreach (var name in (string[])["state_dict", "model"])
        {
            if (top.Entries.TryGetValue(name, out var inner) && inner is PickleDictionary dictionary)
            {
                top = dictionary;
                break;
            }
        }

        List<KeyValuePair<string, View>> views = [.. top.Entries.Where(e => e.Value is View).Select(e => KeyValuePair.Create(e.Key, (View)e.Value!))];
        return views.Count > 0 ? views : throw Broken(path, "it holds no tensor at the top, under 'state_dict' or under 'model'");
    }

    private static StateDict Materialize(string path, long length, List<KeyValuePair<string, View>> views, Func<Storage, byte[]> read)
    {
        if (views.Sum(view => WeightsFile.Product(view.Value.Shape)!.Value * view.Value.Storage.Type.Bytes) > (8 * length) + Slack)
        {
            throw Broken(path, "its tensors are together far larger than the file");
        }

        using var scope = NewDisposeScope();
        var storages = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        var made = new List<KeyValuePair<string, Tensor>>();
        foreach (var (name, view) in views)
        {
            if (!storages.TryGetValue(view.Storage.Key, out var whole))
            {
                storages[view.Storage.Key] = whole = view.Storage.Type.Make(read(view.Storage), [view.Storage.Count]);
            }

            made.Add(KeyValuePair.Create(name, whole.as_strided(view.Shape, view.Strides, view.Offset).contiguous().clone()));
        }

        return new StateDict(made);
    }

    private static InputException Broken(string path, string why) => new($"'{path}' is not a sound PyTorch checkpoint: {why}; get the file again.");
}
