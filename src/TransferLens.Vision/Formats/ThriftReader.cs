using System.Collections.Frozen;
using System.Globalization;

namespace TransferLens.Vision.Formats;

/// <summary>A structure as <see cref="ThriftReader"/> reads it: its numbers and structures, by field.</summary>
internal sealed class ThriftStruct
{
    /// <summary>Fields that are integers.</summary>
    public Dictionary<int, long> Numbers { get; } = [];

    /// <summary>Fields that are structures, or lists of them.</summary>
    public Dictionary<int, List<ThriftStruct>> Parts { get; } = [];

    /// <summary>An integer; 0 where it is missing.</summary>
    public long Number(int field) => Numbers.GetValueOrDefault(field);

    /// <summary>The structures of a field; none where it is missing.</summary>
    public List<ThriftStruct> List(int field) => Parts.GetValueOrDefault(field) ?? [];
}

/// <summary>
/// Reads Thrift's compact protocol, and checks that every field has the type that Parquet gives it, is known where it
/// is a list or a structure, and ends in time. Source: https://github.com/apache/thrift
/// (thrift-compact-protocol.md), https://github.com/apache/parquet-format (parquet.thrift).
/// </summary>
/// <param name="stream">What to read from, at its position.</param>
/// <param name="end">Where it must end at the latest.</param>
internal sealed class ThriftReader(Stream stream, long end)
{
    private const string Structures = """
        File: 1 i32, 2 [Schema], 3 i64, 4 [RowGroup], 5 [KeyValue], 6 text, 7 [Order];
        Schema: 1 i32, 2 i32, 3 i32, 4 text, 5 i32, 6 i32, 7 i32, 8 i32, 9 i32, 10 Logical;
        RowGroup: 1 [Chunk], 2 i64, 3 i64, 4 [Sorting], 5 i64, 6 i64, 7 i16;
        Chunk: 1 text, 2 i64, 3 Column, 4 i64, 5 i32, 6 i64, 7 i32;
        Column: 1 i32, 2 [i32], 3 [text], 4 i32, 5 i64, 6 i64, 7 i64, 8 [KeyValue], 9 i64,
            10 i64, 11 i64, 12 Statistics, 13 [PageEncoding], 14 i64, 15 i32, 16 Sizes, 17 Place;
        KeyValue: 1 text, 2 text;
        Statistics: 1 text, 2 text, 3 i64, 4 i64, 5 text, 6 text, 7 bool, 8 bool;
        PageEncoding: 1 i32, 2 i32, 3 i32;
        Sizes: 1 i64, 2 [i64], 3 [i64];
        Place: 1 Box, 2 [i32];
        Box: 1 f64, 2 f64, 3 f64, 4 f64, 5 f64, 6 f64, 7 f64, 8 f64;
        Sorting: 1 i32, 2 bool, 3 bool;
        Order: 1 Empty;
        Logical: 1 Empty, 2 Empty, 3 Empty, 4 Empty, 5 Decimal, 6 Empty, 7 Time,
            8 Time, 10 Integer, 11 Empty, 12 Empty, 13 Empty, 14 Empty,
            15 Empty, 16 Variant, 17 Geometry, 18 Geography;
        Decimal: 1 i32, 2 i32;
        Time: 1 bool, 2 Unit;
        Unit: 1 Empty, 2 Empty, 3 Empty;
        Integer: 1 i8, 2 bool;
        Variant: 1 i8;
        Geometry: 1 text;
        Geography: 1 text, 2 i32;
        Empty:;
        Page: 1 i32, 2 i32, 3 i32, 4 i32, 5 DataPage, 6 Empty, 7 DictionaryPage, 8 DataPage2;
        DataPage: 1 i32, 2 i32, 3 i32, 4 i32, 5 Statistics;
        DataPage2: 1 i32, 2 i32, 3 i32, 4 i32, 5 i32, 6 i32, 7 bool, 8 Statistics;
        DictionaryPage: 1 i32, 2 i32, 3 bool
        """;

