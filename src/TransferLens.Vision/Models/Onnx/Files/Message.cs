using System.Collections.Immutable;

namespace TransferLens.Vision.Models.Onnx.Files;

/// <summary>
/// A message of onnx.proto and the record that represents it: its fields are declared once, and read and written from
/// that declaration. Fields that are not declared are passed over in reading.
/// </summary>
/// <param name="empty">The record of a message without fields.</param>
internal sealed class Message<TRecord>(TRecord empty)
    where TRecord : class
{
    private readonly List<IField<TRecord>> fields = [];

    /// <summary>Declares a field with one value, of which the last counts.</summary>
    /// <param name="number">Its number in onnx.proto.</param>
    /// <param name="wire">Kind of its value.</param>
    /// <param name="get">The value of a record.</param>
    /// <param name="set">The record with a value.</param>
    public Message<TRecord> One<TValue>(
        int number,
        Wire<TValue> wire,
        Func<TRecord, TValue> get,
        Func<TRecord, TValue, TRecord> set
    )
    {
        fields.Add(new OneField<TRecord, TValue>(number, wire, get, set));
        return this;
    }

    /// <summary>Declares a field with any number of values.</summary>
    /// <param name="number">Its number in onnx.proto.</param>
    /// <param name="wire">Kind of its values.</param>
    /// <param name="get">The values of a record.</param>
    /// <param name="set">The record with values.</param>
    /// <param name="packed">Whether numbers are written without a tag each; both ways are read.</param>
    public Message<TRecord> Many<TValue>(
        int number,
        Wire<TValue> wire,
        Func<TRecord, ImmutableArray<TValue>> get,
        Func<TRecord, ImmutableArray<TValue>, TRecord> set,
        bool packed = false
    )
    {
        fields.Add(new ManyField<TRecord, TValue>(number, wire, get, set, packed));
        return this;
    }

    /// <summary>Reads a message to its end.</summary>
    /// <exception cref="WireFault">The bytes are not such a message.</exception>
    public TRecord Read(WireReader reader)
    {
        var found = new object?[fields.Count];
        while (!reader.IsAtEnd)
        {
            var (number, type) = reader.Tag();
            var index = fields.FindIndex(field => field.Number == number);
            if (index < 0)
            {
                reader.Skip(type);
                continue;
            }

            found[index] = fields[index].Read(reader, type, found[index]);
        }

        var record = empty;
        for (var i = 0; i < found.Length; i++)
        {
            record = found[i] is { } value ? fields[i].Set(record, value) : record;
        }

        return record;
    }

    /// <summary>Writes a message: its fields in the order of their declaration.</summary>
    public WireWriter Write(TRecord record)
    {
        var writer = new WireWriter();
        fields.ForEach(field => field.Write(writer, record));
        return writer;
    }
}

/// <summary>A field of a message.</summary>
internal interface IField<TRecord>
{
    /// <summary>Its number in onnx.proto.</summary>
    int Number { get; }

    /// <summary>Reads one occurrence.</summary>
    /// <param name="reader">After the field's tag.</param>
    /// <param name="type">The layout in the tag.</param>
    /// <param name="before">What earlier occurrences gave.</param>
    object? Read(WireReader reader, WireType type, object? before);

    /// <summary>The record with what was read.</summary>
    TRecord Set(TRecord record, object value);

    /// <summary>Writes the record's value, unless it is absent.</summary>
    void Write(WireWriter writer, TRecord record);
}

/// <summary>A field with one value.</summary>
internal sealed record OneField<TRecord, TValue>(
    int Number,
    Wire<TValue> Wire,
    Func<TRecord, TValue> Get,
    Func<TRecord, TValue, TRecord> Put
) : IField<TRecord>
{
    public object? Read(WireReader reader, WireType type, object? before) =>
        type == Wire.Type ? Wire.Read(reader) : throw new WireFault($"its field {Number} has the layout {type}");

    public TRecord Set(TRecord record, object value) => Put(record, (TValue)value);

    public void Write(WireWriter writer, TRecord record)
    {
        var value = Get(record);
        if (!Wire.IsAbsent(value))
        {
            writer.Tag(Number, Wire.Type);
            Wire.Write(writer, value);
        }
    }
}

/// <summary>A field with any number of values.</summary>
internal sealed record ManyField<TRecord, TValue>(
    int Number,
    Wire<TValue> Wire,
    Func<TRecord, ImmutableArray<TValue>> Get,
    Func<TRecord, ImmutableArray<TValue>, TRecord> Put,
    bool Packed
) : IField<TRecord>
{
    public object? Read(WireReader reader, WireType type, object? before)
    {
        var values = (ImmutableArray<TValue>.Builder?)before ?? ImmutableArray.CreateBuilder<TValue>();
        if (type == Wire.Type)
        {
            values.Add(Wire.Read(reader));
        }
        else if (type == WireType.Bytes)
        {
            var packed = reader.Packed();
            while (!packed.IsAtEnd)
            {
                values.Add(Wire.Read(packed));
            }
        }
        else
        {
            throw new WireFault($"its field {Number} has the layout {type}");
        }

        return values;
    }

    public TRecord Set(TRecord record, object value) =>
        Put(record, ((ImmutableArray<TValue>.Builder)value).DrainToImmutable());

    public void Write(WireWriter writer, TRecord record)
    {
        var values = Get(record);
        if (Packed && !values.IsEmpty)
        {
            var packed = new WireWriter();
            Array.ForEach([.. values], value => Wire.Write(packed, value));
            writer.Tag(Number, WireType.Bytes);
            writer.Message(packed);
            return;
        }

        foreach (var value in values)
        {
            writer.Tag(Number, Wire.Type);
            Wire.Write(writer, value);
        }
    }
}
