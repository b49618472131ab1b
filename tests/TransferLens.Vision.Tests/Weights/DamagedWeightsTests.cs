using System.Text;
using TransferLens.Studies.Inputs;
using TransferLens.Tests;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Weights;

public class DamagedWeightsTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Fixtures", "checkpoints");

    [Fact]
    public void A_truncated_file_is_an_input_error()
    {
        using var folder = new TemporaryFolder();
        foreach (var valid in ValidFiles(folder))
        {
            for (var length = 0; length < valid.Length; length += length < 64 || length > valid.Length - 64 ? 1 : 13)
            {
                File.WriteAllBytes(folder["x"], valid[..length]);
                Assert.Throws<InputException>(() => Checkpoint.Read(folder["x"]));
            }
        }
    }

    [Fact]
    public void A_file_without_its_end_is_called_truncated()
    {
        using var folder = new TemporaryFolder();
        using var tensors = new StateDict([KeyValuePair.Create("a", zeros(100))]);
        Safetensors.Write(folder["whole"], tensors);
        ForgedCheckpoint.WritePlain(
            folder["old"],
            ForgedCheckpoint.Dictionary(("a", ForgedCheckpoint.Tensor([4], [1]))),
            ForgedCheckpoint.Storage()
        );
        Checkpoint.Read(folder["old"]).Dispose();
        foreach (var (name, cut) in new[] { ("whole", 1), ("whole", 400), ("old", 1), ("old", 16), ("old", 20) })
        {
            File.WriteAllBytes(folder["cut"], File.ReadAllBytes(folder[name])[..^cut]);
            Assert.Contains(
                "it is truncated",
                Assert.Throws<InputException>(() => Checkpoint.Read(folder["cut"])).Message
            );
        }
    }

    [Fact]
    public void Mutated_files_are_read_or_are_input_errors()
    {
        using var folder = new TemporaryFolder();
        var valid = ValidFiles(folder);
        HostileInput.Check(
            "checkpoints",
            seed: 20200,
            random => HostileInput.Mutated(valid[random.Next(valid.Count)], random),
            bytes => Reading(folder, bytes),
            least: 0.25
        );
        Assert.Equal(["x", "x.safetensors"], Names(folder));
    }

    // The damage is in the pickle alone, so that the archive around it is valid and lets it through.
    [Fact]
    public void Mutated_pickles_are_read_or_are_input_errors()
    {
        using var folder = new TemporaryFolder();
        var sound = Encoding.Latin1.GetBytes(
            ForgedCheckpoint.Dictionary(
                ("a", ForgedCheckpoint.Tensor([2, 2], [2, 1])),
                ("n", ForgedCheckpoint.Tuple("N", "K\u0001")),
                ("b", ForgedCheckpoint.Tensor([4], [1]))
            )
        );
        HostileInput.Check(
            "pickles of checkpoints",
            seed: 20201,
            random => HostileInput.Mutated(sound, random),
            pickle =>
            {
                ForgedCheckpoint.WriteZip(folder["x"], Encoding.Latin1.GetString(pickle), ForgedCheckpoint.Storage());
                return () => Checkpoint.Read(folder["x"]).Dispose();
            },
            least: 0.25
        );
        Assert.False(File.Exists("/tmp/transferlens-was-executed"));
        Assert.Equal(["x"], Names(folder));
    }

    // Names as in Google's files of vision transformers; the damage is in the archive, or in one array of it.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Mutated_archives_of_arrays_are_read_or_are_input_errors(bool inside)
    {
        using var folder = new TemporaryFolder();
        var array = NumpyFile.Array("<f4", "(2, 3)", new byte[24]);
        HostileInput.Check(
            inside ? "npz weights, arrays" : "npz weights",
            seed: 20202,
            random => inside ? Archive(HostileInput.Mutated(array, random)) : HostileInput.Mutated(Archive(array), random),
            bytes => Reading(folder, bytes),
            least: 0.1
        );
        Assert.Equal(["x"], Names(folder));

        byte[] Archive(byte[] first) =>
            NumpyFile.Archive(
                ("Transformer/encoderblock_0/LayerNorm_0/bias.npy", first),
                ("embedding/kernel.npy", array),
                ("head/bias.npy", NumpyFile.Array("<f4", "(3,)", new byte[12]))
            );
    }

    [Fact]
    public void Mutated_indices_of_weights_are_read_or_are_input_errors()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var weights = new StateDict([new("a", arange(6).view(2, 3)), new("b", zeros(2))]);
        Safetensors.Write(folder["one.safetensors"], weights, new Dictionary<string, string> { ["format"] = "pt" });
        File.Copy(folder["one.safetensors"], folder["two.safetensors"]);
        const string Sound =
            """{"metadata":{"total_size":32},"weight_map":{"a":"one.safetensors","b":"two.safetensors"}}""";
        HostileInput.Check(
            "index.json of weights",
            seed: 20203,
            random => HostileJson.Mutated(Sound, random),
            text =>
            {
                File.WriteAllText(folder["model.safetensors.index.json"], text);
                return () => Checkpoint.Read(folder["model.safetensors.index.json"]).Dispose();
            },
            least: 0.1
        );
        Assert.Equal(["model.safetensors.index.json", "one.safetensors", "two.safetensors"], Names(folder));
    }

    private static Action Reading(TemporaryFolder folder, byte[] bytes)
    {
        File.WriteAllBytes(folder["x"], bytes);
        return () => Checkpoint.Read(folder["x"]).Dispose();
    }

    private static IEnumerable<string?> Names(TemporaryFolder folder) =>
        Directory.GetFileSystemEntries(folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal);

    // Checkpoints in each of PyTorch's formats, and a safetensors file.
    private static List<byte[]> ValidFiles(TemporaryFolder folder)
    {
        using var scope = NewDisposeScope();
        using var weights = new StateDict([new("a", arange(6).view(2, 3)), new("b", zeros(0)), new("c", tensor(1.5f))]);
        Safetensors.Write(folder["x.safetensors"], weights, new Dictionary<string, string> { ["format"] = "pt" });
        return
        [
            File.ReadAllBytes(folder["x.safetensors"]),
            .. Directory.GetFiles(Folder, "*.pth").Order(StringComparer.Ordinal).Select(File.ReadAllBytes),
        ];
    }
}
