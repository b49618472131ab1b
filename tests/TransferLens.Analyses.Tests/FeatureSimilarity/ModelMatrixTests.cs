using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Analyses.FeatureSimilarity;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Architectures;
using static TorchSharp.torch;

namespace TransferLens.Analyses.Tests.FeatureSimilarity;

/// <summary>Several models at once: every model with every other, module by module.</summary>
public class ModelMatrixTests
{
    private static readonly SimilaritySettings Settings = new(Normalization.None, 16, Precision.Float32);

    [Fact]
    public void Three_models_and_their_trees_agree_with_NumPy_and_SciPy()
    {
        using var images = FeatureSimilarityTests.ByRule(101, 4);
        using var scope = NewDisposeScope();
        var numbers = arange(48, dtype: ScalarType.Float32);
        var cosines = outer(numbers, numbers).to(ScalarType.Float64).cos().to(ScalarType.Float32);
        using var first = FeatureSimilarityTests.Functions(x => x.flatten(1).square(), Rectified);
        // Its third module has no counterpart.
        using var second = FeatureSimilarityTests.Functions(x => (x * 5).sin(), Rectified, x => x.square());
        using var third = FeatureSimilarityTests.Functions(x => x.flatten(1).matmul(cosines), Rectified);
        var found = Measure([first, second, third], images).BetweenModels();
        Assert.Equal(["f0", "f1"], found.Select(module => module.Name));
        foreach (var (module, expected) in found.Zip(Reference()["models"]!.AsArray()))
        {
            FeatureSimilarityTests.Near(expected!["debiased"]!, module.Debiased, 1e-5);
            FeatureSimilarityTests.Near(expected["biased"]!, module.Biased!.Value, 1e-5);
            Agree(expected["tree"]!, module.Tree!, 1e-5);
            Agree(expected["tree"]!, ModelTree.Create(Matrix(expected["debiased"]!))!, 1e-6);
        }

        static Tensor Rectified(Tensor x) => (x - 0.3).relu();
    }

    [Fact]
    public void A_tree_of_nine_models_agrees_with_SciPy()
    {
        var expected = Reference()["nine models"]!;
        var tree = ModelTree.Create(Matrix(expected["similarity"]!))!;
        Agree(expected["tree"]!, tree, 1e-6);
        Assert.Equal(Enumerable.Range(0, 9), tree.Order.Order());
        // The models of each cluster are adjacent.
        Assert.All(Enumerable.Range(9, 8), cluster =>
        {
            var places = tree.Leaves(cluster).Select(model => tree.Order.IndexOf(model)).ToList();
            Assert.Equal(places.Count - 1, places.Max() - places.Min());
        });
    }

    [Fact]
    public void A_matrix_is_symmetric_with_ones_on_the_diagonal_and_has_what_pairs_have_on_their_own()
    {
        using var images = FeatureSimilarityTests.Noise(40, 8);
        using var first = Networks.Create("cifar_resnet8", 4, 1);
        using var second = Networks.Create("cifar_resnet8", 4, 2);
        using var third = Networks.Create("cifar_resnet20", 7, 3);
        Network[] networks = [first, second, third];
        var found = Measure(networks, images).BetweenModels();
        Assert.Equal(["conv1", "layer1.0", "layer2.0", "layer3.0", "linear"], found.Select(module => module.Name));
        var turned = Measure([third, first, second], images).BetweenModels();
        foreach (var (a, b) in ((int, int)[])[(0, 1), (0, 2), (1, 2)])
        {
            var pair = Measure([networks[a], networks[b]], images).Between(0, 1).Matching();
            foreach (var (at, module) in found.Index())
            {
                var (debiased, biased) = (module.Debiased[a][b]!.Value, module.Biased!.Value[a][b]!.Value);
                Assert.Equal(debiased, module.Debiased[b][a]!.Value, 1e-12);
                Assert.Equal(
                    (1, 1),
                    (Math.Round(module.Debiased[a][a]!.Value, 6), Math.Round(module.Debiased[b][b]!.Value, 6))
                );
                var alone = pair.Single(one => one.Name == module.Name);
                Assert.Equal(alone.Debiased!.Value, debiased, 1e-9);
                Assert.Equal(alone.Biased!.Value, biased, 1e-9);
                // The order of the models does not matter.
                Assert.Equal(debiased, turned[at].Debiased[(a + 1) % 3][(b + 1) % 3]!.Value, 1e-9);
            }
        }
    }

