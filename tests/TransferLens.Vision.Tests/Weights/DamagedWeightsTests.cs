using System.Text;
using TransferLens.Weights;
using static TorchSharp.torch;

namespace TransferLens.Tests;

public class DamagedWeightsTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Fixtures", "checkpoints");

    [Fact]
    public void A_file_that_is_cut_short_anywhere_is_an_input_error()
    {
        using var folder = new TemporaryFolder();
        foreach (var sound in Sound(folder))
        {
            for (var length = 0; length < sound.Length; length += length < 64 || length > sound.Length - 64 ? 1 : 13)
            {
                File.WriteAllBytes(folder["x"], sound[..length]);
                Assert.Throws<InputException>(() => Checkpoint.Read(folder["x"]));
            }
        }
    }

    [Fact]
    public void Two_thousand_damaged_files_are_read_or_are_input_errors()
    {
        using var folder = new TemporaryFolder();
        var sound = Sound(folder);
        var random = new Random(20200);
        var refused = 0;
        for (var i = 0; i < 2000; i++)
        {
            var bytes = Damaged(sound[random.Next(sound.Count)], random);
            // Half the time the damage is in the pickle alone, so that the archive around it is sound and lets it through.
            if (i % 2 == 0)
            {
                var pickle = Damaged(Encoding.Latin1.GetBytes(ForgedCheckpoint.Dictionary(
                    ("a", ForgedCheckpoint.Tensor([2, 2], [2, 1])), ("n", ForgedCheckpoint.Tuple("N", "K\u0001")), ("b", ForgedCheckpoint.Tensor([4], [1])))), random);
                ForgedCheckpoint.WriteZip(folder["x"], Encoding.Latin1.GetString(pickle), ForgedCheckpoint.Storage());
            }
            else
            {
                File.WriteAllBytes(folder["x"], bytes);
            }

            try
            {
                Checkpoint.Read(folder["x"]).Dispose();
            }
            catch (InputException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 500, 2000);
    }

    private static byte[] Damaged(byte[] sound, Random random)
    {
        List<byte> bytes = [.. sound];
        for (var n = random.Next(1, 5); n > 0; n--)
        {
            var at = random.Next(bytes.Count);
            var run = Math.Min(random.Next(1, 9), bytes.Count - at);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.RemoveRange(at, run == bytes.Count ? run - 1 : run);
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.GetRange(random.Next(bytes.Count - run + 1), run));
                    break;
                default:
                    byte[] edge = [0, 1, 0x7f, 0x80, 0xff];
                    bytes[at] = edge[random.Next(edge.Length)];
                    break;
            }
        }

        return [.. bytes];
    }

    // Every published form of a checkpoint, and a safetensors file.
    private static List<byte[]> Sound(TemporaryFolder folder)
    {
        using var scope = NewDisposeScope();
        using var weights = new StateDict([new("a", arange(6).view(2, 3)), new("b", zeros(0)), new("c", tensor(1.5f))]);
        Safetensors.Write(folder["x.safetensors"], weights, new Dictionary<string, string> { ["format"] = "pt" });
        return [File.ReadAllBytes(folder["x.safetensors"]), .. Directory.GetFiles(Folder, "*.pth").Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];
    }
}
