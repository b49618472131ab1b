using TransferLens.Analyses.FeatureSimilarity;
using TransferLens.Analyses.Interpolation;
using TransferLens.Analyses.ModuleCriticality;
using TransferLens.Analyses.WeightSpectrum;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Analyses.Tests.Common;

/// <summary>The analyses on networks that are no residual networks.</summary>
public class NetworkFamiliesTests
{
    private static readonly EvaluationSettings Settings = new(Normalization.ImageNet, 4, Precision.Float32);

    /// <summary>Networks of different families, with the size of the images.</summary>
    public static TheoryData<string, int> Families =>
        new()
        {
            { "mobilenet_v2", 32 },
            { "vit_tiny_patch16_224", 224 },
            { "convnext_tiny", 32 },
            { "swin_t", 32 },
        };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Families))]
    public void A_rewound_module_costs_what_evaluating_the_changed_network_says(string name, int size)
    {
        using var images = Noise(2, size);
        using var network = Networks.Create(name, 4, 0);
        using var initial = Weights(name, 1);
        using var final = Weights(name, 2);
        var rewinding = CriticalityMeasurement.Rewinding(
            network,
            initial,
            final,
            images,
            Settings,
            cancellationToken: Stop
        );
        Assert.Equal(Networks.Find(name).Modules, rewinding.Modules.Select(module => module.Name));
        foreach (
            var module in new[]
            {
                network.Modules[0],
                network.Modules[network.Modules.Length / 2],
                network.Modules[^2],
                network.Head,
            }
        )
        {
            final.CopyTo(network);
            CriticalityMeasurement.Rewind(network, module, initial);
            var expected = Evaluator.Evaluate(network, images, Settings, cancellationToken: Stop);
            var rewound = rewinding.Modules.Single(one => one.Name == module.Name);
            Assert.Equal((expected.Score, expected.Loss), (rewound.Score, rewound.Loss!.Value));
        }
    }

    [Theory]
    [InlineData("densenet121", 32, false)]
    [InlineData("vit_tiny_patch16_224", 224, true)]
    [InlineData("vit_small_patch14_reg4_dinov2", 28, false)]
    [InlineData("convnext_tiny", 32, true)]
    [InlineData("mobilenet_v3_small", 32, true)]
    [InlineData("swin_t", 32, false)]
    public void A_network_is_similar_to_itself_in_every_module(string name, int size, bool pool)
    {
        using var images = Noise(4, size);
        using var network = Networks.Create(name, 4, 1);
        var measured = SimilarityMeasurement.Measure(
            [network, network],
            images,
            new(Normalization.ImageNet, 4, Precision.Float32) { Pool = pool, Form = SimilarityForm.Exact },
            cancellationToken: Stop
        );
        Assert.All(Enumerable.Range(0, network.Modules.Length), i =>
            Assert.Equal(1, measured.Biased!.Value[i][i]!.Value, 1e-6)
        );
    }

    [Theory]
    [InlineData("mobilenet_v2", 32)]
    [InlineData("vit_tiny_patch16_224", 224)]
    public void A_barrier_has_the_networks_at_its_ends_and_is_recalibrated_where_there_are_running_statistics(
        string name,
        int size
    )
    {
        using var images = Noise(2, size);
        using var network = Networks.Create(name, 4, 2);
        using var first = Weights(name, 1);
        using var second = Weights(name, 2);
        var curve = BarrierMeasurement.Measure(
            network,
            first,
            second,
            [0, 0.5, 1],
            images,
            Settings,
            cancellationToken: Stop
        );
        foreach (var (weights, point) in new[] { (first, curve.Points[0]), (second, curve.Points[^1]) })
        {
            weights.CopyTo(network);
            Assert.Equal(Evaluator.Evaluate(network, images, Settings, cancellationToken: Stop).Loss, point.Loss);
        }

        Assert.Equal(name == "mobilenet_v2", Recalibration.Applies(network));
    }

    [Fact]
    public void The_spectrum_of_a_transformer_is_of_its_weights_and_not_of_its_positions()
    {
        using var network = Networks.Create("vit_tiny_patch16_224", 4, 1);
        var matrices = SpectrumMeasurement.Measure(network).Modules.Select(module => module.Matrices.Length);
        Assert.Equal([1, .. Enumerable.Repeat(4, 12), 0, 1], matrices);
    }

    private static StateDict Weights(string name, int seed)
    {
        using var network = Networks.Create(name, 4, seed);
        return StateDict.Of(network);
    }

    private static ImageSet Noise(int count, int size)
    {
        using var generator = new Generator(9);
        using var pixels = randint(0, 256, [count, 3, size, size], dtype: ScalarType.Byte, generator: generator);
        return ImageSet.InMemory(pixels, ["a", "b", "c", "d"], [.. Enumerable.Range(0, count).Select(i => i % 4)]);
    }
}