    [Fact]
    public void Every_model_sees_every_image_once_however_many_models_there_are_and_the_result_is_that_of_all_memory()
    {
        using var images = FeatureSimilarityTests.Noise(60, 4);
        using var generator = new Generator(8);
        using var weights = randn([8, 48, 20], generator: generator);
        var seen = new int[8];
        var networks = Enumerable
            .Range(0, 8)
            .Select(model =>
                FeatureSimilarityTests.Functions(
                    x =>
                    {
                        // One image alone is the probe of the sizes.
                        Interlocked.Add(ref seen[model], x.shape[0] > 1 ? (int)x.shape[0] : 0);
                        return x.flatten(1).matmul(weights[model]).relu();
                    },
                    x => x.square()
                )
            )
            .ToList();
        var exact = Measure(networks, images);
        Assert.Equal(SimilarityForm.Exact, exact.Form);
        Assert.All(seen, count => Assert.Equal(60, count));
        // Gram matrices of sixteen modules do not fit, and the features of a batch remain.
        var little = Measure(networks, images, Settings with { Memory = 1, BatchSize = 30 });
        Assert.Equal(SimilarityForm.Minibatch, little.Form);
        Assert.All(seen, count => Assert.Equal(120, count));
        FeatureSimilarityTests.Near(exact.Debiased, little.Debiased, 0.15);
        networks.ForEach(network => network.Dispose());
    }

    [Fact]
    public void The_order_of_the_images_changes_nothing_since_every_batch_goes_through_every_model()
    {
        using var images = FeatureSimilarityTests.Noise(50, 8);
        using var first = Networks.Create("cifar_resnet8", 4, 1);
        using var second = Networks.Create("cifar_resnet8", 4, 2);
        var straight = Measure([first, second, first], images);
        int[] order = [.. Enumerable.Range(0, 50).OrderBy(i => i * 17 % 50)];
        var shuffled = SimilarityMeasurement.Measure(
            [first, second, first],
            images,
            Settings,
            order,
            cancellationToken: TestContext.Current.CancellationToken
        );
        FeatureSimilarityTests.Near(straight.Debiased, shuffled.Debiased, 1e-6);
        FeatureSimilarityTests.Near(straight.Biased!.Value, shuffled.Biased!.Value, 1e-6);
        FeatureSimilarityTests.Near(straight.DebiasedErrors, shuffled.DebiasedErrors, 1e-6);
    }

    [Fact]
    public void There_is_no_tree_where_a_similarity_is_undefined()
    {
        Assert.Null(
            ModelTree.Create([
                [1, null],
                [null, null],
            ])
        );
        Assert.Null(ModelTree.Create([]));
        Assert.Empty(
            ModelTree
                .Create([
                    [1],
                ])!
                .Merges
        );
        Assert.Equal(
            [0],
            ModelTree
                .Create([
                    [1],
                ])!
                .Order
        );
        // Unrelated models may be farther apart than 1.
        Assert.Equal(
            1.25,
            ModelTree
                .Create([
                    [1, -0.25],
                    [-0.25, 1],
                ])!
                .Merges.Single()
                .Height
        );
    }

    private static SimilarityResult Measure(
        IReadOnlyList<Network> networks,
        ImageSet images,
        SimilaritySettings? settings = null
    ) =>
        SimilarityMeasurement.Measure(
            networks,
            images,
            settings ?? Settings,
            cancellationToken: TestContext.Current.CancellationToken
        );

    private static JsonNode Reference() =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", "cka.json")))!;

    private static ImmutableArray<ImmutableArray<double?>> Matrix(JsonNode rows) =>
        [.. rows.AsArray().Select(row => (ImmutableArray<double?>)[.. row!.AsArray().Select(value => (double?)value)])];

    // A row of SciPy's linkage: two clusters, their distance, the number of leaves.
    private static void Agree(JsonNode linkage, ModelTree tree, double tolerance)
    {
        Assert.Equal(linkage.AsArray().Count, tree.Merges.Length);
        foreach (var (expected, merge) in linkage.AsArray().Zip(tree.Merges))
        {
            Assert.Equal(
                ((double)expected![0]!, (double)expected[1]!, (double)expected[3]!),
                (merge.First, merge.Second, merge.Models)
            );
            Assert.Equal((double)expected[2]!, merge.Height, tolerance);
        }
    }
}
