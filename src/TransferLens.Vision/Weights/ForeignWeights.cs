using System.Collections.Immutable;
using System.Text;
using TransferLens.Studies.Inputs;
using static TransferLens.Studies.Inputs.ForeignFile;

namespace TransferLens.Vision.Weights;

/// <summary>Kinds of files that people give for weights and that contain none to read.</summary>
internal static class ForeignWeights
{
    private const string Convert =
        "Load it with the library that wrote it, and save the network's tensors with safetensors or torch.save";

    private const string PickleStarts = "LIJKMGFSUTVXNc(]})\u008a\u008c\u0088\u0089";

    private static readonly string[] OldTorch = ["sys_info", "pickle", "tensors", "storages"];

    /// <summary>Every kind, the more specific ones first.</summary>
    public static ImmutableArray<ForeignFile> All { get; } =
    [
        .. Placeholders,
        new("an HDF5 file, as Keras and TensorFlow write it", Convert, start => Begins(start, "\u0089HDF\r\n\u001a\n")),
        new("a GGUF file, whose tensors are quantized for llama.cpp", Convert, start => Begins(start, "GGUF"u8)),
        new("a GGML file, whose tensors are quantized for llama.cpp", Convert, start => Begins(start, "lmgg"u8)),
        new("a TensorFlow Lite model", Convert, start => start.Length > 7 && start.AsSpan(4).StartsWith("TFL3"u8)),
        new("a TensorFlow SavedModel, a graph with its weights next to it", Convert, start =>
            start.AsSpan().StartsWith("\u0008\u0001\u0012"u8)
        ),
        new("an ONNX model in a file with another ending", "Rename it to end in .onnx", IsOnnx),
        new("a protobuf message, as TensorFlow and Caffe write their graphs (.pb, .caffemodel)", Convert, IsProtobuf),
        new("a MessagePack file, as Flax writes it", Convert, IsMessagePack),
        new("an MXNet file of parameters", Convert, start => Begins(start, "\u0012\u0001\0\0\0\0\0\0")),
        new("a file of Torch 7 (Lua)", Convert, start => Begins(start, "\u0004\0\0\0\u0001\0\0\0\u0003\0\0\0V 1")),
        new(
            "one array of NumPy, without the names that a network's tensors have",
            "Save all tensors by their names with numpy.savez, safetensors or torch.save",
            start => Begins(start, "\u0093NUMPY")
        ),
        new("a checkpoint of PyTorch 0.1 (tar)", "Load it in PyTorch, and save the state dict again", start =>
            IsTar(start) && OldTorch.Contains(Encoding.Latin1.GetString(start[..100]).TrimEnd('\0'))
        ),
        new("a tar archive", "Unpack it, and give the weights file in it", IsTar),
        Packed("gzip", "\u001f\u008b"),
        Packed("bzip2", "BZh"),
        Packed("xz", "\u00fd7zXZ"),
        Packed("Zstandard", "\u0028\u00b5\u002f\u00fd"),
        Packed("7z", "7z\u00bc\u00af\u0027\u001c"),
        Packed("RAR", "Rar!"),
        new("a PDF document", "Give a weights file", start => Begins(start, "%PDF-"u8)),
        new("an image", "Give a weights file", start =>
            Begins(start, "\u0089PNG") || Begins(start, "\u00ff\u00d8\u00ff") || Begins(start, "GIF8")
        ),
        new("a text file", "Give a safetensors file or a PyTorch checkpoint", IsProse),
        new(
            "in no format of weights that is known here, or damaged at its beginning",
            "Give a safetensors file or a PyTorch checkpoint",
            start => !CanBePickle(start) && !Begins(start, "PK"u8)
        ),
    ];

    private static ForeignFile Packed(string name, string signature) =>
        new($"compressed ({name})", "Unpack it, and give the weights file in it", start => Begins(start, signature));

    // The first fields of onnx.ModelProto: ir_version, a small number, and producer_name or an operator set.
    private static bool IsOnnx(byte[] start) =>
        start.Length > 4 && start[0] == 0x08 && start[1] is > 0 and < 32 && start[2] is 0x12 or 0x3a or 0x42;

    // Field 1 with a length, and for a graph its first node's name. A text may begin with an empty line as well.
    private static bool IsProtobuf(byte[] start) =>
        start.Length > 4
        && start[0] == 0x0a
        && !char.IsWhiteSpace((char)start[1])
        && (start[1] < ' ' || start[2] == 0x0a || start[3] == 0x0a);

    // A map of a few entries, or of many, whose first key is text.
    private static bool IsMessagePack(byte[] start) =>
        start.Length > 3
        && ((start[0] is > 0x80 and < 0x90 && IsKey(start[1])) || (start[0] == 0xde && IsKey(start[3])));

    private static bool IsKey(byte first) => first is > 0xa0 and < 0xc0 or 0xd9;

    private static bool IsTar(byte[] start) => start.Length > 262 && start.AsSpan(257).StartsWith("ustar"u8);

    // PROTO; before protocol 2 a value or a mark. PyTorch's first value is a number.
    private static bool CanBePickle(byte[] start) =>
        start.Length > 1 && (start[0] == 0x80 ? start[1] < 6 : PickleStarts.Contains((char)start[0]));

    // A pickle of protocol 0 is text too, and begins with one of its instructions in place of a word.
    private static bool IsProse(byte[] start) =>
        start.Length > 0
        && (char.IsAsciiLetter((char)start[0]) || start[0] is (byte)'{' or (byte)'#')
        && IsText(start)
        && (start[0] == (byte)'{' || Encoding.UTF8.GetString(start).Split('\n')[0].Contains(' '));
}
