using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TransferLens.Weights;

/// <summary>
/// The safetensors format: eight bytes with the length of a JSON header, the header (name to type, shape and byte
/// range), then the tensors' bytes. Source: the format's description at huggingface/safetensors.
/// </summary>
public static class Safetensors
{
    private const int LargestHeader = 100_000_000;

    /// <summary>Reads every tensor of a file, in the order of their bytes.</summary>
    /// <param name="path">Path of the file.</param>
    /// <exception cref="InputException">The file cannot be read or breaks a rule of the format; says which.</exception>
    public static StateDict Read(string path)
    {
        using var file = WeightsFile.Open(path);
        if (file.Length < 8)
        {
            throw Broken(path, "it is shorter than 8 bytes");
        }

        Span<byte> prefix = stackalloc byte[8];
        file.ReadExactly(prefix);
        var length = BinaryPrimitives.ReadInt64LittleEndian(prefix);
        if (length is < 2 or > LargestHeader || length > file.Length - 8)
        {
            throw Broken(path, $"its header claims {length} bytes, but the file has {file.Length - 8} after the length");
        }

        var header = new byte[length];
        file.ReadExactly(header);
        var entries = Entries(path, header, file.Length - 8 - length);
        return new StateDict(entries.Select(entry =>
        {
            var bytes = new byte[entry.End - entry.Begin];
            file.Seek(8 + length + entry.Begin, SeekOrigin.Begin);
            file.ReadExactly(bytes);
            return KeyValuePair.Create(entry.Name, entry.Type.Make(bytes, entry.Shape));
        }));
    }

    /// <summary>Writes tensors; the file appears whole or not at all.</summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="tensors">What to write, in this order.</param>
    /// <param name="metadata">Text entries for the header's <c>__metadata__</c>, or null.</param>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public static void Write(string path, StateDict tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var header = new JsonObject();
        if (metadata is not null)
        {
            header["__metadata__"] = new JsonObject(metadata.Select(m => KeyValuePair.Create(m.Key, (JsonNode?)m.Value)));
        }

        var offset = 0L;
        foreach (var (name, tensor) in tensors)
        {
            var type = TensorType.All.FirstOrDefault(t => t.Scalar == tensor.dtype)
                ?? throw new InputException($"The tensor '{name}' is of type {tensor.dtype}, which safetensors cannot hold.");
            var end = offset + (tensor.numel() * type.Bytes);
            header[name] = new JsonObject
            {
                ["dtype"] = type.Safetensors,
                ["shape"] = new JsonArray([.. tensor.shape.Select(s => (JsonNode)s)]),
                ["data_offsets"] = new JsonArray(offset, end),
            };
            offset = end;
        }

        var text = JsonSerializer.SerializeToUtf8Bytes(header);
        var padded = new byte[(text.Length + 7) / 8 * 8];
        padded.AsSpan().Fill((byte)' ');
        text.CopyTo(padded, 0);
        var draft = $"{path}.{Environment.ProcessId}.part";
        try
        {
            using (var file = File.Create(draft))
            {
                Span<byte> prefix = stackalloc byte[8];
                BinaryPrimitives.WriteInt64LittleEndian(prefix, padded.Length);
                file.Write(prefix);
                file.Write(padded);
                foreach (var tensor in tensors.Values)
                {
                    using var whole = tensor.contiguous();
                    if (whole.numel() > 0)
                    {
                        file.Write(whole.bytes);
                    }
                }

                file.Flush(flushToDisk: true);
            }

            File.Move(draft, path, overwrite: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            File.Delete(draft);
            throw new InputException($"'{path}' cannot be written: {failure.Message}", failure);
        }
    }

    private sealed record Entry(string Name, TensorType Type, long[] Shape, long Begin, long End);

    private static List<Entry> Entries(string path, byte[] header, long data)
    {
        var entries = new List<Entry>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        try
        {
            using var document = JsonDocument.Parse(header, new JsonDocumentOptions { MaxDepth = 8 });
            foreach (var member in document.RootElement.EnumerateObject().Where(m => m.Name != "__metadata__"))
            {
                var typeName = member.Value.GetProperty("dtype").GetString();
                var type = TensorType.All.FirstOrDefault(t => t.Safetensors == typeName) ?? throw Broken(path, $"tensor '{member.Name}' has the unknown type '{typeName}'");
                long[] shape = [.. member.Value.GetProperty("shape").EnumerateArray().Select(s => s.GetInt64())];
                long[] range = [.. member.Value.GetProperty("data_offsets").EnumerateArray().Select(s => s.GetInt64())];
                if (range.Length != 2 || range[0] < 0 || range[1] < range[0] || range[1] > data || range[1] - range[0] > Array.MaxLength)
                {
                    throw Broken(path, $"tensor '{member.Name}' claims bytes [{string.Join(", ", range)}), but the file has {data}");
                }

                if (WeightsFile.Product(shape) is not { } count || count * type.Bytes != range[1] - range[0])
                {
                    throw Broken(path, $"tensor '{member.Name}' of shape [{string.Join(", ", shape)}] and type {typeName} does not fill its {range[1] - range[0]} bytes");
                }

                if (!names.Add(member.Name))
                {
                    throw Broken(path, $"tensor '{member.Name}' is there twice");
                }

                entries.Add(new(member.Name, type, shape, range[0], range[1]));
            }
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw Broken(path, "its header is not the JSON that the format asks for");
        }

        entries.Sort((a, b) => a.Begin != b.Begin ? a.Begin.CompareTo(b.Begin) : a.End.CompareTo(b.End));
        if (entries.Zip(entries.Skip(1)).FirstOrDefault(pair => pair.Second.Begin < pair.First.End) is { First: not null } overlap)
        {
            throw Broken(path, $"tensors '{overlap.First.Name}' and '{overlap.Second.Name}' share bytes");
        }

        return entries;
    }

    private static InputException Broken(string path, string why) => new($"'{path}' is not a sound safetensors file: {why}; get the file again.");
}