    private const int MostVarintBytes = 10;
    private const int ListType = 9;
    private const int StructType = 12;

    private static readonly FrozenDictionary<string, int> Scalars = new Dictionary<string, int>
    {
        ["bool"] = 1,
        ["i8"] = 3,
        ["i16"] = 4,
        ["i32"] = 5,
        ["i64"] = 6,
        ["f64"] = 7,
        ["text"] = 8,
    }.ToFrozenDictionary();

    // By structure, then field: the name of its type, in brackets for a list.
    private static readonly FrozenDictionary<string, FrozenDictionary<int, string>> Known = Structures
        .Split(';')
        .Select(line => line.Split(':'))
        .ToFrozenDictionary(line => line[0].Trim(), line => Fields(line[1]));

    /// <summary>Reads a structure.</summary>
    /// <param name="name">Its name: File or Page.</param>
    /// <exception cref="InvalidDataException">It is damaged, or has a field that is not known.</exception>
    public ThriftStruct Read(string name)
    {
        var (made, field) = (new ThriftStruct(), (short)0);
        while (Byte() is var header and not 0)
        {
            field = header >> 4 == 0 ? (short)Zigzag() : (short)(field + (header >> 4));
            var type = header & 0xf;
            if (!Known[name].TryGetValue(field, out var known))
            {
                Skip(type is 2 ? 1 : type);
            }
            else if (known[0] == '[')
            {
                Require(type == ListType);
                made.Parts[field] = Items(known[1..^1]);
            }
            else if (Scalars.TryGetValue(known, out var scalar))
            {
                Require(type == scalar || (scalar == 1 && type == 2));
                made.Numbers[field] = scalar == 1 ? type & 1 : Skip(scalar);
            }
            else
            {
                Require(type == StructType);
                made.Parts[field] = [Read(known)];
            }
        }

        return made;
    }

    private List<ThriftStruct> Items(string type)
    {
        var header = Byte();
        var count = header >> 4 == 15 ? (long)Varint() : header >> 4;
        Require(count >= 0 && count <= end - stream.Position);
        Require((header & 0xf) == Scalars.GetValueOrDefault(type, StructType));
        var items = new List<ThriftStruct>();
        for (var i = 0L; i < count; i++)
        {
            if (Scalars.TryGetValue(type, out var scalar))
            {
                Skip(scalar);
            }
            else
            {
                items.Add(Read(type));
            }
        }

        return items;
    }

    // Reads a scalar value and returns it, if it is an integer.
    private long Skip(int type)
    {
        switch (type)
        {
            case 1:
                return 0;
            case 3:
                return (sbyte)Byte();
            case 4 or 5 or 6:
                return Zigzag();
            case 7:
                Move(sizeof(double));
                return 0;
            case 8:
                Move((long)Varint());
                return 0;
            default:
                throw new InvalidDataException();
        }
    }

    private void Move(long bytes)
    {
        Require(bytes >= 0 && bytes <= end - stream.Position);
        stream.Seek(bytes, SeekOrigin.Current);
    }

    private byte Byte()
    {
        Require(stream.Position < end);
        return (byte)stream.ReadByte();
    }

    private ulong Varint()
    {
        var value = 0UL;
        for (var i = 0; i < MostVarintBytes; i++)
        {
            var next = Byte();
            value |= (ulong)(next & 0x7f) << (7 * i);
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new InvalidDataException();
    }

    private long Zigzag()
    {
        var value = Varint();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    private static void Require(bool holds)
    {
        if (!holds)
        {
            throw new InvalidDataException();
        }
    }

    private static FrozenDictionary<int, string> Fields(string line) =>
        line.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(field => field.Split(' '))
            .ToFrozenDictionary(field => int.Parse(field[0], CultureInfo.InvariantCulture), field => field[1]);
}
