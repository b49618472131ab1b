using TransferLens.Studies.Inputs;
using TransferLens.Tests;
using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Models.Onnx;
using TransferLens.Vision.Models.Onnx.Export;
using TransferLens.Vision.Models.Onnx.Files;
using TransferLens.Vision.Models.Onnx.Networks;
using TransferLens.Vision.Tests.Models.Onnx.Export;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Models.Onnx;

/// <summary>ONNX files as networks: their names, copies, weights and sizes of images.</summary>
public sealed class OnnxFormatTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_name_follows_from_the_content_and_the_title_from_the_file()
    {
        Write("a.onnx", "cifar_resnet8");
        File.Copy(folder["a.onnx"], folder["b.onnx"]);
        var format = new OnnxFormat();
        var (one, other) = (format.Read(folder["a.onnx"]), format.Read(folder["b.onnx"]));
        Assert.Equal(one.Name, other.Name);
        Assert.Equal(("a.onnx", "b.onnx"), (one.Title, other.Title));
        Write("b.onnx", "cifar_resnet8", seed: 2);
        Assert.NotEqual(one.Name, format.Read(folder["b.onnx"]).Name);
    }

    [Fact]
    public void A_copy_is_found_by_name_and_a_changed_one_is_refused()
    {
        Write("a.onnx", "cifar_resnet8");
        var name = new OnnxFormat().Read(folder["a.onnx"]).Name;
        var store = folder["networks"];
        Assert.Null(new OnnxFormat().Find(name, store));
        new OnnxFormat().Keep(folder["a.onnx"], store);
        new OnnxFormat().Keep(folder["a.onnx"], store);
        Assert.Equal(name, new OnnxFormat().Find(name, store)!.Name);
        Assert.Null(new OnnxFormat().Find("cifar_resnet8", store));
        var copy = Assert.Single(Directory.GetFiles(store, "*", SearchOption.AllDirectories));
        Write("b.onnx", "cifar_resnet8", seed: 2);
        File.Copy(folder["b.onnx"], copy, overwrite: true);
        Assert.Contains("was changed", Assert.Throws<InputException>(() => new OnnxFormat().Find(name, store)).Message);
    }

    [Fact]
    public void Files_beside_the_model_belong_to_it()
    {
        Directory.CreateDirectory(folder["data"]);
        Write("a.onnx", "cifar_resnet8");
        var model = OnnxFile.Read(folder["a.onnx"]);
        var first = model.Graph.Initializers[0];
        File.WriteAllBytes(folder["data/first.bin"], first.Raw.ToArray());
        var outside = first with { Raw = default, Location = 1, External = [new("location", "data/first.bin")] };
        var graph = model.Graph with { Initializers = model.Graph.Initializers.SetItem(0, outside) };
        using (var file = File.Create(folder["a.onnx"]))
        {
            OnnxFile.Write(model with { Graph = graph }, file);
        }

        var before = new OnnxFormat().Read(folder["a.onnx"]).Name;
        new OnnxFormat().Keep(folder["a.onnx"], folder["networks"]);
        File.WriteAllBytes(folder["data/first.bin"], new byte[first.Raw.Length]);
        Assert.NotEqual(before, new OnnxFormat().Read(folder["a.onnx"]).Name);
        Assert.Equal(before, new OnnxFormat().Find(before, folder["networks"])!.Name);
    }

    [Fact]
    public void The_weights_are_those_of_the_state_dict()
    {
        using var scope = NewDisposeScope();
        using var network = Write("a.onnx", "cifar_resnet8");
        using var read = Checkpoint.Read(folder["a.onnx"], Networks.Find("cifar_resnet8"));
        Assert.Equal(SmallNetworks.Classes, read.Classes);
        Assert.All(
            network.state_dict().Where(entry => !entry.Key.EndsWith("num_batches_tracked")),
            entry => Assert.True(read.Weights[entry.Key].allclose(entry.Value, 0, 0), entry.Key)
        );
        Assert.Equal("cifar_resnet8", Checkpoint.Identify(folder["a.onnx"]).Network?.Name);
    }

    [Fact]
    public void Only_the_graph_tells_which_sizes_it_takes()
    {
        Write("map.onnx", "cifar_resnet8");
        var open = Networks.Open(folder["map.onnx"]);
        open.CheckSize(32);
        open.CheckSize(57);
        Write("tokens.onnx", "vit_tiny_patch16_224");
        var fixedSize = Networks.Open(folder["tokens.onnx"]);
        Assert.Equal(48, fixedSize.UsualSize);
        fixedSize.CheckSize(48);
        var refused = Assert.Throws<InputException>(() => fixedSize.CheckSize(64)).Message;
        Assert.StartsWith("tokens.onnx cannot take images of size 64: ", refused);
    }

    [Fact]
    public void Pooling_over_the_whole_map_of_the_files_size_is_global()
    {
        using var scope = NewDisposeScope();
        using var network = Write("open.onnx", "cifar_resnet8");
        var model = OnnxFile.Read(folder["open.onnx"]);
        var nodes = model.Graph.Nodes.SelectMany(node => node.Operator == "ReduceMean" ? OverEight(node) : [node]);
        var (images, side) = (model.Graph.Inputs[0], new OnnxDimension { Length = 32 });
        var shape = images.Type!.Tensor!.Shape!;
        var sized = images with
        {
            Type = images.Type with
            {
                Tensor = images.Type.Tensor with
                {
                    Shape = shape with { Dimensions = [shape.Dimensions[0], shape.Dimensions[1], side, side] },
                },
            },
        };
        using (var file = File.Create(folder["pooled.onnx"]))
        {
            OnnxFile.Write(model with { Graph = model.Graph with { Nodes = [.. nodes], Inputs = [sized] } }, file);
        }

        using var read = SmallNetworks.Read(folder["pooled.onnx"]);
        using var frozen = no_grad();
        foreach (var size in (int[])[32, 64])
        {
            var batch = randn(2, 3, size, size);
            Assert.InRange(SmallNetworks.Difference(read.forward(batch), network.forward(batch)), 0, 1e-5);
        }

        static OnnxNode[] OverEight(OnnxNode node)
        {
            OnnxAttribute kernel = new() { Name = "kernel_shape", Kind = OnnxAttributeKind.Integers, Integers = [8, 8] };
            var pool = node with { Operator = "AveragePool", Inputs = [node.Inputs[0]], Attributes = [kernel], Outputs = ["pooled"] };
            return [pool, node with { Operator = "Flatten", Inputs = ["pooled"], Attributes = [] }];
        }
    }

    private Network Write(string file, string name, ulong seed = 1)
    {
        var network = SmallNetworks.Create(name);
        RandomWeights.Draw(network, seed);
        File.Delete(folder[file]);
        var size = name == "cifar_resnet8" ? 32 : SmallNetworks.SizeFor(name);
        OnnxExport.Write(folder[file], network, SmallNetworks.Settings(size));
        return network;
    }
}
