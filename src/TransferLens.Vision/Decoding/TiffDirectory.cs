using System.Buffers.Binary;

namespace TransferLens.Vision.Decoding;

/// <summary>
/// Checks that the first directory of a TIFF file lies in the file with all its values, before a library reads it,
/// which would believe the counts. Source: TIFF 6.0, Adobe 1992.
/// </summary>
internal static class TiffDirectory
{
    private const int MostEntries = 1000;
    private const int EntryBytes = 12;

    // Tags.
    private const int Width = 256;
    private const int Height = 257;
    private const int Samples = 277;
    private const int RowsPerStrip = 278;
    private const int TileWidth = 322;
    private const int TileHeight = 323;

    // By type: bytes of one value; 0 for a type that is not known.
    private static ReadOnlySpan<byte> TypeBytes => [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4];

    /// <summary>Whether a file begins as one of TIFF.</summary>
    /// <param name="start">At least its first four bytes, if it has them.</param>
    public static bool Is(ReadOnlySpan<byte> start) =>
        start is [(byte)'I', (byte)'I', 42 or 43, 0, ..] or [(byte)'M', (byte)'M', 0, 42 or 43, ..];

    /// <summary>Whether it is a BigTIFF, whose offsets have 8 bytes.</summary>
    /// <param name="file">A file of TIFF.</param>
    public static bool IsBig(ReadOnlySpan<byte> file) => file[2] == 43 || file[3] == 43;

    /// <summary>Checks a file that is not a BigTIFF.</summary>
    /// <exception cref="InvalidDataException">The directory or a value in it is not in the file.</exception>
    public static void Check(ReadOnlySpan<byte> file)
    {
        var at = Number(file, 4, 4);
        var entries = Number(file, at, 2);
        Require(entries <= MostEntries);
        var values = new Dictionary<int, long>();
        for (var entry = at + 2; entry < at + 2 + (entries * EntryBytes); entry += EntryBytes)
        {
            var (type, count) = ((int)Number(file, entry + 2, 2), Number(file, entry + 4, 4));
            var bytes = count * (type < TypeBytes.Length ? TypeBytes[type] : 0);
            Require(count <= file.Length);
            Require(bytes <= 4 || bytes <= file.Length - Number(file, entry + 8, 4));
            if (count == 1)
            {
                values[(int)Number(file, entry, 2)] = Number(file, entry + 8, type is 3 ? 2 : 4);
            }
        }

        Require(Blocks(values) <= file.Length);
    }

    /// <summary>Whether another directory, that of the next page, follows the first.</summary>
    /// <param name="file">A file whose first directory was checked.</param>
    public static bool HasNext(ReadOnlySpan<byte> file)
    {
        var at = Number(file, 4, 4);
        var end = at + 2 + (Number(file, at, 2) * EntryBytes);
        return end <= file.Length - 4 && Number(file, end, 4) != 0;
    }

    // Number of strips or tiles, of which the library makes a list: no file has more of them than bytes.
    private static double Blocks(Dictionary<int, long> values)
    {
        var (width, height) = (values.GetValueOrDefault(Width), values.GetValueOrDefault(Height));
        var rows = values.GetValueOrDefault(TileHeight, values.GetValueOrDefault(RowsPerStrip, height));
        var columns = values.GetValueOrDefault(TileWidth, width);
        var planes = Math.Max(1, values.GetValueOrDefault(Samples, 1));
        Require(width > 0 && height > 0 && rows > 0 && columns > 0);
        return Math.Ceiling(width / (double)columns) * Math.Ceiling(height / (double)rows) * planes;
    }

    // An unsigned integer of 2 or 4 bytes.
    private static long Number(ReadOnlySpan<byte> file, long at, int bytes)
    {
        Require(at <= file.Length - bytes);
        var value = file.Slice((int)at, bytes);
        return (file[0] == (byte)'I', bytes) switch
        {
            (true, 2) => BinaryPrimitives.ReadUInt16LittleEndian(value),
            (true, _) => BinaryPrimitives.ReadUInt32LittleEndian(value),
            (false, 2) => BinaryPrimitives.ReadUInt16BigEndian(value),
            (false, _) => BinaryPrimitives.ReadUInt32BigEndian(value),
        };
    }

    private static void Require(bool holds)
    {
        if (!holds)
        {
            throw new InvalidDataException();
        }
    }
}
