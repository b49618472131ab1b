using System.Text.Json.Nodes;
using TransferLens.Studies.Inputs;
using TransferLens.Tests;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Weights;

public class PyTorchFileTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Fixtures", "checkpoints");

    private static readonly JsonObject Expected = JsonNode
        .Parse(File.ReadAllText(Path.Combine(Folder, "checkpoints.json")))!
        .AsObject();

    public static TheoryData<string> Files => [.. Expected.Select(entry => entry.Key)];

    [Theory]
    [MemberData(nameof(Files))]
    public void Files_of_PyTorch_are_read_with_names_types_shapes_and_values(string file)
    {
        using var read = Checkpoint.Read(Path.Combine(Folder, file));
        var expected = Expected[file]!.AsObject();
        Assert.Equal(expected.Select(entry => entry.Key), read.Keys);
        foreach (var (name, tensor) in read)
        {
            using var scope = NewDisposeScope();
            Assert.Equal(
                expected[name]!["type"]!.GetValue<string>(),
                tensor.dtype == ScalarType.Byte ? "uint8" : tensor.dtype.ToString().ToLowerInvariant()
            );
            Assert.Equal(expected[name]!["shape"]!.AsArray().Select(length => length!.GetValue<long>()), tensor.shape);
            Assert.True(tensor.is_contiguous());
            var values = expected[name]!["values"]!.AsArray();
            if (tensor.is_floating_point())
            {
                Assert.Equal(
                    values.Select(value => value!.GetValue<double>()),
                    tensor.to(ScalarType.Float64).flatten().data<double>().ToArray()
                );
            }
            else
            {
                Assert.Equal(
                    values.Select(value => value!.GetValue<long>()),
                    tensor.to(ScalarType.Int64).flatten().data<long>().ToArray()
                );
            }
        }
    }

    [Fact]
    public void Tensors_that_shared_a_storage_are_independent_afterwards()
    {
        using var read = Checkpoint.Read(Path.Combine(Folder, "views.pth"));
        using var scope = NewDisposeScope();
        var row = read["row"].clone();
        read["whole"].zero_();
        Assert.True(read["row"].bytes.SequenceEqual(row.bytes));
    }

    [Fact]
    public void Reading_leaves_no_tensor_except_those_it_returns()
    {
        static long Live() => TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        var before = Live();
        using (var read = Checkpoint.Read(Path.Combine(Folder, "views.pth")))
        {
            Assert.Equal(before + read.Count, Live());
        }

        Assert.Equal(before, Live());
    }

    [Theory]
    [InlineData("views.pth", "expanded")]
    [InlineData("types.legacy.pth", "bfloat16")]
    public void Conversion_to_safetensors_changes_no_bit(string file, string name)
    {
        using var folder = new TemporaryFolder();
        using var read = Checkpoint.Read(Path.Combine(Folder, file));
        Safetensors.Write(folder["x.safetensors"], read);
        using var again = Checkpoint.Read(folder["x.safetensors"]);
        Assert.Equal(read.Keys, again.Keys);
        Assert.Contains(name, again.Keys);
        Assert.All(read, entry =>
            Assert.True(
                entry.Value.dtype == again[entry.Key].dtype
                    && (entry.Value.numel() == 0 || entry.Value.bytes.SequenceEqual(again[entry.Key].bytes))
            )
        );
    }

    [Fact]
    public void A_missing_file_a_folder_and_an_empty_file_are_input_errors()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["empty.pth"], []);
        foreach (var path in (string[])[folder["none.pth"], folder.Path, folder["empty.pth"]])
        {
            Assert.Contains(path, Assert.Throws<InputException>(() => Checkpoint.Read(path)).Message);
        }
    }
}
