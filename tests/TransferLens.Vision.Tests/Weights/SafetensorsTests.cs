using System.Buffers.Binary;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using TransferLens.Studies.Inputs;
using TransferLens.Tests;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Weights;

public class SafetensorsTests
{
    private static readonly ScalarType[] Types =
    [
        ScalarType.Float32,
        ScalarType.Float64,
        ScalarType.Float16,
        ScalarType.BFloat16,
        ScalarType.Int64,
        ScalarType.Int32,
        ScalarType.Int16,
        ScalarType.Int8,
        ScalarType.Byte,
        ScalarType.Bool,
    ];

    public sealed record Written(ScalarType Type, long[] Shape, string Name);

    [Property(MaxTest = 50)]
    public Property What_is_written_is_read_back_to_the_bit()
    {
        var one =
            from type in Gen.Elements(Types)
            from shape in Gen.ArrayOf(Gen.Choose(0, 4).Select(length => (long)length), 4).Resize(4)
            from dimensions in Gen.Choose(0, 4)
            from name in Gen.Elements("layer1.0.conv1.weight", "bias", "ünï\"code\\", "a b", "", "x".PadRight(200, 'y'))
            select new Written(type, [.. shape.Take(dimensions)], name);
        var metadata = ArbMap.Default.GeneratorFor<(NonNull<string>, NonNull<string>)[]>();
        return Prop.ForAll(one.ArrayOf().ToArbitrary(), metadata.ToArbitrary(), (tensors, texts) =>
        {
            using var folder = new TemporaryFolder();
            using var scope = NewDisposeScope();
            using var weights = new StateDict([
                .. tensors.Select((t, i) => KeyValuePair.Create($"{i}{t.Name}", Numbers(t, i))),
            ]);
            var beside = texts
                .Where(text => Integer(text.Item1.Get) && Integer(text.Item2.Get))
                .GroupBy(text => text.Item1.Get)
                .ToDictionary(group => group.Key, group => group.First().Item2.Get);
            Safetensors.Write(folder["x"], weights, beside);
            using var read = Checkpoint.Read(folder["x"]);
            Assert.Equal(weights.Keys, read.Keys);
            Assert.All(weights, entry => Assert.True(Same(entry.Value, read[entry.Key])));
            Assert.Equal(
                beside.OrderBy(text => text.Key, StringComparer.Ordinal),
                Safetensors.ReadMetadata(folder["x"])
            );
        });
    }

