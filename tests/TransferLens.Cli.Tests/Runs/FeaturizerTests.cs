using System.Text.Json.Nodes;
using TransferLens.Tests;

namespace TransferLens.Cli.Tests.Runs;

/// <summary>
/// A pretrained network as other people ship it: an ImageNet residual network without head, for blue, green and red from 0 to
/// 255 minus a mean image, with the graph that prepares images. It is in a NuGet package.
/// </summary>
public sealed class FeaturizerTests : IDisposable
{
    private const string Package = "microsoft.ml.dnnimagefeaturizer.resnet18/0.23.1/tools/DnnImageModels";
    private const string Switch = "TRANSFERLENS_PACKAGE_MODELS";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Its_features_tell_objects_apart_that_random_features_do_not()
    {
        var images = SharedData.Images("pacs-photo-cartoon-128px");
        File.WriteAllText(
            folder["study.yaml"],
            $$"""
            study: featurizer
            network: {{Model("ResNet18Onnx/ResNet18.onnx")}}
            preprocessing: {{Model("ResNetPrepOnnx/ResNetPreprocess.onnx")}}
            images: {size: 64}
            targets:
              photo:
                format: image_folder
                train: {{images}}/photo/train
                test: {{images}}/photo/test
                train_limit: 105
                test_limit: 105
            training: {epochs: 6, batch_size: 35, freeze: backbone}
            runs:
              P-T: {init: pretrained, learning_rate: 0.03}
              RI-T: {init: random, learning_rate: 0.03}
            """
        );
        Command.Run(folder.Path, "run", "study.yaml").Ended(0);
        var results = JsonNode.Parse(File.ReadAllText(folder["runs/featurizer/results.json"]))!;
        var accuracies = results["runs"]!.AsArray().ToDictionary(run => (string)run!["run"]!, Accuracy);
        Assert.InRange(accuracies["P-T"], 0.65, 1);
        Assert.InRange(accuracies["P-T"] - accuracies["RI-T"], 0.2, 1);
    }

    [Fact]
    public void Its_modules_are_the_stem_and_nine_blocks()
    {
        var inspected = Command.Run(folder.Path, "inspect", Model("ResNet18Onnx/ResNet18.onnx"), "--json").Ended(0);
        var modules = JsonNode.Parse(inspected.Output)!["onnx"]!["modules"]!.AsArray();
        Assert.Equal(10, modules.Count);
        Assert.Equal([512, 1, 1], modules[^1]!["output"]!.AsArray().Select(length => (int)length!));
    }

    private static double Accuracy(JsonNode? run) => (double)run!["accuracy"]!;

    private static string Model(string name)
    {
        var cache = Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } named
            ? named
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        var path = Path.Combine(cache, Package, name);
        Assert.SkipUnless(File.Exists(path), $"Set {Switch}=1 and restore: the package with {name} is not there.");
        return path;
    }
}
