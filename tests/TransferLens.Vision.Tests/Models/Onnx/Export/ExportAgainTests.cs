using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Tests;
using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Onnx;
using TransferLens.Vision.Models.Onnx.Export;
using TransferLens.Vision.Models.Onnx.Files;
using TransferLens.Vision.Models.Onnx.Networks;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Models.Onnx.Export;

/// <summary>ONNX in, ONNX out.</summary>
public sealed class ExportAgainTests : IDisposable
{
    private const double Tolerance = 1e-4;

    private readonly TemporaryFolder folder = new();

    [Theory]
    [InlineData("cifar_resnet8")]
    [InlineData("swin_t")]
    [InlineData("vit_tiny_patch16_224")]
    public void A_network_from_a_file_with_other_weights_is_exported_with_them(string name)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var network = SmallNetworks.Create(name);
        var settings = SmallNetworks.Settings(SmallNetworks.SizeFor(name)) with { Opset = 16 };
        OnnxExport.Write(folder["first.onnx"], network, settings);
        using var read = SmallNetworks.Read(folder["first.onnx"]);
        Assert.Equal(network.Modules.Select(module => module.Tokens), read.Modules.Select(module => module.Tokens));
        RandomWeights.Draw(read, 7);
        AssertExported(read, settings with { Opset = null });
        Assert.Equal(Names("first.onnx"), Names("second.onnx"));
    }

    [Fact]
    public void The_head_has_the_new_number_of_classes()
    {
        using var scope = NewDisposeScope();
        using var network = SmallNetworks.Create("cifar_resnet8");
        OnnxExport.Write(folder["first.onnx"], network, SmallNetworks.Settings(32));
        var definition = OnnxDefinition.Read(folder["first.onnx"]);
        using var read = OnnxNetwork.Create(definition, "read", 7, new Generator(1));
        read.eval();
        var result = AssertExported(read, SmallNetworks.Settings(32));
        Assert.Equal("logits [batch, 7]", result.Logits);
    }

    [Fact]
    public void A_graph_that_ends_in_features_is_exported_with_its_head()
    {
        using var scope = NewDisposeScope();
        using var network = SmallNetworks.Create("cifar_resnet8");
        OnnxExport.Write(folder["whole.onnx"], network, SmallNetworks.Settings(32));
        using (var file = File.Create(folder["first.onnx"]))
        {
            OnnxFile.Write(WithoutHead(OnnxFile.Read(folder["whole.onnx"])), file);
        }

        using var read = SmallNetworks.Read(folder["first.onnx"]);
        Assert.Equal("head", read.Head.Name);
        RandomWeights.Draw(read, 5);
        AssertExported(read, SmallNetworks.Settings(32));
        using var again = SmallNetworks.Read(folder["second.onnx"]);
        Assert.Equal(read.Modules.Select(module => module.Name), again.Modules.Select(module => module.Name));
    }

    [Fact]
    public void Channels_that_come_last_and_stored_transposes_stay()
    {
        using var scope = NewDisposeScope();
        using (var file = File.Create(folder["first.onnx"]))
        {
            OnnxFile.Write(ChannelsLast(), file);
        }

        using var read = SmallNetworks.Read(folder["first.onnx"]);
        RandomWeights.Draw(read, 5);
        var settings = new OnnxExportSettings(new(4, 4, Normalization.Inception)) { WithPreprocessing = true };
        var result = OnnxExport.Write(folder["second.onnx"], read, settings);
        Assert.Equal("pixels [batch, height, width, 3]", result.Images);
        using var frozen = no_grad();
        var images = rand(2, 3, 4, 4);
        var found = Runtime.Compute(folder["second.onnx"], images.permute(0, 2, 3, 1));
        Assert.InRange(SmallNetworks.Difference(found, read.forward((images - 0.5) / 0.5)), 0, Tolerance);
        Assert.Equal("kept", OnnxFile.Read(folder["second.onnx"]).Metadata.Single(entry => entry.Key == "note").Value);
    }

    [Fact]
    public void Another_opset_than_the_files_is_refused()
    {
        using var network = SmallNetworks.Create("cifar_resnet8");
        OnnxExport.Write(folder["first.onnx"], network, SmallNetworks.Settings(32));
        using var read = SmallNetworks.Read(folder["first.onnx"]);
        var refused = Assert.Throws<InputException>(() =>
            OnnxExport.Write(folder["second.onnx"], read, SmallNetworks.Settings(32) with { Opset = 20 })
        );
        Assert.Contains("is written in ONNX opset 17 and cannot be exported in opset 20", refused.Message);
    }

    private OnnxExportResult AssertExported(Network network, OnnxExportSettings settings)
    {
        using var frozen = no_grad();
        var result = OnnxExport.Write(folder["second.onnx"], network, settings);
        var images = randn(2, 3, settings.Images.Size, settings.Images.Size);
        var expected = network.forward(images);
        var found = Runtime.Compute(folder["second.onnx"], images);
        Assert.InRange(SmallNetworks.Difference(found, expected), 0, Tolerance);
        return result;
    }

    private IEnumerable<string> Names(string file) =>
        OnnxFile
            .Read(folder[file])
            .Graph.Initializers.Select(tensor => $"{tensor.Name} [{string.Join(", ", tensor.Shape)}]")
            .Order(StringComparer.Ordinal);

    private static OnnxModel WithoutHead(OnnxModel model)
    {
        var pooling = model.Graph.Nodes.First(node => node.Name == "/linear/ReduceMean");
        return model with
        {
            Graph = model.Graph with
            {
                Nodes = [.. model.Graph.Nodes.TakeWhile(node => node != pooling)],
                Initializers = [.. model.Graph.Initializers.Where(tensor => !tensor.Name.StartsWith("linear"))],
                Outputs = [model.Graph.Outputs[0] with { Name = pooling.Inputs[0], Type = null }],
            },
        };
    }

    // pixels (n, 4, 4, 3) -> Flatten -> MatMul with weights (inputs, classes) -> Add
    private static OnnxModel ChannelsLast()
    {
        OnnxDimension[] shape = [new() { Symbol = "n" }, new(), new(), new() { Length = 3 }];
        var type = new OnnxTensorType
        {
            Element = OnnxElement.Float,
            Shape = new() { Dimensions = [.. shape] },
        };
        return new()
        {
            IrVersion = 8,
            Opsets = [new("", 15)],
            Metadata = [new("note", "kept"), new("network", "old")],
            Graph = new()
            {
                Name = "last",
                Nodes =
                [
                    Node("scaled", "Mul", "pixels", "scale"),
                    Node("mean", "ReduceMean", "scaled") with
                    {
                        Attributes = [Axes(), new() { Name = "keepdims", Kind = OnnxAttributeKind.Integer }],
                    },
                    Node("product", "MatMul", "mean", "map"),
                    Node("logits", "Add", "product", "shift"),
                ],
                Initializers =
                [
                    OnnxTensor.FromTensor("scale", rand(3) + 1),
                    OnnxTensor.FromTensor("map", randn(3, 2)),
                    OnnxTensor.FromTensor("shift", randn(2)),
                ],
                Inputs =
                [
                    new()
                    {
                        Name = "pixels",
                        Type = new() { Tensor = type },
                    },
                ],
                Outputs = [new() { Name = "logits" }],
            },
        };

        static OnnxNode Node(string output, string operation, params string[] inputs) =>
            new()
            {
                Operator = operation,
                Inputs = [.. inputs],
                Outputs = [output],
            };

        static OnnxAttribute Axes() =>
            new()
            {
                Name = "axes",
                Kind = OnnxAttributeKind.Integers,
                Integers = [1, 2],
            };
    }

    public void Dispose() => folder.Dispose();
}
