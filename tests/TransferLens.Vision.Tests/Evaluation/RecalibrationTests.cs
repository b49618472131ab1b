using TorchSharp;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Layers;
using TransferLens.Vision.Randomness;
using TransferLens.Vision.Tests.Models;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Evaluation;

public sealed class RecalibrationTests : IDisposable
{
    private const int Count = 22;
    private const int LargestBatch = 8;
    private const int Size = 6;

    private static readonly EvaluationSettings Settings = new(Normalization.ImageNet, 4, Precision.Float32);

    private readonly ImageSet images = RandomImages();

    public void Dispose() => images.Dispose();

    [Theory]
    [InlineData(Precision.Float32, 1e-6)]
    [InlineData(Precision.Bfloat16, 1e-6)]
    public void TorchSharp_layers_get_the_same_statistics_as_our_own(Precision precision, double tolerance)
    {
        using var scope = NewDisposeScope();
        using var own = OwnNetwork();
        using var other = TorchSharpNetwork(precision == Precision.Bfloat16);
        other.Root.load_state_dict(own.Root.state_dict());
        Run(own, precision);
        Run(other, precision);
        foreach (var (name, statistic) in own.Root.named_buffers())
        {
            AssertNear(statistic, other.state_dict()[name], tolerance);
        }

        Assert.Equal(3, other.state_dict()["norm.num_batches_tracked"].item<long>());
    }

