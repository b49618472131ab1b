using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Tests;
using TransferLens.Vision.Models.Onnx;
using TransferLens.Vision.Models.Onnx.Files;
using TransferLens.Vision.Models.Onnx.Networks;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Models.Onnx;

/// <summary>Preprocessing in an ONNX file, as a normalization.</summary>
public sealed class OnnxPreprocessingTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Blue_first_minus_means_of_pixels_is_read()
    {
        var (images, remarks) = Read(Reversed(), Node("Sub", "turned", "mean", "out"));
        Assert.Equal((8, 8), (images.Size, images.Resize));
        Assert.True(images.Normalize.IsBlueFirst);
        Assert.Empty(remarks);
        // Stored in the order of the images: red, green, blue.
        double[] means = [30 / 255.0, 20 / 255.0, 10 / 255.0];
        Assert.All(means.Zip(images.Normalize.Mean), pair => Assert.Equal(pair.First, pair.Second, 6));
        Assert.All(images.Normalize.StandardDeviation, deviation => Assert.Equal(1 / 255.0, deviation, 6));
    }

    [Fact]
    public void A_mean_image_is_replaced_by_its_means_and_that_is_said()
    {
        var (images, remarks) = Read(Node("Sub", "pixels", "image", "out"));
        Assert.False(images.Normalize.IsBlueFirst);
        Assert.All(images.Normalize.Mean, mean => Assert.Equal(2 / 255.0, mean, 6));
        Assert.Contains("differs by up to 2 of 255", Assert.Single(remarks));
    }

    [Theory]
    [InlineData("Exp", "does more with a pixel")]
    [InlineData("Neg", "mixes channels")]
    [InlineData("GlobalAveragePool", "makes a value of shape [1, 3, 1, 1]")]
    public void What_is_no_factor_and_summand_is_refused(string operation, string says)
    {
        var refused = Assert.Throws<InputException>(() => Read(Node(operation, "pixels", "out")));
        Assert.Contains(says, refused.Message);
    }

    private (ImageSettings Images, IEnumerable<string> Remarks) Read(params OnnxNode[] nodes)
    {
        using var scope = NewDisposeScope();
        var means = tensor(new float[] { 10, 20, 30 }).view(1, 3, 1, 1);
        // Half of it 0 and half of it 4, in each channel.
        var image = (arange(8, dtype: ScalarType.Float32).lt(4).to(ScalarType.Float32) * 4).expand(1, 3, 8, 8);
        OnnxModel model = new()
        {
            IrVersion = 8,
            Opsets = [new("", 13)],
            Graph = new()
            {
                Name = "preprocessing",
                Nodes = [.. nodes],
                Initializers =
                [
                    OnnxTensor.FromTensor("mean", means),
                    OnnxTensor.FromTensor("image", image),
                    Number("last", -1),
                    Number("first", long.MinValue),
                    Number("axis", 1),
                    Number("back", -1),
                ],
                Inputs = [Value("pixels", 1, 3, 8, 8)],
                Outputs = [Value("out")],
            },
        };
        using (var file = File.Create(folder["p.onnx"]))
        {
            OnnxFile.Write(model, file);
        }

        var (images, remarks) = OnnxPreprocessing.Read(folder["p.onnx"]);
        return (images, remarks);
    }

    private static OnnxNode Node(string operation, params string[] values) =>
        new()
        {
            Operator = operation,
            Inputs = [.. values[..^1]],
            Outputs = [values[^1]],
        };

    // Channels in the other order: a slice with step -1.
    private static OnnxNode Reversed() =>
        Node("Slice", "pixels", "last", "first", "axis", "back", "turned");

    private static OnnxTensor Number(string name, long value)
    {
        using var number = tensor(new[] { value });
        return OnnxTensor.FromTensor(name, number);
    }

    private static OnnxValue Value(string name, params long[] shape) =>
        new()
        {
            Name = name,
            Type = new()
            {
                Tensor = new()
                {
                    Element = OnnxElement.Float,
                    Shape =
                        shape.Length == 0
                            ? null
                            : new() { Dimensions = [.. shape.Select(length => new OnnxDimension { Length = length })] },
                },
            },
        };
}
