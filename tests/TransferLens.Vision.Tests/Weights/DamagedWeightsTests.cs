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
    public void Mutated_files_are_read_or_are_input_errors()
    {
        using var folder = new TemporaryFolder();
        var valid = ValidFiles(folder);
        var random = new Random(20200);
        var (refused, tried) = (0, 5 * HostileInput.Share(15));
        for (var i = 0; i < tried; i++)
        {
            var bytes = HostileInput.Mutated(valid[random.Next(valid.Count)], random);
            // Half the time the damage is in the pickle alone, so that the archive around it is valid and lets it
            // through.
            if (i % 2 == 0)
            {
                var pickle = HostileInput.Mutated(
                    Encoding.Latin1.GetBytes(
                        ForgedCheckpoint.Dictionary(
                            ("a", ForgedCheckpoint.Tensor([2, 2], [2, 1])),
                            ("n", ForgedCheckpoint.Tuple("N", "K\u0001")),
                            ("b", ForgedCheckpoint.Tensor([4], [1]))
                        )
                    ),
                    random
                );
                ForgedCheckpoint.WriteZip(folder["x"], Encoding.Latin1.GetString(pickle), ForgedCheckpoint.Storage());
            }
            else
            {
                File.WriteAllBytes(folder["x"], bytes);
            }

            refused += HostileInput.IsRefused(() => Checkpoint.Read(folder["x"]).Dispose(), $"weights {i}") ? 1 : 0;
        }

        Assert.InRange(refused, tried / 4, tried);
        Assert.False(File.Exists("/tmp/transferlens-was-executed"));
        Assert.Equal(
            ["x", "x.safetensors"],
            Directory.GetFileSystemEntries(folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal)
        );
        HostileInput.Note("hostile inputs tried", tried);
        HostileInput.Note("of them refused in one sentence", refused);
    }

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
