using System.Text.Json.Nodes;
using TransferLens.Tests;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Models.Permutations;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Cli.Tests.Commands;

/// <summary><c>--align</c> on published weights and a copy of them with permuted channels.</summary>
public sealed class AlignTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("weights")]
    [InlineData("activations")]
    public void There_is_no_barrier_to_a_permuted_copy_once_it_is_aligned(string method)
    {
        WriteCopy();
        var document = Run(
            "barrier",
            "--data",
            Path.Combine(SharedData.Images("cifar10-test"), "test"),
            "--limit",
            "200",
            "--size",
            "32",
            "--normalize",
            "imagenet",
            "--points",
            "3",
            "--align",
            method,
            "--save-aligned",
            folder["aligned.safetensors"],
            "--json"
        );
        Assert.True((double)document["recalibrated"]!["barrier"]!["accuracy"]! > 0.02);
        var aligned = document["aligned"]!;
        Assert.InRange((double)aligned["raw"]!["barrier"]!["accuracy"]!, 0, 0.002);
        Assert.InRange((double)aligned["recalibrated"]!["barrier"]!["accuracy"]!, 0, 0.002);
        Assert.InRange((double)aligned["distanceAfter"]!, 0, 1e-3 * (double)aligned["distanceBefore"]!);
        Assert.InRange((double)aligned["logitChange"]!, 0, 1e-3);
        using var saved = Safetensors.Read(folder["aligned.safetensors"]);
        Assert.Contains("conv1.weight", saved.Keys);
    }

    [Fact]
    public void Distance_states_how_far_apart_the_models_are_afterwards()
    {
        WriteCopy();
        var document = Run("distance", "--align", "weights", "--json");
        Assert.Equal((double)document["total"]!, (double)document["aligned"]!["distanceBefore"]!, 1e-9);
        Assert.InRange((double)document["aligned"]!["distanceAfter"]!, 0, 1e-3 * (double)document["total"]!);
    }

    [Fact]
    public void Saving_without_aligning_is_refused()
    {
        WriteCopy();
        var result = Command.Run(
            folder.Path,
            "distance",
            "--network",
            "cifar_resnet20",
            "--weights",
            Published,
            folder["copy.safetensors"],
            "--save-aligned",
            folder["aligned.safetensors"]
        );
        Assert.Equal("--save-aligned writes permuted weights; add --align weights.", result.Refused());
        Assert.False(File.Exists(folder["aligned.safetensors"]));
    }

    [Fact]
    public void Models_with_different_classes_are_not_aligned()
    {
        using var other = Networks.Create("cifar_resnet20", 7, 0, CPU);
        using var state = StateDict.Of(other);
        Safetensors.Write(folder["copy.safetensors"], state);
        string[] models = ["--network", "cifar_resnet20", "--weights", Published, folder["copy.safetensors"]];
        var refused = Command.Run(folder.Path, ["distance", .. models, "--align", "weights"]);
        Assert.Equal(2, refused.Code);
        Assert.Contains("'linear.weight' does not have the same shape in both models", refused.Error);
        Command.Run(folder.Path, ["distance", .. models]).Ended(0);
    }

    private static string Published => SharedData.File("weights/resnet20-12fca82f.th");

    private JsonObject Run(string command, params string[] arguments)
    {
        string[] models = ["--network", "cifar_resnet20", "--weights", Published, folder["copy.safetensors"]];
        var result = Command.Run(folder.Path, [command, .. models, .. arguments]);
        result.Ended(0);
        return JsonNode.Parse(result.Output)!.AsObject();
    }

    private void WriteCopy()
    {
        using var scope = NewDisposeScope();
        using var read = Checkpoint.Read(Published, Networks.Find("cifar_resnet20"), null);
        using var network = NetworkFit.Create(Networks.Find("cifar_resnet20"), read.Weights);
        WeightsLoader.Load(network, read.Weights, newHead: false);
        using var own = StateDict.Of(network);
        var groups = PermutationGroups.Find(network, 32);
        var moved = groups.Permute(own, RandomPermutation.Draw(groups, new Random(3)));
        using var copy = new StateDict(
            own.Select(entry =>
                KeyValuePair.Create(entry.Key, moved.GetValueOrDefault(entry.Key) ?? entry.Value.clone())
            )
        );
        Safetensors.Write(folder["copy.safetensors"], copy);
    }
}
