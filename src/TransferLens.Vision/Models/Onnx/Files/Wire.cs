namespace TransferLens.Vision.Models.Onnx.Files;

/// <summary>How a value of a field is read and written.</summary>
/// <param name="Type">The field's layout.</param>
/// <param name="Read">Reads a value.</param>
/// <param name="Write">Writes a value.</param>
/// <param name="IsAbsent">Whether a value is the one that a missing field has, which is not written.</param>
internal sealed record Wire<TValue>(
    WireType Type,
    Func<WireReader, TValue> Read,
    Action<WireWriter, TValue> Write,
    Func<TValue, bool> IsAbsent
);

/// <summary>The kinds of values in ONNX's messages.</summary>
internal static class Wire
{
    /// <summary>An integer; a missing one is 0.</summary>
    public static readonly Wire<long> Integer = new(
        WireType.Varint,
        reader => (long)reader.Varint(),
        (writer, value) => writer.Varint((ulong)value),
        value => value == 0
    );

    /// <summary>An integer that may be missing.</summary>
    public static readonly Wire<long?> OptionalInteger = new(
        WireType.Varint,
        reader => (long)reader.Varint(),
        (writer, value) => writer.Varint((ulong)value!.Value),
        value => value is null
    );

    /// <summary>An integer of 32 bits; a missing one is 0.</summary>
    public static readonly Wire<int> ShortInteger = new(
        WireType.Varint,
        reader => (int)reader.Varint(),
        (writer, value) => writer.Varint((ulong)value),
        value => value == 0
    );

    /// <summary>A float32; a missing one is 0.</summary>
    public static readonly Wire<float> Float = new(
        WireType.Fixed32,
        reader => BitConverter.UInt32BitsToSingle(reader.Fixed32()),
        (writer, value) => writer.Fixed32(BitConverter.SingleToUInt32Bits(value)),
        value => value == 0
    );

    /// <summary>A float32 that may be missing.</summary>
    public static readonly Wire<float?> OptionalFloat = new(
        WireType.Fixed32,
        reader => BitConverter.UInt32BitsToSingle(reader.Fixed32()),
        (writer, value) => writer.Fixed32(BitConverter.SingleToUInt32Bits(value!.Value)),
        value => value is null
    );

    /// <summary>A float64; a missing one is 0.</summary>
    public static readonly Wire<double> Double = new(
        WireType.Fixed64,
        reader => BitConverter.UInt64BitsToDouble(reader.Fixed64()),
        (writer, value) => writer.Fixed64(BitConverter.DoubleToUInt64Bits(value)),
        value => value == 0
    );

    /// <summary>A text; a missing one is empty.</summary>
    public static readonly Wire<string> Text = new(
        WireType.Bytes,
        reader => reader.Text(),
        (writer, value) => writer.Text(value),
        value => value.Length == 0
    );

    /// <summary>A text that may be missing.</summary>
    public static readonly Wire<string?> OptionalText = new(
        WireType.Bytes,
        reader => reader.Text(),
        (writer, value) => writer.Text(value!),
        value => value is null
    );

    /// <summary>A text that is written even when it is empty.</summary>
    public static readonly Wire<string> PresentText = Text with { IsAbsent = _ => false };

    /// <summary>Bytes; missing ones are empty.</summary>
    public static readonly Wire<ReadOnlyMemory<byte>> Bytes = new(
        WireType.Bytes,
        reader => reader.Bytes(),
        (writer, value) => writer.Bytes(value),
        value => value.IsEmpty
    );

    /// <summary>An element type; a missing one is <see cref="OnnxElement.Undefined"/>.</summary>
    public static readonly Wire<OnnxElement> Element = new(
        WireType.Varint,
        reader => ElementOf((long)reader.Varint()),
        (writer, value) => writer.Varint((ulong)value.Code),
        value => value == OnnxElement.Undefined
    );

    /// <summary>A message that is always there in the record, and not written when it is empty.</summary>
    /// <param name="message">Its declaration; asked for late, because messages contain each other.</param>
    public static Wire<TMessage> Message<TMessage>(Func<Message<TMessage>> message)
        where TMessage : class =>
        new(
            WireType.Bytes,
            reader => message().Read(reader.Message()),
            (writer, value) => writer.Message(message().Write(value)),
            _ => false
        );

    /// <summary>A message that may be missing.</summary>
    /// <param name="message">Its declaration; asked for late, because messages contain each other.</param>
    public static Wire<TMessage?> OptionalMessage<TMessage>(Func<Message<TMessage>> message)
        where TMessage : class =>
        new(
            WireType.Bytes,
            reader => message().Read(reader.Message()),
            (writer, value) => writer.Message(message().Write(value!)),
            value => value is null
        );

    private static OnnxElement ElementOf(long code) =>
        OnnxElement.Find(code) ?? throw new WireFault($"it has the element type {code}, which is not known");
}
