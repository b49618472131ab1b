using TransferLens.Analyses.Alignment;
using TransferLens.Analyses.Interpolation;
using TransferLens.Studies.Settings;
using TransferLens.Tests;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Models.Permutations;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Analyses.Tests.Alignment;

/// <summary>A model is found again in a copy with permuted channels.</summary>
public class ModelAlignmentTests(ITestOutputHelper output)
{
    private static readonly string[] Few = ["cifar_resnet20", "mobilenet_v2", "vit_tiny_patch16_224"];

    private static readonly string[] All = [.. Few, "resnet18", "densenet121", "convnext_tiny", "vgg16_bn"];

    /// <summary>The networks; all of the list, which takes minutes, with TRANSFERLENS_ALIGNED_NETWORKS=all.</summary>
    public static TheoryData<string> Names =>
        [.. Environment.GetEnvironmentVariable("TRANSFERLENS_ALIGNED_NETWORKS") == "all" ? All : Few];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_copy_whose_groups_are_all_permuted_is_found_again(string name)
    {
        var size =
            name.StartsWith("cifar", StringComparison.Ordinal) ? 32
            : name.StartsWith("vit", StringComparison.Ordinal) ? 224
            : 64;
        using var network = Networks.Create(name, 10, 1, CPU);
        using var first = StateDict.Of(network);
        using var second = Permuted(network, first, size);
        var result = ModelAlignment.Align(
            network,
            first,
            second,
            size,
            cancellationToken: TestContext.Current.CancellationToken
        );
        using var aligned = result.Weights;
        output.WriteLine($"{name}: {result}");
        Assert.True(result.DistanceBefore > 1);
        Assert.InRange(result.DistanceAfter, 0, 1e-3 * result.DistanceBefore);
        using var restored = StateDict.Of(network);
        Assert.All(first, entry => Assert.True(entry.Value.equal(restored[entry.Key]).all().item<bool>()));
    }

    [Fact]
    public void Activations_find_a_permuted_copy_again()
    {
        using var network = Networks.Create("cifar_resnet20", 10, 1, CPU);
        using var first = StateDict.Of(network);
        using var second = Permuted(network, first, 32);
        using var images = Images();
        var result = ModelAlignment.Align(
            network,
            first,
            second,
            32,
            AlignmentMethod.Activations,
            images,
            Settings(),
            cancellationToken: TestContext.Current.CancellationToken
        );
        using var aligned = result.Weights;
        Assert.InRange(result.DistanceAfter, 0, 1e-3 * result.DistanceBefore);
    }

    [Fact]
    public void There_is_no_barrier_to_a_permuted_copy_that_was_aligned()
    {
        using var network = Networks.Create("cifar_resnet20", 10, 1, CPU);
        using var first = StateDict.Of(network);
        using var second = Permuted(network, first, 32);
        using var images = Images();
        using var aligned = ModelAlignment
            .Align(network, first, second, 32, cancellationToken: TestContext.Current.CancellationToken)
            .Weights;
        var after = BarrierMeasurement.Measure(
            network,
            first,
            aligned,
            [0, 0.5, 1],
            images,
            Settings(),
            cancellationToken: TestContext.Current.CancellationToken
        );
        Assert.InRange(after.Barrier.Score, 0, 0.002);
        Assert.InRange(after.Barrier.Loss, 0, 1e-4);
    }

    [Fact]
    public void Scores_are_never_lower_after_an_assignment_than_for_channels_that_stay()
    {
        var random = new Random(4);
        foreach (var size in new[] { 2, 3, 17, 64 })
        {
            // Few different values, so that many assignments are equal.
            double[] scores = [.. Enumerable.Range(0, size * size).Select(_ => (double)random.Next(3))];
            var columns = LinearAssignment.Maximize(scores, size);
            Assert.Equal(Enumerable.Range(0, size), columns.Order());
            var stayed = Enumerable.Range(0, size).Sum(i => scores[(i * size) + i]);
            Assert.True(columns.Select((column, row) => scores[(row * size) + column]).Sum() >= stayed);
        }
    }

    private static StateDict Permuted(Network network, StateDict model, int size)
    {
        using var scope = NewDisposeScope();
        var groups = PermutationGroups.Find(network, size);
        var moved = groups.Permute(model, RandomPermutation.Draw(groups, new Random(7)));
        return new(
            model.Select(entry =>
                KeyValuePair.Create(entry.Key, moved.GetValueOrDefault(entry.Key) ?? entry.Value.clone())
            )
        );
    }

    private static ImageSet Images()
    {
        using var generator = new Generator(5);
        using var values = randint(0, 256, [64, 3, 32, 32], dtype: ScalarType.Byte, generator: generator);
        var classes = Enumerable.Range(0, 10).Select(i => $"{i}");
        return ImageSet.InMemory(values, [.. classes], [.. Enumerable.Range(0, 64).Select(i => i % 10)]);
    }

    private static EvaluationSettings Settings() => new(Normalization.ImageNet, 32, Precision.Float32);
}
