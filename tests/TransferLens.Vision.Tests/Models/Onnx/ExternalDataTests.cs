using TransferLens.Studies.Inputs;
using TransferLens.Tests;
using TransferLens.Vision.Models.Onnx;
using TransferLens.Vision.Models.Onnx.Files;

namespace TransferLens.Vision.Tests.Models.Onnx;

/// <summary>Weights that a model keeps in other files.</summary>
public sealed class ExternalDataTests
{
    private const int Needed = 2 * 3 * 3 * 3 * sizeof(float);

    [Theory]
    [InlineData("weights.bin")]
    [InlineData("sub/weights.bin")]
    public void Weights_are_read_from_a_file_in_the_folder_of_the_model(string location)
    {
        using var folder = new TemporaryFolder();
        var stored = Sample.Tensor("w", [2, 3, 3, 3]);
        Directory.CreateDirectory(folder["sub"]);
        File.WriteAllBytes(folder[location], [9, 9, 9, 9, .. stored.Raw.Span]);
        var read = OnnxFile.Read(Write(folder, location, 4, Needed)).Graph.Initializers[0];
        Assert.True(read.Raw.Span.SequenceEqual(stored.Raw.Span));
    }

    [Theory]
    [InlineData("../weights.bin")]
    [InlineData("/etc/passwd")]
    [InlineData("sub/../../weights.bin")]
    [InlineData("sub\\..\\..\\weights.bin")]
    [InlineData("C:\\weights.bin")]
    [InlineData("./weights.bin")]
    [InlineData("")]
    public void Files_elsewhere_are_refused(string location)
    {
        using var folder = new TemporaryFolder();
        var refused = Assert.Throws<InputException>(() => OnnxFile.Read(Write(folder, location, 0, Needed)));
        Assert.Contains("not a path in the folder of the model", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("weights.bin")]
    [InlineData("linked/weights.bin")]
    public void Links_are_refused(string location)
    {
        using var folder = new TemporaryFolder();
        using var elsewhere = new TemporaryFolder();
        File.WriteAllBytes(elsewhere["weights.bin"], new byte[Needed]);
        File.CreateSymbolicLink(folder["weights.bin"], elsewhere["weights.bin"]);
        Directory.CreateSymbolicLink(folder["linked"], elsewhere.Path);
        var refused = Assert.Throws<InputException>(() => OnnxFile.Read(Write(folder, location, 0, Needed)));
        Assert.Contains("which is a link to", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0", "217")]
    [InlineData("4", "216")]
    [InlineData("9223372036854775807", "216")]
    [InlineData("0", "212")]
    [InlineData("-4", "216")]
    [InlineData("0", "many")]
    public void Bytes_that_the_file_does_not_have_are_refused(string offset, string length)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["weights.bin"], new byte[Needed]);
        var path = Write(folder, [new("location", "weights.bin"), new("offset", offset), new("length", length)]);
        var refused = Assert.Throws<InputException>(() => OnnxFile.Read(path));
        Assert.Contains("tensor 'w'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        using var folder = new TemporaryFolder();
        var refused = Assert.Throws<InputException>(() => OnnxFile.Read(Write(folder, "gone.bin", 0, Needed)));
        Assert.Contains("'gone.bin', which is not in the folder", refused.Message, StringComparison.Ordinal);
    }

    private static string Write(TemporaryFolder folder, string location, long offset, long length) =>
        Write(folder, [new("location", location), new("offset", $"{offset}"), new("length", $"{length}")]);

    private static string Write(TemporaryFolder folder, OnnxEntry[] external)
    {
        var model = Sample.Network();
        var tensor = model.Graph.Initializers[0] with { Raw = default, External = [.. external], Location = 1 };
        using var file = File.Create(folder["model.onnx"]);
        var stored = model.Graph.Initializers.SetItem(0, tensor);
        OnnxFile.Write(model with { Graph = model.Graph with { Initializers = stored } }, file);
        return folder["model.onnx"];
    }
}
