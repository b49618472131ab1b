using System.Buffers.Binary;
using System.Collections.Immutable;
using System.IO.Compression;
using TransferLens.Studies.Inputs;

namespace TransferLens.Vision.Formats;

/// <summary>
/// The content of an IDX file of unsigned bytes: magic number, one big-endian int32 per dimension, the values.
/// </summary>
/// <param name="Shape">Length of each dimension.</param>
/// <param name="Values">The values, the last dimension varying fastest.</param>
internal sealed record IdxArray(ImmutableArray<int> Shape, byte[] Values)
{
    // Deflate cannot pack more than 1032 bytes into one, so a header that claims more is false.
    private const int MaximumCompression = 1040;

    /// <summary>Reads a file, decompressing it when its content is gzip.</summary>
    /// <param name="path">The file.</param>
    /// <param name="dimensions">The number of dimensions that it must have.</param>
    /// <exception cref="InputException">
    /// It is not an IDX file with that number of dimensions, or longer or shorter than its header says.
    /// </exception>
    public static IdxArray Read(string path, int dimensions)
    {
        using var file = DataFile.Open(path);
        var compressed = file.ReadByte() == 0x1f && file.ReadByte() == 0x8b;
        file.Position = 0;
        using var stream = compressed ? new GZipStream(file, CompressionMode.Decompress) : (Stream)file;
        var shape = ReadShape(stream, path, dimensions);
        var shapeText = string.Join(" x ", shape);
        var length = shape.Any(side => side < 1) ? 0 : shape.Aggregate(1.0, (product, side) => product * side);
        var maximum = compressed ? file.Length * (double)MaximumCompression : file.Length;
        if (length is 0 || length > Math.Min(maximum, Array.MaxLength))
        {
            throw new InputException(
                $"The file '{path}' claims {shapeText} values in {file.Length} bytes, which is impossible; "
                    + "download it again."
            );
        }

        var values = new byte[(int)length];
        var read = stream.ReadAtLeast(values, values.Length, throwOnEndOfStream: false);
        return read == values.Length && stream.ReadByte() < 0
            ? new(shape, values)
            : throw new InputException(
                $"The file '{path}' is {(read < values.Length ? "shorter" : "longer")} than the {shapeText} values "
                    + "of its header; download it again."
            );
    }

    private static ImmutableArray<int> ReadShape(Stream stream, string path, int dimensions)
    {
        var header = new byte[4 + (4 * dimensions)];
        var read = stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        if (read < header.Length || BinaryPrimitives.ReadInt32BigEndian(header) != 0x0800 + dimensions)
        {
            throw new InputException(
                $"The file '{path}' is not an IDX file of bytes in {dimensions} dimensions; "
                    + "give MNIST's files or files of the same format."
            );
        }

        return
        [
            .. Enumerable.Range(1, dimensions).Select(i => BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(4 * i))),
        ];
    }
}
