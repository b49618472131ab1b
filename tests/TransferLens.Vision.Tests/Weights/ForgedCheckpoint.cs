using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using TransferLens.Studies.Inputs;
using TransferLens.Tests;
using TransferLens.Vision.Weights;

namespace TransferLens.Vision.Tests.Weights;

/// <summary>
/// Checkpoints put together by hand, for what PyTorch would never write. A pickle is a string whose characters are its
/// bytes; Python's <c>pickletools</c> documents the opcodes.
/// </summary>
internal static class ForgedCheckpoint
{
    /// <summary>Name of a tensor without defects.</summary>
    public const string Good = "good";

    /// <summary>What a command makes that nobody may run.</summary>
    public const string Executed = "/tmp/transferlens-was-executed";

    /// <summary>The command, as a text.</summary>
    public static readonly string Run = Text($"touch {Executed}");

    /// <summary>
    /// Asserts that values are refused next to a tensor without defects, each in a checkpoint of its own, and that the
    /// error gives the name of what they reach.
    /// </summary>
    public static void AssertRefused(string name, params string[] values)
    {
        using var folder = new TemporaryFolder();
        foreach (var value in values)
        {
            WriteZip(folder["x.pth"], Dictionary(("extra", value), (Good, Tensor([4], [1]))), Storage());
            var message = Assert.Throws<InputException>(() => Checkpoint.Read(folder["x.pth"])).Message;
            Assert.Contains($" {name},", message, StringComparison.Ordinal);
        }

        Assert.False(File.Exists(Executed));
    }

    /// <summary>BINUNICODE.</summary>
    public static string Text(string text) => $"X{Bytes4(text.Length)}{text}";

    /// <summary>BINBYTES, of the characters as bytes.</summary>
    public static string Bytes(string bytes) => $"B{Bytes4(bytes.Length)}{bytes}";

    /// <summary>A storage of PyTorch, by its persistent id.</summary>
    public static string StorageId(long count = 4, string key = "0", string type = "FloatStorage") =>
        Tuple(Text("storage"), $"ctorch\n{type}\n", Text(key), Text("cpu"), Number(count)) + "Q";

    /// <summary>LONG1 of eight bytes.</summary>
    public static string Number(long value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return "\u008a\u0008" + Encoding.Latin1.GetString(bytes);
    }

    /// <summary>A tuple of anything.</summary>
    public static string Tuple(params string[] items) => $"({string.Concat(items)}t";

    /// <summary>A dictionary of text keys.</summary>
    public static string Dictionary(params (string Key, string Value)[] entries) =>
        $"}}({string.Concat(entries.Select(entry => Text(entry.Key) + entry.Value))}u";

    /// <summary>A tensor that is a view of a storage.</summary>
    public static string Tensor(
        long[] shape,
        long[] strides,
        long offset = 0,
        long count = 4,
        string key = "0",
        string type = "FloatStorage"
    ) =>
        "ctorch._utils\n_rebuild_tensor_v2\n"
        + Tuple(
            StorageId(count, key, type),
            Number(offset),
            Tuple(Array.ConvertAll(shape, Number)),
            Tuple(Array.ConvertAll(strides, Number)),
            "\u0089",
            "ccollections\nOrderedDict\n)R"
        )
        + "R";

    /// <summary>Bytes of a storage with the given number of floats.</summary>
    public static (string Key, byte[] Bytes) Storage(string key = "0", int count = 4) => (key, new byte[4 * count]);

    /// <summary>The zip format.</summary>
    public static void WriteZip(string path, string pickle, params (string Key, byte[] Bytes)[] storages) =>
        WriteArchive(
            path,
            CompressionLevel.NoCompression,
            [
                ("archive/data.pkl", Encoding.Latin1.GetBytes($"\u0080\u0002{pickle}.")),
                .. storages.Select(s => ($"archive/data/{s.Key}", s.Bytes)),
            ]
        );

    /// <summary>A zip archive with the given entries, whose names may repeat.</summary>
    public static void WriteArchive(string path, CompressionLevel level, params (string Name, byte[] Bytes)[] entries)
    {
        using var archive = new ZipArchive(File.Create(path), ZipArchiveMode.Create);
        foreach (var (name, bytes) in entries)
        {
            using var stream = archive.CreateEntry(name, level).Open();
            stream.Write(bytes);
        }
    }

    /// <summary>The plain-pickle format; the storages have elements of four bytes.</summary>
    public static void WritePlain(string path, string pickle, params (string Key, byte[] Bytes)[] storages) =>
        File.WriteAllText(path, PlainText(pickle, storages), Encoding.Latin1);

    /// <summary>The same, as a text whose characters are the bytes.</summary>
    public static string PlainText(string pickle, params (string Key, byte[] Bytes)[] storages) =>
        "\u0080\u0002\u008a\u000a\u006c\u00fc\u009c\u0046\u00f9\u0020\u006a\u00a8\u0050\u0019."
        + "\u0080\u0002M\u00e9\u0003."
        + "\u0080\u0002}."
        + $"\u0080\u0002{pickle}."
        + $"\u0080\u0002]({string.Concat(storages.Select(s => Text(s.Key)))}e."
        + string.Concat(
            storages.Select(s =>
                Encoding.Latin1.GetString([.. BitConverter.GetBytes((long)s.Bytes.Length / 4), .. s.Bytes])
            )
        );

    private static string Bytes4(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return Encoding.Latin1.GetString(bytes);
    }
}
