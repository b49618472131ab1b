using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Storage;
using static TorchSharp.torch;

namespace TransferLens.Vision.Weights;

/// <summary>
/// The safetensors format: eight bytes with the length of a JSON header, the header (name to type, shape and byte
/// range), then the tensors' bytes. Source: the format's description at huggingface/safetensors.
/// </summary>
public static class Safetensors
{
    /// <summary>
    /// The entry of the metadata that names the network, where tensors alone do not tell which it is.
    /// </summary>
    internal const string NetworkEntry = "network";

    /// <summary>Reads every tensor of a file, in the order of their bytes.</summary>
    /// <param name="path">Path of the file.</param>
    /// <exception cref="InputException">The file cannot be read, or is invalid; the message says why.</exception>
    public static StateDict Read(string path)
    {
        using var file = SafetensorsFile.Open(path, WeightsFile.Open(path));
        using var scope = NewDisposeScope();
        return new StateDict(
            file.Tensors.Zip(file.Read(file.Tensors), (entry, tensor) => KeyValuePair.Create(entry.Name, tensor))
        );
    }

    /// <summary>Reads the metadata of a file: text entries, sorted by name.</summary>
    /// <param name="path">Path of the file.</param>
    /// <exception cref="InputException">The file cannot be read, or is invalid; the message says why.</exception>
    public static IReadOnlyDictionary<string, string> ReadMetadata(string path)
    {
        using var file = WeightsFile.Open(path);
        return SafetensorsHeader.Read(path, file).Metadata;
    }

    /// <summary>Writes tensors. The file appears complete or not at all.</summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="tensors">What to write, in this order.</param>
    /// <param name="metadata">Text entries for <c>__metadata__</c> in the header, or null.</param>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public static void Write(string path, StateDict tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        if (tensors.ContainsKey("__metadata__"))
        {
            throw new InputException(
                "A tensor is named '__metadata__', a name that safetensors reserves; rename the tensor."
            );
        }

        var header = CreateHeader(tensors, metadata);
        var draft = $"{path}.{UniqueName.Create()}.part";
        try
        {
            using (var file = File.Create(draft))
            {
                Span<byte> prefix = stackalloc byte[8];
                BinaryPrimitives.WriteInt64LittleEndian(prefix, header.Length);
                file.Write(prefix);
                file.Write(header);
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
            if (File.Exists(draft))
            {
                File.Delete(draft);
            }

            // A full disk is not an invalid input.
            throw Sentence.IsFullDisk(failure)
                ? new IOException(failure.Message, failure.HResult)
                : new InputException($"'{path}' cannot be written: {Cause(failure)}. Choose another place.", failure);
        }
    }

    private static string Cause(Exception failure) =>
        failure is FileNotFoundException or UnauthorizedAccessException
            ? "its folder does not accept files"
            : Sentence.Cause(failure);

    // JSON, padded with spaces to a multiple of eight bytes.
    private static byte[] CreateHeader(StateDict tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        var header = new JsonObject();
        if (metadata is not null)
        {
            header["__metadata__"] = new JsonObject(
                metadata.Select(m => KeyValuePair.Create(m.Key, (JsonNode?)m.Value))
            );
        }

        var offset = 0L;
        foreach (var (name, tensor) in tensors)
        {
            var type = TensorType.All.FirstOrDefault(t => t.Scalar == tensor.dtype)
                ?? throw new InputException(
                    $"The tensor '{name}' is of type {tensor.dtype}, which safetensors does not support."
                );
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
        return padded;
    }
}
