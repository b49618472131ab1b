using System.Text.Json.Nodes;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Tests;
using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Onnx;
using TransferLens.Vision.Models.Onnx.Export;
using TransferLens.Vision.Models.Onnx.Files;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Models.Onnx.Export;

/// <summary>Opsets, preprocessing, metadata, and what is refused.</summary>
public sealed class ExportSettingsTests : IDisposable
{
    private const double Tolerance = 1e-4;

    private readonly TemporaryFolder folder = new();

    private string Path => folder["m.onnx"];

    [Theory]
    [InlineData("mobilenet_v3_small", 13)]
    [InlineData("mobilenet_v3_small", 17)]
    [InlineData("mobilenet_v3_small", 18)]
    [InlineData("mobilenet_v3_small", 23)]
    [InlineData("vit_tiny_patch16_224", 13)]
    [InlineData("vit_tiny_patch16_224", 17)]
    [InlineData("vit_tiny_patch16_224", 20)]
    [InlineData("vit_tiny_patch16_224", 23)]
    [InlineData("swin_t", 13)]
    [InlineData("swin_t", 23)]
    public void The_logits_are_the_same_in_every_opset(string name, int opset)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var network = SmallNetworks.Create(name);
        var size = SmallNetworks.SizeFor(name);
        var result = OnnxExport.Write(Path, network, SmallNetworks.Settings(size) with { Opset = opset });
        Assert.Equal(opset, result.Opset);
        var model = OnnxFile.Read(Path);
        Assert.Equal([new("", opset)], model.Opsets);
        Assert.Equal(
            opset >= 20 && name != "mobilenet_v3_small",
            model.Graph.Nodes.Any(node => node.Operator == "Gelu")
        );
        var images = randn(2, 3, size, size);
        Assert.InRange(SmallNetworks.Difference(Runtime.Compute(Path, images), network.forward(images)), 0, Tolerance);
        using var read = SmallNetworks.Read(Path);
        Assert.Equal(network.Modules.Select(module => module.Name), read.Modules.Select(module => module.Name));
    }

    [Fact]
    public void A_convolutional_network_takes_images_of_any_size_and_number()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var network = SmallNetworks.Create("cifar_resnet8");
        OnnxExport.Write(Path, network, SmallNetworks.Settings(32));
        foreach (var (count, size) in ((int, int)[])[(1, 32), (5, 32), (2, 40), (3, 33)])
        {
            var images = randn(count, 3, size, size);
            var found = Runtime.Compute(Path, images);
            Assert.InRange(SmallNetworks.Difference(found, network.forward(images)), 0, Tolerance);
        }
    }

    [Theory]
    [InlineData("cifar_resnet8")]
    [InlineData("vit_tiny_patch16_224")]
    public void With_preprocessing_the_graph_normalizes_and_keeps_the_modules(string name)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var network = SmallNetworks.Create(name);
        var settings = SmallNetworks.Settings(SmallNetworks.SizeFor(name)) with { WithPreprocessing = true };
        OnnxExport.Write(Path, network, settings);
        var images = rand(2, 3, settings.Images.Size, settings.Images.Size);
        var mean = tensor((float[])[0.485f, 0.456f, 0.406f]).view(1, 3, 1, 1);
        var deviation = tensor((float[])[0.229f, 0.224f, 0.225f]).view(1, 3, 1, 1);
        var expected = network.forward((images - mean) / deviation);
        Assert.InRange(SmallNetworks.Difference(Runtime.Compute(Path, images), expected), 0, Tolerance);
        using var read = SmallNetworks.Read(Path);
        Assert.InRange(SmallNetworks.Difference(read.forward(images), expected), 0, Tolerance);
        Assert.Equal(network.Modules.Select(module => module.Name), read.Modules.Select(module => module.Name));
        Assert.Equal("values in [0, 1]", (string)Preprocessing()["input"]!);
    }

    [Fact]
    public void The_file_says_what_it_is()
    {
        using var network = SmallNetworks.Create("cifar_resnet8");
        var images = new ImageSettings(32, 40, Normalization.Inception)
        {
            Interpolation = Interpolation.Bicubic,
            ResizeMode = ResizeMode.Squash,
        };
        OnnxExport.Write(Path, network, new(images) { Classes = ["Hund \"a\"", "猫", "c"] });
        var model = OnnxFile.Read(Path);
        Assert.Equal("TransferLens", model.Producer);
        Assert.Equal("TransferLens", Entry(model, "producer"));
        Assert.Equal("cifar_resnet8", Entry(model, "network"));
        var names = JsonNode.Parse(Entry(model, "classes"))!.AsArray().Select(name => (string)name!);
        Assert.Equal(["Hund \"a\"", "猫", "c"], names);
        var expected = """
            {"size":32,"resize":40,"resize_mode":"squash","interpolation":"bicubic","channels":"rgb",
             "mean":[0.5,0.5,0.5],"std":[0.5,0.5,0.5],"input":"(values in [0, 1] - mean) / std"}
            """;
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), Preprocessing()));
        Assert.Equal(["images"], model.Graph.FreeInputs.Select(input => input.Name));
        Assert.Equal(["logits"], model.Graph.Outputs.Select(output => output.Name));
        Assert.Contains(model.Graph.Nodes, node => node.Name == "/layer1/layer1.0/conv1/Conv");
        Assert.Contains(model.Graph.Initializers, tensor => tensor.Name == "layer1.0.bn1.running_var");
    }

    [Fact]
    public void The_networks_mode_stays_and_training_mode_does_not_change_the_file()
    {
        using var network = SmallNetworks.Create("cifar_resnet8");
        OnnxExport.Write(Path, network, SmallNetworks.Settings(32));
        var before = File.ReadAllBytes(Path);
        network.train();
        OnnxExport.Write(Path, network, SmallNetworks.Settings(32));
        Assert.True(network.Root.training);
        Assert.Equal(before, File.ReadAllBytes(Path));
    }

    [Theory]
    [InlineData(12)]
    [InlineData(24)]
    public void An_opset_that_cannot_be_is_refused(int opset)
    {
        using var network = SmallNetworks.Create("cifar_resnet8");
        var refused = Assert.Throws<InputException>(() =>
            OnnxExport.Write(Path, network, SmallNetworks.Settings(32) with { Opset = opset })
        );
        Assert.Equal($"A network cannot be exported in ONNX opset {opset}; use one from 13 to 23.", refused.Message);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Too_few_class_names_are_refused()
    {
        using var network = SmallNetworks.Create("cifar_resnet8");
        var refused = Assert.Throws<InputException>(() =>
            OnnxExport.Write(Path, network, SmallNetworks.Settings(32) with { Classes = ["a", "b"] })
        );
        Assert.Contains("2 class names", refused.Message);
    }

    [Fact]
    public void A_network_defined_in_code_is_refused()
    {
        using var generator = new Generator(0);
        var layers = nn.Sequential(("flat", nn.Flatten()), ("fc", nn.Linear(3 * 4 * 4, 2)));
        using var network = Network.From(
            layers,
            [new("fc", x => layers.call(x))],
            randn([2, 3, 4, 4], generator: generator),
            "mine"
        );
        var refused = Assert.Throws<InputException>(() => OnnxExport.Write(Path, network, SmallNetworks.Settings(4)));
        Assert.StartsWith("mine cannot be exported to ONNX: its module 'fc' is defined in code", refused.Message);
    }

    [Fact]
    public void A_file_with_other_logits_is_not_left_behind()
    {
        using var network = SmallNetworks.Create("cifar_resnet8");
        var doubled = network.Head with { Forward = x => network.Head.Forward(x) * 2 };
        var changed = new Network("changed", network.Root, [.. network.Modules[..^1], doubled]);
        File.WriteAllText(Path, "before");
        var failure = Assert.Throws<InvalidOperationException>(() =>
            OnnxExport.Write(Path, changed, SmallNetworks.Settings(32))
        );
        Assert.Contains("(difference 0.5 of the largest)", failure.Message);
        Assert.Equal("before", File.ReadAllText(Path));
        Assert.Single(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void A_folder_that_is_not_there_is_named()
    {
        using var network = SmallNetworks.Create("cifar_resnet8");
        var path = folder["missing", "m.onnx"];
        var refused = Assert.Throws<InputException>(() => OnnxExport.Write(path, network, SmallNetworks.Settings(32)));
        Assert.Contains("cannot be written", refused.Message);
    }

    private JsonNode Preprocessing() => JsonNode.Parse(Entry(OnnxFile.Read(Path), "preprocessing"))!;

    private static string Entry(OnnxModel model, string key) => model.Metadata.Single(entry => entry.Key == key).Value;

    public void Dispose() => folder.Dispose();
}