    [Fact]
    public void Statistics_are_the_mean_over_batches_of_mean_and_unbiased_variance()
    {
        using var scope = NewDisposeScope();
        using var network = TorchSharpNetwork(half: false);
        Run(network);
        var state = network.state_dict();
        var batches = BatchesOfImages()
            .Select(batch => nn.functional.conv2d(batch, state["conv.weight"], state["conv.bias"]))
            .ToList();
        AssertNear(Mean(batches, batch => batch.mean([0, 2, 3])), state["norm.running_mean"], 1e-5);
        AssertNear(Mean(batches, batch => batch.var([0, 2, 3], unbiased: true)), state["norm.running_var"], 1e-5);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Layers_for_other_dimensions_get_their_statistics_too(int dimensions)
    {
        using var scope = NewDisposeScope();
        var norm = dimensions == 1 ? (nn.Module<Tensor, Tensor>)nn.BatchNorm1d(3) : nn.BatchNorm3d(3);
        using var network = Networks(norm, dimensions);
        Run(network);
        var batches = BatchesOfImages().ToList();
        var state = network.state_dict();
        AssertNear(Mean(batches, batch => batch.mean([0, 2, 3])), state["norm.running_mean"], 1e-5);
        AssertNear(Mean(batches, batch => batch.var([0, 2, 3], unbiased: true)), state["norm.running_var"], 1e-5);
    }

    [Fact]
    public void Momentum_mode_and_parameters_are_as_before_and_dropout_stays_off()
    {
        using var scope = NewDisposeScope();
        var (norm, frozen, dropout) = (nn.BatchNorm2d(3, momentum: 0.3), nn.BatchNorm2d(3), nn.Dropout(0.5));
        var root = nn.Sequential(("dropout", dropout), ("norm", norm), ("frozen", frozen), ("fc", nn.Linear(3, 2)));
        root.train();
        frozen.eval();
        using var network = new Network(
            "mine",
            root,
            [
                new("norm", x => norm.call(dropout.call(x))),
                new("frozen", frozen.call),
                new("fc", x => ((nn.Module<Tensor, Tensor>)root[3]).call(x.mean([2, 3]))),
            ]
        );
        var before = root.parameters().Select(parameter => parameter.clone()).ToList();
        Run(network);
        Assert.Equal(0.3, norm.momentum);
        Assert.True(norm.training && dropout.training && root.training);
        Assert.False(frozen.training);
        Assert.All(before.Zip(root.parameters()), pair =>
            Assert.True(pair.First.equal(pair.Second).all().item<bool>())
        );
        AssertNear(
            Mean([.. BatchesOfImages()], batch => batch.mean([0, 2, 3])),
            network.state_dict()["norm.running_mean"],
            1e-5
        );
    }

    [Fact]
    public void It_applies_only_to_layers_with_running_statistics()
    {
        Assert.True(Applies(nn.BatchNorm2d(3)));
        Assert.False(Applies(nn.BatchNorm2d(3, track_running_stats: false)));
        Assert.False(Applies(nn.InstanceNorm2d(3)));

        static bool Applies(nn.Module<Tensor, Tensor> norm)
        {
            using var network = Networks(norm, dimensions: 2);
            return Recalibration.Applies(network);
        }
    }

    [Fact]
    public void A_network_of_mixed_number_formats_is_recalibrated()
    {
        using var scope = NewDisposeScope();
        var (first, norm, fc) = (nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Linear(4, 2));
        first.to(ScalarType.BFloat16);
        using var root = new Chain([("conv", first), ("norm", norm), ("fc", fc)], x =>
            fc.call(norm.call(first.call(x.to(ScalarType.BFloat16)).to(ScalarType.Float32)).mean([2, 3]))
        );
        using var network = Network.From(
            root,
            [new("conv", first.call), new("norm", norm.call), new("fc", x => fc.call(x.mean([2, 3])))],
            rand(2, 3, Size, Size)
        );
        Run(network);
        var expected = Mean(
            [.. BatchesOfImages().Select(batch => first.call(batch.to(ScalarType.BFloat16)).to(ScalarType.Float32))],
            batch => batch.mean([0, 2, 3])
        );
        AssertNear(expected, norm.running_mean!, 1e-5);
    }

    private void Run(Network network, Precision precision = Precision.Float32) =>
        Recalibration.Run(
            network,
            images,
            Settings with
            {
                Precision = precision,
            },
            largestBatch: LargestBatch,
            cancellationToken: TestContext.Current.CancellationToken
        );

    // 22 images in three batches: of 7, 7 and 8.
    private IEnumerable<Tensor> BatchesOfImages()
    {
        var order = new NumpyRandom(0).Permutation(Count);
        foreach (var indices in (int[][])[order[..7], order[7..14], order[14..]])
        {
            yield return images.Batches(indices.Length, Settings.Normalize, indices).Single().Images;
        }
    }

    private static Tensor Mean(List<Tensor> batches, Func<Tensor, Tensor> statistic) =>
        stack([.. batches.Select(statistic)]).mean([0]);

    private static Network OwnNetwork()
    {
        var root = new NetworkRoot();
        var conv = root.Add("conv", new Convolution(3, 5, 3, bias: true));
        var norm = root.Add("norm", new BatchNormalization(5));
        var fc = root.Add("fc", new Linear(5, 2));
        using var generator = new Generator(1);
        WeightInitialization.ConvolutionDefault(conv, generator);
        WeightInitialization.LinearDefault(fc, generator);
        return new(
            "own",
            root,
            [new("conv", conv.forward), new("norm", norm.forward), new("fc", x => fc.forward(x.mean([2, 3])))]
        );
    }

    private static Network TorchSharpNetwork(bool half)
    {
        var (conv, norm, fc) = (nn.Conv2d(3, 5, 3), nn.BatchNorm2d(5), nn.Linear(5, 2));
        var root = nn.Sequential(("conv", conv), ("norm", norm), ("fc", fc));
        Func<Tensor, Tensor> convolve = half
            ? x => nn.functional.conv2d(x, conv.weight!.to(ScalarType.BFloat16), conv.bias!.to(ScalarType.BFloat16))
            : conv.call;
        return new(
            "other",
            root,
            [
                new("conv", convolve),
                new("norm", norm.call),
                new("fc", x => fc.call(x.mean([2, 3]).to(ScalarType.Float32))),
            ]
        );
    }

    private static Network Networks(nn.Module<Tensor, Tensor> norm, int dimensions)
    {
        var fc = nn.Linear(3, 2);
        return new("mine", nn.Sequential(("norm", norm), ("fc", fc)), [new("norm", Normalize), new("fc", fc.call)]);

        Tensor Normalize(Tensor input)
        {
            var shaped = dimensions switch
            {
                1 => input.flatten(2),
                2 => input,
                _ => input.unsqueeze(2),
            };
            return norm.call(shaped).flatten(2).mean([2]);
        }
    }

    private static ImageSet RandomImages()
    {
        using var generator = new Generator(4);
        using var pixels = randint(0, 256, [Count, 3, Size, Size], ScalarType.Byte, generator: generator);
        return ImageSet.InMemory(pixels, ["a", "b"], [.. Enumerable.Range(0, Count).Select(i => i % 2)]);
    }

    private static void AssertNear(Tensor expected, Tensor actual, double tolerance)
    {
        using var scope = NewDisposeScope();
        var difference = (expected - actual).abs().max().to(ScalarType.Float64).item<double>();
        var largest = expected.abs().max().to(ScalarType.Float64).item<double>();
        Assert.InRange(difference, 0, tolerance * Math.Max(largest, 1e-12));
    }
}
