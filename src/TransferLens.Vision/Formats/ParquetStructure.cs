using System.Buffers.Binary;
using TransferLens.Studies.Inputs;

namespace TransferLens.Vision.Formats;

/// <summary>
/// Checks the footer of a Parquet file and the headers of its pages before a library reads it, which would believe what
/// they claim, and read on for ever behind a number that does not end.
/// </summary>
internal static class ParquetStructure
{
    private const int TailBytes = 8;
    private const int MostDepth = 64;

    // Zstandard packs up to 128 KiB of one value into 4 bytes.
    private const long MostCompression = 1 << 15;

    /// <summary>Checks a file.</summary>
    /// <exception cref="InputException">It is damaged.</exception>
    public static void Check(string path)
    {
        using var file = DataFile.Open(path);
        try
        {
            var footer = Footer(file);
            CheckDepth(footer.List(2));
            var groups = footer.List(4);
            // Every row has at least one byte: an image, or where it is.
            Require(groups.All(group => group.Number(3) >= 0) && groups.Sum(group => group.Number(3)) <= file.Length);
            foreach (var (group, chunk) in groups.SelectMany(group => group.List(1).Select(chunk => (group, chunk))))
            {
                Require(chunk.List(3) is [var column] && column.Number(5) is >= 0 and <= int.MaxValue);
                CheckPages(file, chunk.List(3)[0]);
            }
        }
        catch (Exception failure) when (failure is InvalidDataException or EndOfStreamException or OverflowException)
        {
            throw Broken(path, failure);
        }
    }

    /// <summary>The error that a file is damaged.</summary>
    public static InputException Broken(string path, Exception cause) =>
        new($"'{path}' is not a whole Parquet file; get it again.", cause);

    private static ThriftStruct Footer(FileStream file)
    {
        Require(file.Length > TailBytes);
        var tail = new byte[TailBytes];
        file.Position = file.Length - TailBytes;
        file.ReadExactly(tail);
        var length = BinaryPrimitives.ReadInt32LittleEndian(tail);
        Require(tail.AsSpan(4).SequenceEqual("PAR1"u8) && length > 0 && length <= file.Length - TailBytes);
        file.Position = file.Length - TailBytes - length;
        return new ThriftReader(file, file.Length - TailBytes).Read("File");
    }

    // The schema is a tree in depth-first order, each element with its number of children.
    private static void CheckDepth(List<ThriftStruct> schema)
    {
        var open = new Stack<long>();
        foreach (var element in schema)
        {
            while (open.TryPeek(out var left) && left == 0)
            {
                open.Pop();
            }

            if (open.TryPop(out var siblings))
            {
                open.Push(siblings - 1);
            }

            var children = element.Number(5);
            Require(children >= 0 && children <= schema.Count && open.Count < MostDepth);
            open.Push(children);
        }
    }

    // The pages of a column in a group of rows, up to its number of values.
    private static void CheckPages(FileStream file, ThriftStruct column)
    {
        int[] offsets = [9, 10, 11];
        var at = offsets.Select(column.Number).Where(offset => offset != 0).DefaultIfEmpty(-1).Min();
        var values = 0L;
        while (values < column.Number(5))
        {
            Require(at >= 0 && at < file.Length);
            file.Position = at;
            var page = new ThriftReader(file, file.Length).Read("Page");
            var (unpacked, packed) = (page.Number(2), page.Number(3));
            Require(packed >= 0 && packed <= file.Length - file.Position);
            Require(unpacked >= 0 && unpacked <= Math.Min(InputFile.MostBytes, (packed + 1) * MostCompression));
            Require(page.List(7).TrueForAll(words => words.Number(1) >= 0 && words.Number(1) <= unpacked));
            var found = page.List(5).Concat(page.List(8)).Sum(data => data.Number(1));
            Require(found >= 0);
            (values, at) = (values + found, file.Position + packed);
        }
    }

    private static void Require(bool holds)
    {
        if (!holds)
        {
            throw new InvalidDataException();
        }
    }
}
