using System.IO.Compression;
using System.Text;
using TransferLens.Studies.Inputs;
using TransferLens.Tests;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Weights;

/// <summary>Files and folders that people give for weights, and what they are told.</summary>
public sealed class ForeignFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    /// <summary>The first bytes of a file, and what its refusal says.</summary>
    public static TheoryData<string, string> Starts =>
        new()
        {
            { "version https://git-lfs.github.com/spec/v1\noid sha256:aa\nsize 3\n", "Run 'git lfs pull'" },
            { "<!DOCTYPE html><html><head>", "a web page (HTML)" },
            { "\n\n  <HTML lang=en>", "a web page (HTML)" },
            { "<?xml version='1.0'?><Error>", "an XML document" },
            { "\u0089HDF\r\n\u001a\n\0\0\0\0", "an HDF5 file" },
            { "GGUF\u0003\0\0\0", "a GGUF file" },
            { "\u001c\0\0\0TFL3\0\0", "a TensorFlow Lite model" },
            { "\u0008\u0008\u0012\u0007pytorch\u001a", "an ONNX model" },
            { "\u0008\u0001\u0012\u0007\u000a", "a TensorFlow SavedModel" },
            { "\u000a\u0031\u000a\u0005input\u0012\u000bPlaceholder", "a protobuf message" },
            { "\u0082\u00a6params\u0080", "a MessagePack file" },
            { "\u0093NUMPY\u0001\0\u0076\0{'descr'", "one array of NumPy" },
            { "\u0012\u0001\0\0\0\0\0\0\0\0", "an MXNet file" },
            { "\u0004\0\0\0\u0001\0\0\0\u0003\0\0\0V 1", "a file of Torch 7" },
            { "\0\u0001\u0002\u0003", "in no format of weights that is known here" },
            { "\u001f\u008b\u0008\0\0\0\0\0", "compressed (gzip)" },
            { "BZh91AY&SY", "compressed (bzip2)" },
            { "\u0028\u00b5\u002f\u00fd\0", "compressed (Zstandard)" },
            { "%PDF-1.4", "a PDF document" },
            { "\u0089PNG\r\n\u001a\n\0\0\0\rIHDR", "an image" },
            { "These are no weights.", "a text file" },
            { "{\"architecture\": \"resnet18\"}", "a text file" },
        };

    [Theory]
    [MemberData(nameof(Starts))]
    public void A_file_of_another_kind_is_named_for_what_it_is(string start, string says)
    {
        File.WriteAllBytes(folder["x.pth"], Encoding.Latin1.GetBytes(start));
        var message = Assert.Throws<InputException>(() => Checkpoint.Read(folder["x.pth"])).Message;
        Assert.Contains(says, message, StringComparison.Ordinal);
        Assert.StartsWith($"'{folder["x.pth"]}' is ", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tar_archive_and_zip_archives_of_files_are_told_to_be_unpacked()
    {
        var tar = new byte[1024];
        "ustar"u8.CopyTo(tar.AsSpan(257));
        File.WriteAllBytes(folder["x.tar"], tar);
        Assert.Contains("a tar archive", Refusal("x.tar"), StringComparison.Ordinal);
        "sys_info"u8.CopyTo(tar);
        File.WriteAllBytes(folder["old.pth"], tar);
        Assert.Contains("a checkpoint of PyTorch 0.1 (tar)", Refusal("old.pth"), StringComparison.Ordinal);
        ForgedCheckpoint.WriteArchive(folder["x.zip"], CompressionLevel.Fastest, ("run/best.pth", new byte[9]));
        Assert.Contains("Unpack it, and give 'run/best.pth'.", Refusal("x.zip"), StringComparison.Ordinal);
        ForgedCheckpoint.WriteArchive(folder["x.keras"], CompressionLevel.Fastest, ("model.weights.h5", new byte[9]));
        Assert.Contains("a Keras model", Refusal("x.keras"), StringComparison.Ordinal);
    }

    /// <summary>The files of a folder, and what its refusal says.</summary>
    public static TheoryData<string, string> Folders =>
        new()
        {
            { "", "is a folder without weights" },
            { "config.json", "is a folder without weights" },
            { "a.pth b.pth", "2 weights files: a.pth, b.pth. Name one of them." },
            { "adapter_model.safetensors", "without its adapter_config.json" },
            { "adapter_config.json adapter_model.safetensors", "is not a valid configuration of a LoRA adapter" },
            { "zero_pp_rank_0_mp_rank_00_optim_states.pt", "zero_to_fp32.py" },
            { "__0_0.distcp .metadata", "dcp_to_torch" },
            { "config.json tf_model.h5", "TensorFlow or Flax" },
        };

    [Theory]
    [MemberData(nameof(Folders))]
    public void A_folder_without_one_file_of_weights_is_named_for_what_it_is(string files, string says)
    {
        Directory.CreateDirectory(folder["m"]);
        foreach (var file in files.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            File.WriteAllText(folder["m", file], "x");
        }

        Assert.Contains(says, Refusal("m"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_means_the_weights_in_it_and_prefers_the_published_name()
    {
        using var scope = NewDisposeScope();
        Directory.CreateDirectory(folder["m"]);
        Write("m/other.safetensors", "b");
        Assert.Equal(["b"], Names("m"));
        Write("m/model.safetensors", "a");
        Assert.Equal(["a"], Names("m"));
        Assert.Equal(WeightsFile.Digest(folder["m", "model.safetensors"]), WeightsFile.Digest(folder["m"]));
    }

    [Fact]
    public void An_index_joins_its_files_and_a_missing_one_is_named()
    {
        using var scope = NewDisposeScope();
        Directory.CreateDirectory(folder["m"]);
        Write("m/1.safetensors", "a");
        Write("m/2.safetensors", "b", "unlisted");
        Index("""{"weight_map": {"b": "2.safetensors", "a": "1.safetensors"}}""");
        Assert.Equal(["a", "b"], Names("m").Order(StringComparer.Ordinal));
        var digest = WeightsFile.Digest(folder["m"]);
        Write("m/2.safetensors", "b");
        Assert.NotEqual(digest, WeightsFile.Digest(folder["m"]));
        foreach (
            var (map, says) in new (string, string)[]
            {
                ("""{"weight_map": {"a": "3.safetensors"}}""", "'3.safetensors' is missing"),
                ("""{"weight_map": {"a": "../1.safetensors"}}""", "which is not next to it"),
                ("""{"weight_map": {"c": "1.safetensors"}}""", "its tensor 'c' is not in the file"),
                ("""{"weight_map": {}}""", "names 0 files"),
                ("""{"weight_map": [1]}""", "has no 'weight_map'"),
                ("""{"weights": {}}""", "has no 'weight_map'"),
                ("{", "has no 'weight_map'"),
            }
        )
        {
            Index(map);
            Assert.Contains(says, Refusal("m"), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", 24, null)]
    [InlineData("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }", 24, null)]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (), }", 4, null)]
    [InlineData("{'descr': '|O', 'fortran_order': False, 'shape': (2,), }", 8, "NumPy's type |O")]
    [InlineData("{'descr': '>f4', 'fortran_order': False, 'shape': (2, 3), }", 24, null)]
    [InlineData(
        "{'descr': [('a', '<f4'), ('b', '<i4')], 'fortran_order': False, 'shape': (1,), }",
        8,
        "NumPy's type [("
    )]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", 8, "does not fill")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }", 8, "damaged")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1099511627776, 1099511627776), }", 8, "impossible")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2 3), }", 24, "its shape (2 3) is damaged")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (L, 2), }", 8, "its shape (L, 2) is damaged")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2L, 3L), }", 24, null)]
    [InlineData("{'descr': __import__('os').system('touch /tmp/x'), 'shape': ()}", 8, "not one that NumPy writes")]
    public void Arrays_of_NumPy_are_read_or_refused(string header, int bytes, string? says)
    {
        byte[] array =
        [
            .. Encoding.Latin1.GetBytes("\u0093NUMPY\u0001\0"),
            .. BitConverter.GetBytes((ushort)header.Length),
            .. Encoding.Latin1.GetBytes(header),
            .. Enumerable.Range(0, bytes / 4).SelectMany(i => Float(i, header.Contains('>', StringComparison.Ordinal))),
        ];
        ForgedCheckpoint.WriteArchive(folder["x.npz"], CompressionLevel.Fastest, ("a/b.npy", array));
        if (says is not null)
        {
            Assert.Contains(says, Refusal("x.npz"), StringComparison.Ordinal);
            return;
        }

        using var read = Checkpoint.Read(folder["x.npz"]);
        var values = read["a.b"].flatten().data<float>().ToArray();
        float[] expected = header.Contains("True", StringComparison.Ordinal) ? [0, 2, 4, 1, 3, 5] : [0, 1, 2, 3, 4, 5];
        Assert.Equal(expected[..values.Length], values);
    }

    [Fact]
    public void A_float8_tensor_is_named_only_where_the_network_needs_it()
    {
        using var scope = NewDisposeScope();
        using var network = Networks.Create("cifar_resnet8", 3, seed: 1);
        using var weights = StateDict.Of(network);
        Safetensors.Write(folder["x.safetensors"], weights);
        var bytes = File.ReadAllBytes(folder["x.safetensors"]);
        var length = (int)BitConverter.ToInt64(bytes);
        var header = Encoding.UTF8.GetString(bytes, 8, length).TrimEnd();
        var unused =
            header[..^1]
            + $",\"queue\":{{\"dtype\":\"F8_E4M3\",\"shape\":[0],\"data_offsets\":[{bytes.Length - 8 - length},{bytes.Length - 8 - length}]}}}}";
        Forge(unused, bytes.AsSpan(8 + length));
        using (var read = Checkpoint.Read(folder["y"], Networks.Find("cifar_resnet8")))
        {
            Assert.Equal(["queue"], read.Notes.Dropped);
        }

        var needed = new System.Text.RegularExpressions.Regex("\"dtype\":\"F32\",\"shape\":\\[3\\]").Replace(
            header,
            "\"dtype\":\"U32\",\"shape\":[3]"
        );
        Forge(needed, bytes.AsSpan(8 + length));
        Assert.Contains(
            "'linear.bias' in",
            Assert.Throws<InputException>(() => Checkpoint.Read(folder["y"], Networks.Find("cifar_resnet8"))).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_sound_file_is_not_to_be_got_again()
    {
        ForgedCheckpoint.WriteZip(folder["empty.pth"], "}");
        Assert.Equal(
            $"'{folder["empty.pth"]}' is sound and contains no tensors. In Python, save model.state_dict().",
            Refusal("empty.pth")
        );
        ForgedCheckpoint.WriteZip(folder["one.pth"], ForgedCheckpoint.Tensor([4], [1]), ForgedCheckpoint.Storage());
        Assert.Contains("contains one tensor and not a state dict", Refusal("one.pth"), StringComparison.Ordinal);
        ForgedCheckpoint.WriteArchive(
            folder["frozen.pt"],
            CompressionLevel.NoCompression,
            ("a/data.pkl", Encoding.Latin1.GetBytes("\u0080\u0002c__torch__.m\nNet\n)\u0081}b.")),
            ("a/constants/0", new byte[4])
        );
        Assert.Contains("is a frozen TorchScript module", Refusal("frozen.pt"), StringComparison.Ordinal);
        ForgedCheckpoint.WriteArchive(
            folder["cut.pth"],
            CompressionLevel.NoCompression,
            ("a/version", "3\n"u8.ToArray())
        );
        Assert.Contains("saving it failed", Refusal("cut.pth"), StringComparison.Ordinal);
        File.WriteAllText(folder["0.pth"], "P('storage', <class 'torch.FloatStorage'>, '0', 'cpu', 4)\n.");
        File.WriteAllBytes(folder["0.pth"], [.. "(lp0\n"u8, .. File.ReadAllBytes(folder["0.pth"])]);
        Assert.Contains("pickle's protocol 0", Refusal("0.pth"), StringComparison.Ordinal);
        Assert.All((string[])["empty.pth", "one.pth", "frozen.pt", "cut.pth", "0.pth"], file =>
            Assert.DoesNotContain("get the file again", Refusal(file), StringComparison.Ordinal)
        );
    }

    public void Dispose() => folder.Dispose();

    private static byte[] Float(int value, bool isBigEndian)
    {
        var bytes = BitConverter.GetBytes((float)value);
        return isBigEndian ? [.. bytes.Reverse()] : bytes;
    }

    private void Forge(string header, ReadOnlySpan<byte> data) =>
        File.WriteAllBytes(
            folder["y"],
            [.. BitConverter.GetBytes((long)header.Length), .. Encoding.UTF8.GetBytes(header), .. data]
        );

    private void Index(string text) => File.WriteAllText(folder["m", "model.safetensors.index.json"], text);

    private string Refusal(string name) => Assert.Throws<InputException>(() => Checkpoint.Read(folder[name])).Message;

    private List<string> Names(string name)
    {
        using var read = Checkpoint.Read(folder[name]);
        return [.. read.Keys];
    }

    private void Write(string path, params string[] names)
    {
        using var weights = new StateDict(names.Select(name => KeyValuePair.Create(name, zeros(2))));
        Safetensors.Write(folder[path.Split('/')], weights);
    }
}
