using TransferLens.Tests;
using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Onnx.Evaluation;
using TransferLens.Vision.Models.Onnx.Files;
using TransferLens.Vision.Models.Onnx.Networks;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Models.Onnx;

/// <summary>A network that <c>tests/reference/onnx_exports.py</c> exported from PyTorch, with 7 classes.</summary>
/// <param name="Folder">Where its files are.</param>
/// <param name="Name">torchvision's name.</param>
internal sealed record ExportedNetwork(TemporaryFolder Folder, string Name)
{
    public const int Classes = 7;

    /// <summary>Path of the ONNX file.</summary>
    public string File => Folder[$"{Name}.onnx"];

    /// <summary>Three images.</summary>
    public Tensor Images => OnnxFile.ReadTensor(Folder[$"{Name}.input.pb"]).ToTensor();

    /// <summary>PyTorch's logits for them.</summary>
    public Tensor Logits => OnnxFile.ReadTensor(Folder[$"{Name}.logits.pb"]).ToTensor();

    /// <summary>Exports networks.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="arguments">Names and options of the script.</param>
    public static void Export(TemporaryFolder folder, params string[] arguments) =>
        Reference.Run("torchvision, onnx", "onnx_exports.py", [folder.Path, .. arguments]);

    /// <summary>Names of all classification networks of torchvision, one a line.</summary>
    public static string List()
    {
        using var folder = new TemporaryFolder();
        return Reference.Run("torchvision, onnx", "onnx_exports.py", [folder.Path, "--list"]);
    }

    /// <summary>Creates the network of the file, with the file's weights.</summary>
    public Network Open()
    {
        var definition = OnnxDefinition.Read(File);
        var network = OnnxNetwork.Create(definition, Name, Classes, null);
        using var weights = new StateDict(
            definition.Weights.Select(weight => KeyValuePair.Create(weight.Name, weight.Read(definition.Classifier)))
        );
        weights.CopyTo(network.Root);
        network.eval();
        return network;
    }

    /// <summary>The logits of the file's own graph, computed node by node.</summary>
    public Tensor Evaluate()
    {
        var graph = OnnxFile.Read(File).Graph;
        var given = graph.Initializers.ToDictionary(tensor => tensor.Name, tensor => tensor.ToTensor());
        given[graph.FreeInputs.Single().Name] = Images;
        return OnnxEvaluator.Create(graph, File).Compute(value => given[value], new()).Single();
    }

    /// <summary>The largest difference from PyTorch's logits, of the largest of them.</summary>
    /// <param name="logits">The logits for the three images.</param>
    public double Difference(Tensor logits)
    {
        using var scope = NewDisposeScope();
        return ((logits - Logits).abs().max() / Logits.abs().max()).item<float>();
    }

    /// <summary>Deletes its files.</summary>
    public void Delete()
    {
        foreach (var file in Directory.GetFiles(Folder.Path, $"{Name}.*"))
        {
            System.IO.File.Delete(file);
        }
    }
}
