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
            [
                .. TestImages,
                "--points",
                "3",
                "--align",
                method,
                "--save-aligned",
                folder["aligned.safetensors"],
                "--json",
            ]
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
    public void A_soup_with_a_permuted_copy_is_as_good_as_the_model_once_it_is_aligned()
    {
        WriteCopy();
        var document = Run(
            "soup",
            [.. TestImages, "--align", "weights", "--save", folder["soup.safetensors"], "--json"]
        );
        var model = (double)document["members"]![0]!["accuracy"]!;
        Assert.True((double)document["uniform"]!["accuracy"]! < model - 0.02);
        // Statistics of 200 images are a little off; those of the copy itself are the model's.
        Assert.InRange((double)document["aligned"]!["uniform"]!["accuracy"]!, model - 0.06, model + 0.06);
        Assert.Equal(model, (double)document["aligned"]!["raw"]!["accuracy"]!, 0.006);
        var permuted = document["aligned"]!["permuted"]!.AsArray().Single()!;
        Assert.InRange((double)permuted["distanceAfter"]!, 0, 1e-3 * (double)permuted["distanceBefore"]!);
        using var soup = Safetensors.Read(folder["soup.safetensors"]);
        using var read = Checkpoint.Read(Published, Networks.Find("cifar_resnet20"), null);
        Assert.True(soup["conv1.weight"].allclose(read.Weights["conv1.weight"], 1e-4, 1e-5));
    }

    [Fact]
    public void A_network_without_batch_normalization_is_repaired()
    {
        foreach (var seed in new[] { 1, 2 })
        {
            using var network = Networks.Create("fixup_resnet18", 10, seed, CPU);
            using var state = StateDict.Of(network);
            Safetensors.Write(folder[$"{seed}.safetensors"], state);
        }

        string[] models =
        [
            "--network",
            "fixup_resnet18",
            "--weights",
            folder["1.safetensors"],
            folder["2.safetensors"],
        ];
        string[] line =
        [
            "barrier",
            .. models,
            .. TestImages[..2],
            "--limit",
            "20",
            "--size",
            "32",
            "--points",
            "3",
            "--json",
        ];
        var plain = Command.Run(folder.Path, line);
        plain.Ended(0);
        Assert.NotNull(JsonNode.Parse(plain.Output)!["points"]);
        var repaired = Command.Run(folder.Path, [.. line, "--align", "weights"]);
        repaired.Ended(0);
        var document = JsonNode.Parse(repaired.Output)!;
        foreach (var part in new[] { document, document["aligned"]! })
        {
            var (raw, other) = (Loss(part, "raw", 1), Loss(part, "recalibrated", 1));
            Assert.NotEqual(raw, other);
            Assert.Equal(Loss(part, "raw", 0), Loss(part, "recalibrated", 0));
        }

        static double Loss(JsonNode part, string curve, int point) => (double)part[curve]!["points"]![point]!["loss"]!;
    }

    [Fact]
    public void A_curve_is_trained_and_measured_next_to_the_line()
    {
        WriteCopy();
        string[] curve = ["--curve", "bezier", "--curve-epochs", "1", "--points", "3", "--json"];
        var document = Run("barrier", [.. TestImages, .. curve, "--train-data", TrainImages]);
        Assert.Equal(1, (int)document["curve"]!["epochs"]!);
        foreach (var name in new[] { "raw", "recalibrated" })
        {
            var (onLine, onCurve) = (document[name]!["points"]!, document["curve"]![name]!["points"]!);
            Assert.Equal([0.0, 0.5, 1.0], onCurve.AsArray().Select(point => (double)point!["lambda"]!));
            Assert.Equal((double)onLine[0]!["loss"]!, (double)onCurve[0]!["loss"]!, name == "raw" ? 1e-6 : 0.05);
        }

        var trained = (double)document["curve"]!["recalibrated"]!["points"]![1]!["loss"]!;
        Assert.True(trained < (double)document["recalibrated"]!["points"]![1]!["loss"]!);
        Assert.Equal(
            "--curve bezier trains on labelled images. Add --train-data with images that are not in --data.",
            Command.Run(folder.Path, ["barrier", .. Models, .. TestImages, .. curve]).Refused()
        );
    }

    [Fact]
    public void Inspect_lists_the_groups_of_channels()
    {
        var result = Command.Run(folder.Path, "inspect", Published, "--groups", "--json");
        result.Ended(0);
        var groups = JsonNode.Parse(result.Output)!["groups"]!.AsArray();
        Assert.Equal(
            [16, 16, 16, 16, 32, 16, 32, 32, 64, 32, 64, 64],
            groups.Select(group => (int)group!["channels"]!)
        );
        var block = groups[1]!["weights"]!
            .AsArray()
            .ToDictionary(
                weight => (string)weight!["name"]!,
                weight => string.Join(',', weight!["axes"]!.AsArray().Select(axis => (int)axis!))
            );
        Assert.Equal(("0", "1"), (block["layer1.0.conv1.weight"], block["layer1.0.conv2.weight"]));
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
        var refused = Command.Run(folder.Path, ["distance", .. Models, "--align", "weights"]);
        Assert.Equal(2, refused.Code);
        Assert.Contains("'linear.weight' does not have the same shape in both models", refused.Error);
        Command.Run(folder.Path, ["distance", .. Models]).Ended(0);
    }

    private static string[] TestImages =>
        [
            "--data",
            Path.Combine(SharedData.Images("cifar10-test"), "test"),
            "--limit",
            "200",
            "--size",
            "32",
            "--normalize",
            "imagenet",
        ];

    private static string TrainImages => Path.Combine(SharedData.Images("cifar10-train-10k"), "train");

    private string[] Models => ["--network", "cifar_resnet20", "--weights", Published, folder["copy.safetensors"]];

    private static string Published => SharedData.File("weights/resnet20-12fca82f.th");

    private JsonObject Run(string command, params string[] arguments)
    {
        var result = Command.Run(folder.Path, [command, .. Models, .. arguments]);
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
