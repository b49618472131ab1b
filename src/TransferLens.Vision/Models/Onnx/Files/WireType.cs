namespace TransferLens.Vision.Models.Onnx.Files;

/// <summary>How Protocol Buffers lays out a field (https://protobuf.dev/programming-guides/encoding).</summary>
internal enum WireType
{
    /// <summary>An integer, 7 bits a byte.</summary>
    Varint = 0,

    /// <summary>8 bytes.</summary>
    Fixed64 = 1,

    /// <summary>A length and that many bytes: text, a message, or packed numbers.</summary>
    Bytes = 2,

    /// <summary>4 bytes.</summary>
    Fixed32 = 5,
}
