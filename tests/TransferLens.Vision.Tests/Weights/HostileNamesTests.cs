using System.Text;
using TransferLens.Studies.Inputs;
using TransferLens.Tests;
using TransferLens.Vision.Weights;
using static TransferLens.Vision.Tests.Weights.ForgedCheckpoint;

namespace TransferLens.Vision.Tests.Weights;

/// <summary>Names that hide what they reach, calls of functions, and files in a pickle.</summary>
public class HostileNamesTests
{
    /// <summary>Names with dots, which Python follows from protocol 4 on, and what they reach.</summary>
    [Theory]
    [InlineData("torch", "serialization.os.system")]
    [InlineData("torch", "os")]
    [InlineData("torch", "_C._os.system")]
    [InlineData("numpy", "os.system")]
    [InlineData("ntpath", "os.system")]
    [InlineData("pathlib", "os.system")]
    [InlineData("argparse", "_sys.modules")]
    [InlineData("os", "path.os.system")]
    [InlineData("my.package", "util.subprocess.Popen")]
    [InlineData("my.package", "builtins.eval")]
    [InlineData("my.os", "system")]
    [InlineData("torch.load", "x")]
    public void Every_part_of_a_name_is_looked_at(string module, string name) =>
        AssertRefused($"{module}.{name}", $"{Text(module)}{Text(name)}\u0093", $"c{module}\n{name}\n");

    /// <summary>Functions that everybody has and no list contains, and functions that tell by their names.</summary>
    [Theory]
    [InlineData("torch._dynamo.guards", "GuardBuilder.get")]
    [InlineData("torch.jit._serialization", "load")]
    [InlineData("torch", "FloatStorage.from_file")]
    [InlineData("_codecs", "decode")]
    [InlineData("pathlib", "Path.write_text")]
    [InlineData("copyreg", "add_extension")]
    [InlineData("types", "new_class")]
    [InlineData("scipy.misc", "anything")]
    [InlineData("my.package", "load_model")]
    [InlineData("my.package", "execWrapper")]
    [InlineData("my.package", "_download")]
    public void A_function_that_makes_no_object_is_refused_where_it_is_called(string module, string name) =>
        AssertRefused(
            $"{module}.{name}",
            $"c{module}\n{name}\n{Run}\u0085R",
            $"({Run}i{module}\n{name}\n",
            $"(c{module}\n{name}\n{Run}o"
        );

    [Fact]
    public void Files_of_storages_in_a_pickle_are_read_once_and_not_within_each_other()
    {
        using var folder = new TemporaryFolder();
        var storage = Bytes(PlainText(StorageId(), Storage()));
        var tensor = Tensor([2, 2], [2, 1]).Replace(StorageId(), Loaded(storage), StringComparison.Ordinal);
        File.WriteAllText(folder["x.pkl"], $"\u0080\u0002{Dictionary((Good, tensor))}.", Encoding.Latin1);
        using (var read = Checkpoint.Read(folder["x.pkl"]))
        {
            Assert.Equal([2L, 2L], read[Good].shape);
        }

        string[] hostile =
        [
            $"{Loaded(Bytes(PlainText(Loaded(storage))))}.",
            $"{storage}q\0](" + string.Concat(Enumerable.Repeat(Loaded("h\0"), 1000)) + "e.",
            $"{Loaded(Bytes("\u0080\u0002N."))}.",
            $"{Loaded(Bytes(PlainText("N")))}.",
            $"{Loaded(Bytes(PlainText(StorageId())))}.",
        ];
        foreach (var pickle in hostile)
        {
            File.WriteAllText(folder["x.pkl"], $"\u0080\u0002{pickle}", Encoding.Latin1);
            Assert.Contains(
                "is not a valid PyTorch checkpoint",
                Assert.Throws<InputException>(() => Checkpoint.Read(folder["x.pkl"])).Message,
                StringComparison.Ordinal
            );
        }

        static string Loaded(string bytes) => $"ctorch.storage\n_load_from_bytes\n{bytes}\u0085R";
    }
}