    [Fact]
    public void A_file_written_by_the_specification_is_read()
    {
        using var folder = new TemporaryFolder();
        const string header =
            """{"__metadata__":{"format":"pt"},"b":{"dtype":"I16","shape":[2],"data_offsets":[4,8]},"""
            + """ "a":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}   """;
        Write(folder["x"], header, [0, 0, 0xc0, 0x3f, 1, 0, 0xff, 0xff]);
        using var read = Checkpoint.Read(folder["x"]);
        Assert.Equal(["a", "b"], read.Keys);
        Assert.Equal(1.5f, read["a"].item<float>());
        Assert.Equal([1, -1], read["b"].data<short>().ToArray());
        Assert.Equal("pt", Safetensors.ReadMetadata(folder["x"])["format"]);
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", "does not fill")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,12]}}""", "does not fill")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", "does not fill")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", "does not fill")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}""", "does not fill")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}}""", "does not fill")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}""", "does not fill")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}""", "the file has 8")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "8 follow")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "begin at 4 instead of 0")]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"""
            + """ "b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""",
        "begin at 4 instead of 8"
    )]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"""
            + """ "a":{"dtype":"F32","shape":[0],"data_offsets":[8,8]}}""",
        "twice"
    )]
    [InlineData("""{"a":{"dtype":"F9","shape":[8],"data_offsets":[0,8]}}""", "unknown type 'F9'")]
    [InlineData("""{"a":{"dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8]}}""", "'a' in")]
    [InlineData("""{"a":{"dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8]}}""", "has the type F8_E4M3")]
    [InlineData("""{"a":{"dtype":"F8_E4M3","shape":[7],"data_offsets":[0,8]}}""", "does not fill")]
    [InlineData("""{"a":{"dtype":4,"shape":[2],"data_offsets":[0,8]}}""", "JSON")]
    [InlineData("""{"a":{"dtype":"F32","shape":"2","data_offsets":[0,8]}}""", "JSON")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}}""", "JSON")]
    [InlineData("""{"a":{"dtype":"F32","data_offsets":[0,8]}}""", "JSON")]
    [InlineData("""{"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,8]}}""", "JSON")]
    [InlineData("""{"a":[1,2]}""", "JSON")]
    [InlineData("""{"__metadata__":{"a":1}}""", "JSON")]
    [InlineData("""{"__metadata__":{"a":null}}""", "JSON")]
    [InlineData("""{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":1}}}}}}}}}""", "JSON")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}""", "JSON")]
    [InlineData("""{"\ud800":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "JSON")]
    [InlineData("""{"\u001b[31m":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "control characters")]
    public void An_invalid_header_is_an_input_error_that_says_why(string header, string why)
    {
        using var folder = new TemporaryFolder();
        Write(folder["x"], header, new byte[8]);
        var message = Assert.Throws<InputException>(() => Checkpoint.Read(folder["x"])).Message;
        Assert.Contains(why, message);
        Assert.Contains(folder["x"], message);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(long.MaxValue)]
    [InlineData(-1)]
    [InlineData(100_000_001)]
    public void A_header_longer_than_the_file_is_an_input_error(long claimed)
    {
        using var folder = new TemporaryFolder();
        Write(folder["x"], "{}", [], claimed);
        Assert.Contains("claims", Assert.Throws<InputException>(() => Checkpoint.Read(folder["x"])).Message);
    }

    [Fact]
    public void Unsupported_tensors_and_paths_are_input_errors_and_leave_no_file()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var complex = new StateDict([new("a", zeros(2, ScalarType.ComplexFloat32))]);
        using var named = new StateDict([new("__metadata__", zeros(2))]);
        using var good = new StateDict([new("a", zeros(2))]);
        Assert.Contains("'a'", Assert.Throws<InputException>(() => Safetensors.Write(folder["x"], complex)).Message);
        Assert.Contains(
            "__metadata__",
            Assert.Throws<InputException>(() => Safetensors.Write(folder["x"], named)).Message
        );
        Assert.Contains(
            "cannot be written",
            Assert.Throws<InputException>(() => Safetensors.Write(folder["none", "x"], good)).Message
        );
        Assert.Contains(
            "cannot be written",
            Assert.Throws<InputException>(() => Safetensors.Write(folder.Path, good)).Message
        );
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void A_transposed_tensor_is_written_row_by_row()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var weights = new StateDict([new("a", arange(6, float32).view(2, 3).t())]);
        Safetensors.Write(folder["x"], weights);
        using var read = Checkpoint.Read(folder["x"]);
        Assert.Equal([0f, 3f, 1f, 4f, 2f, 5f], read["a"].data<float>().ToArray());
    }

    private static Tensor Numbers(Written written, int seed)
    {
        var count = written.Shape.Aggregate(1L, (a, b) => a * b);
        return ((arange(count, ScalarType.Float64) * 0.75) - seed).to(written.Type).view(written.Shape);
    }

    private static bool Same(Tensor a, Tensor b) =>
        a.dtype == b.dtype && a.shape.SequenceEqual(b.shape) && (a.numel() == 0 || a.bytes.SequenceEqual(b.bytes));

    // A lone surrogate is not valid in JSON.
    private static bool Integer(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) == text;

    private static void Write(string path, string header, byte[] data, long? claimed = null)
    {
        var text = Encoding.UTF8.GetBytes(header);
        var prefix = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(prefix, claimed ?? text.Length);
        File.WriteAllBytes(path, [.. prefix, .. text, .. data]);
    }
}
