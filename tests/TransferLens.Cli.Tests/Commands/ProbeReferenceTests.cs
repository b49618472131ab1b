using System.Globalization;
using System.Text.Json.Nodes;
using TransferLens.Tests;
using TransferLens.Vision.Tests.Models.Onnx;

namespace TransferLens.Cli.Tests.Commands;

/// <summary>
/// Probes of published weights on real images against PyTorch, scikit-learn and NumPy: tests/reference/probe_modules.py.
/// </summary>
public sealed class ProbeReferenceTests : IDisposable
{
    private const int Neighbours = 20;
    private const double C = 1;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Every_module_of_a_published_network_has_the_accuracy_of_scikit_learn_and_NumPy()
    {
        var weights = SharedData.File("weights/resnet20-12fca82f.th");
        var images = Path.Combine(SharedData.Images("pacs-cartoon-32px"), "cartoon");
        var (train, test) = (Path.Combine(images, "train"), Path.Combine(images, "test"));
        var (c, k) = (C.ToString(CultureInfo.InvariantCulture), Neighbours.ToString(CultureInfo.InvariantCulture));
        var expected = JsonNode.Parse(
            Reference.Run("torch, sklearn, PIL", "probe_modules.py", [weights, train, test, c, k])
        )!;
        string[] command = ["probe", "--network", "cifar_resnet20", "--weights", weights, "--no-control", "--json"];
        string[] settings = ["--train-data", train, "--data", test, "--c", c, "--k", k];
        var found = JsonNode.Parse(Command.Run(folder.Path, [.. command, .. settings]).Ended(0).Output)!;
        var count = (int)expected["test"]!;
        Assert.Equal((1760, 584), ((int)found["train"]!, (int)found["test"]!));
        Assert.Equal(584, count);
        var modules = found["modules"]!.AsArray().ToDictionary(module => (string)module!["name"]!, module => module!);
        Assert.Equal(expected["modules"]!.AsObject().Select(module => module.Key), modules.Keys);
        foreach (var (name, correct) in expected["modules"]!.AsObject())
        {
            var (logistic, votes) = (modules[name]["logistic"]!, modules[name]["knn"]!);
            Assert.Equal((int)correct!["logistic"]! / (double)count, (double)logistic["accuracy"]!, 0.003);
            Assert.Equal((int)correct["knn"]! / (double)count, (double)votes["accuracy"]!, 1e-9);
            Assert.True((bool)logistic["converged"]!);
        }
    }
}
