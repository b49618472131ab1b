using System.Buffers.Binary;
using System.Collections.Immutable;
using System.IO.Compression;
using TransferLens.Studies.Inputs;

namespace TransferLens.Vision.Formats;

/// <summary>A file of unsigned bytes in the IDX layout: magic number, one big-endian int32 a dimension, the values.</summary>
internal sealed record IdxArray(ImmutableArray<int> Shape, byte[] Values)
{
    // Deflate cannot pack more than 1032 bytes into one, so a header that claims more lies.
    private const int MostPacked = 1040;

    /// <summary>Reads a file, unpacking it when its content is gzip's.</summary>
    /// <exception cref="InputException">It is not an IDX file of so many dimensions, or longer or shorter than its header says.</exception>
    public static IdxArray Read(string path, int dimensions)
    {
        using var file = InputFile.Open(path);
        var packed = file.ReadByte() == 0x1f && file.ReadByte() == 0x8b;
        file.Position = 0;
        using var stream = packed ? new GZipStream(file, CompressionMode.Decompress) : (Stream)file;
        var header = new byte[4 + (4 * dimensions)];
        var read = stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        if (read < header.Length || BinaryPrimitives.ReadInt32BigEndian(header) != 0x0800 + dimensions)
        {
            throw new InputException(
                $"The file '{path}' does not begin as an IDX file of bytes in {dimensions} dimensions does; give MNIST's files or such as these."
            );
        }

        ImmutableArray<int> shape =
        [
            .. Enumerable.Range(1, dimensions).Select(i => BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(4 * i))),
        ];
        var length = shape.Any(side => side < 1) ? 0 : shape.Aggregate(1.0, (product, side) => product * side);
        var most = packed ? file.Length * (double)MostPacked : file.Length;
        if (length is 0 || length > Math.Min(most, Array.MaxLength))
        {
            throw new InputException(
                $"The file '{path}' claims {string.Join(" x ", shape)} values in {file.Length} bytes, which cannot be; download it again."
            );
        }

        var values = new byte[(int)length];
        read = stream.ReadAtLeast(values, values.Length, throwOnEndOfStream: false);
        return read == values.Length && stream.ReadByte() < 0
            ? new(shape, values)
            : throw new InputException(
                $"The file '{path}' is {(read < values.Length ? "shorter" : "longer")} than the {string.Join(" x ", shape)} values of its header; download it again."
            );
    }
}
