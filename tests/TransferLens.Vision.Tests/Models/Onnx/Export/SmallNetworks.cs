using TransferLens.Studies.Settings;
using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Models.Onnx.Export;
using TransferLens.Vision.Models.Onnx.Networks;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Models.Onnx.Export;

/// <summary>Networks to export, and how they are read again.</summary>
internal static class SmallNetworks
{
    /// <summary>Number of classes.</summary>
    public const int Classes = 3;

    private const int Blocks = 2; // of a transformer, whose blocks are all alike

    /// <summary>A network with random weights and statistics, in evaluation mode.</summary>
    /// <param name="name">Its name.</param>
    public static Network Create(string name)
    {
        using var generator = new Generator(3);
        var depth = name.Contains("_patch", StringComparison.Ordinal) ? Blocks : (int?)null;
        var network = ShortNetwork.Create(name, depth, generator, Classes);
        RandomWeights.Draw(network, 1);
        network.eval();
        return network;
    }

    /// <summary>A small side of images, and another than position embeddings and windows are for.</summary>
    /// <param name="name">The network's name.</param>
    public static int SizeFor(string name)
    {
        var architecture = Networks.Find(name);
        return architecture.SizeMultiple > 1 ? 3 * architecture.SizeMultiple : Math.Max(64, architecture.SmallestSize);
    }

    /// <summary>Settings for images of a size.</summary>
    /// <param name="size">The size.</param>
    public static OnnxExportSettings Settings(int size) => new(new(size, size, Normalization.ImageNet));

    /// <summary>The network of a file with the file's weights, in evaluation mode.</summary>
    /// <param name="path">The file.</param>
    public static Network Read(string path) => Open(OnnxDefinition.Read(path));

    /// <summary>A network with its file's weights, in evaluation mode.</summary>
    /// <param name="definition">The network.</param>
    public static Network Open(OnnxDefinition definition)
    {
        var network = OnnxNetwork.Create(definition, "read", definition.Classes ?? Classes, null);
        using var frozen = no_grad();
        var state = network.state_dict();
        foreach (var weight in definition.Weights)
        {
            using var values = weight.Read(definition.Classifier);
            state[weight.Name].copy_(values);
        }

        network.eval();
        return network;
    }

    /// <summary>The largest difference, divided by the largest expected value.</summary>
    public static double Difference(Tensor found, Tensor expected)
    {
        Assert.Equal(expected.shape, found.shape);
        return ((found - expected).abs().max() / expected.abs().max()).item<float>();
    }
}
