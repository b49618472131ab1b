using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;
using TransferLens.Studies.Inputs;

namespace TransferLens.Vision.Weights;

/// <summary>An entry of a safetensors header: type, shape and bytes [Begin, End) after the header.</summary>
/// <remarks>The type is null when it is one of the format's types that cannot be read.</remarks>
internal sealed record SafetensorsEntry(
    string Name,
    string TypeName,
    TensorType? Type,
    long[] Shape,
    long Begin,
    long End
);

/// <summary>The header of a safetensors file.</summary>
/// <param name="Entries">Tensors in the order of their bytes.</param>
/// <param name="Metadata">Text entries under <c>__metadata__</c>.</param>
/// <param name="Data">Position in the file of the first tensor's bytes.</param>
internal sealed record SafetensorsHeader(
    ImmutableArray<SafetensorsEntry> Entries,
    ImmutableSortedDictionary<string, string> Metadata,
    long Data
)
{
    private const int LargestHeader = 100_000_000;

    // Bits of an element of types that the format knows and that cannot be read here.
    private static readonly FrozenDictionary<string, int> OtherTypes = new Dictionary<string, int>
    {
        ["F8_E4M3"] = 8,
        ["F8_E5M2"] = 8,
        ["F8_E8M0"] = 8,
        ["F6_E2M3"] = 6,
        ["F6_E3M2"] = 6,
        ["F4"] = 4,
        ["U16"] = 16,
        ["U32"] = 32,
        ["U64"] = 64,
        ["C64"] = 64,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Reads and checks the header.</summary>
    /// <exception cref="InputException">The header is invalid; the message says why.</exception>
    public static SafetensorsHeader Read(string path, FileStream file)
    {
        Span<byte> prefix = stackalloc byte[8];
        if (file.ReadAtLeast(prefix, 8, throwOnEndOfStream: false) < 8)
        {
            throw Broken(path, "it is shorter than 8 bytes");
        }

        var length = BinaryPrimitives.ReadInt64LittleEndian(prefix);
        if (length is < 2 or > LargestHeader || length > file.Length - 8)
        {
            throw Broken(
                path,
                $"its header claims {length} bytes, but the file has {file.Length - 8} after the length"
            );
        }

        var text = new byte[length];
        file.ReadExactly(text);
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 8 });
            var members = document.RootElement.EnumerateObject().ToList();
            if (
                members
                    .GroupBy(member => member.Name, StringComparer.Ordinal)
                    .FirstOrDefault(group => group.Count() > 1) is
                { } twice
            )
            {
                throw Broken(path, $"'{WeightsFile.Printable(twice.Key)}' is there twice");
            }

            var metadata = members
                .Where(member => member.Name == "__metadata__")
                .SelectMany(member => member.Value.EnumerateObject())
                .ToImmutableSortedDictionary(
                    entry => entry.Name,
                    entry => entry.Value.GetString() ?? throw new FormatException(),
                    StringComparer.Ordinal
                );
            // Empty tensors begin where the next one does, so a stable order needs the end too.
            var entries = members
                .Where(member => member.Name != "__metadata__")
                .Select(member => Entry(path, member))
                .OrderBy(entry => (entry.Begin, entry.End))
                .ToImmutableArray();
            CheckBytes(path, entries, file.Length - 8 - length);
            return new(entries, metadata, 8 + length);
        }
        catch (Exception failure)
            when (failure
                    is JsonException
                        or KeyNotFoundException
                        or InvalidOperationException
                        or FormatException
                        or ArgumentException
            )
        {
            throw Broken(path, "its header is not the JSON that the format requires");
        }
    }

    private static SafetensorsEntry Entry(string path, JsonProperty member)
    {
        var (name, typeName) = (
            WeightsFile.Printable(member.Name),
            member.Value.GetProperty("dtype").GetString() ?? ""
        );
        var type = TensorType.All.FirstOrDefault(t => t.Safetensors == typeName);
        if (type is null && !OtherTypes.ContainsKey(typeName))
        {
            throw Broken(path, $"tensor '{name}' has the unknown type '{WeightsFile.Printable(typeName)}'");
        }

        var bits = type is null ? OtherTypes[typeName] : 8 * type.Bytes;
        long[] shape = [.. member.Value.GetProperty("shape").EnumerateArray().Select(s => s.GetInt64())];
        long[] range = [.. member.Value.GetProperty("data_offsets").EnumerateArray().Select(s => s.GetInt64())];
        if (
            range is [>= 0, _]
            && range[1] >= range[0]
            && WeightsFile.CountElements(shape) * bits == 8 * (range[1] - range[0])
        )
        {
            return new(member.Name, typeName, type, shape, range[0], range[1]);
        }

        var (shapeText, rangeText) = (string.Join(", ", shape.Take(64)), string.Join(", ", range.Take(3)));
        throw Broken(
            path,
            $"tensor '{name}' of shape [{shapeText}] and type {typeName} does not fill its bytes [{rangeText})"
        );
    }

    // The format requires that every byte belongs to exactly one tensor, so that nothing can be hidden in a file.
    private static void CheckBytes(string path, ImmutableArray<SafetensorsEntry> entries, long available)
    {
        var at = 0L;
        foreach (var entry in entries)
        {
            if (entry.Begin != at)
            {
                throw Broken(
                    path,
                    $"the bytes of tensor '{WeightsFile.Printable(entry.Name)}' begin at {entry.Begin} instead of {at}"
                );
            }

            at = entry.End;
            var name = WeightsFile.Printable(entry.Name);
            if (at > available)
            {
                throw Broken(
                    path,
                    $"it is truncated: tensor '{name}' has the bytes [{entry.Begin}, {entry.End}), but the file has "
                        + $"{available} after the header"
                );
            }

            if (entry.End - entry.Begin > Array.MaxLength)
            {
                throw Broken(
                    path,
                    $"tensor '{name}' has {entry.End - entry.Begin} bytes, and a tensor may have 2 GiB at most"
                );
            }
        }

        if (at != available)
        {
            throw Broken(path, $"its tensors have {at} bytes, but {available} follow the header");
        }
    }

    private static InputException Broken(string path, string why) =>
        new($"'{path}' is not a valid safetensors file: {why}; get the file again.");
}
