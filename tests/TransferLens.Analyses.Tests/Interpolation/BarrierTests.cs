using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Interpolation;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Tests;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Formats;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Analyses.Tests.Interpolation;

public class BarrierTests
{
    private static readonly EvaluationSettings Settings = new(Normalization.ImageNet, 128, Precision.Float32);

    [Fact]
    public void The_grid_always_holds_the_ends_and_the_middle()
    {
        Assert.Equal([0, 0.25, 0.5, 0.75, 1], BarrierMeasurement.Grid(5));
        Assert.Equal([0, 0.333333333333, 0.5, 0.666666666667, 1], BarrierMeasurement.Grid(4));
        Assert.Equal([-0.5, 0, 0.5, 1, 1.5], BarrierMeasurement.Grid(5, -0.5, 1.5));
        Assert.Throws<InputException>(() => BarrierMeasurement.Grid(1));
        Assert.Throws<InputException>(() => BarrierMeasurement.Grid(5, 0.1));
    }

    [Fact]
    public void The_barrier_is_the_largest_shortfall_below_the_line_between_the_ends()
    {
        var curve = BarrierCurve.FromPoints([new(0, 0.8, 1), new(0.5, 0.4, 3), new(1, 0.6, 2), new(1.5, 0, 9)]);
        Assert.Equal(0.3, curve.Barrier.Score, 1e-12);
        Assert.Equal(1.5, curve.Barrier.Loss, 1e-12);
        Assert.Equal(0, BarrierCurve.FromPoints([new(0, 0.5, 1), new(0.5, 0.9, 0.1), new(1, 0.7, 1)]).Barrier.Score);
        Assert.Throws<ArgumentException>(() => BarrierCurve.FromPoints([new(0, 1, 0), new(0.5, 1, 0)]));
    }

    [Fact]
    public void The_ends_of_the_line_are_the_two_solutions_bit_for_bit()
    {
        using var network = Networks.Create("cifar_resnet8", 4, 0);
        using var first = Random(1);
        using var second = Random(2);
        foreach (var (lambda, expected) in new[] { (0.0, first), (1.0, second) })
        {
            LinearInterpolation.Write(network, first, second, lambda);
            using var written = StateDict.Of(network);
            Assert.All(written, entry => Assert.True(entry.Value.Equals(expected[entry.Key])));
        }
    }

    [Fact]
    public void Integer_tensors_in_the_middle_are_the_firsts_and_statistics_are_interpolated()
    {
        using var network = Networks.Create("cifar_resnet8", 4, 0);
        using var first = Random(1);
        using var second = Random(2);
        LinearInterpolation.Write(network, first, second, 0.25);
        using var written = StateDict.Of(network);
        Assert.Equal(first["bn1.num_batches_tracked"].item<long>(), written["bn1.num_batches_tracked"].item<long>());
        using var expected = (first["bn1.running_var"] * 0.75) + (second["bn1.running_var"] * 0.25);
        Assert.True(expected.allclose(written["bn1.running_var"]));
    }

    [Fact]
    public void The_barrier_of_a_model_with_itself_is_zero_and_its_weights_are_put_back()
    {
        using var images = Noise(64);
        using var network = Networks.Create("cifar_resnet8", 4, 5);
        using var own = StateDict.Of(network);
        using var model = Random(1);
        foreach (var recalibrateOn in new[] { null, images })
        {
            var curve = BarrierMeasurement.Measure(
                network,
                model,
                model,
                [0, 0.3, 1],
                images,
                Settings,
                recalibrateOn,
                cancellationToken: TestContext.Current.CancellationToken
            );
            Assert.Equal(0.0, curve.Barrier.Score);
            Assert.Equal(0.0, curve.Barrier.Loss);
            Assert.Equal(0, curve.Barrier.ScoreHigh!.Value, 1e-9);
            Assert.Equal(0, curve.Barrier.LossHigh!.Value, 1e-4);
        }

        using var after = StateDict.Of(network);
        Assert.All(after, entry => Assert.True(entry.Value.Equals(own[entry.Key])));
    }

    [Fact]
    public void Recalibrated_statistics_are_those_of_the_images()
    {
        using var images = Noise(96);
        using var network = Networks.Create("cifar_resnet8", 4, 5);
        Recalibration.Run(
            network,
            images,
            Settings,
            largestBatch: 32,
            cancellationToken: TestContext.Current.CancellationToken
        );
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var batch = images.Batches(96, Normalization.ImageNet).Single();
        var before = nn.functional.conv2d(batch.Images, network.state_dict()["conv1.weight"], padding: [1, 1]);
        // The average of three batches' means is the mean of all, batches being of one size; variances differ by the spread of the means.
        Assert.True(before.mean([0, 2, 3]).allclose(network.state_dict()["bn1.running_mean"], 1e-3, 1e-4));
        Assert.True(
            before.var([0, 2, 3], unbiased: true).allclose(network.state_dict()["bn1.running_var"], 2e-2, 1e-3)
        );
        Assert.Equal(3, network.state_dict()["bn1.num_batches_tracked"].item<long>());
    }

    [Fact]
    public void Nothing_leaks()
    {
        using var images = Noise(32);
        using var network = Networks.Create("cifar_resnet8", 4, 5);
        using var first = Random(1);
        using var second = Random(2);
        // Of this thread alone: other tests make tensors at the same time.
        var before = TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        BarrierMeasurement.Measure(
            network,
            first,
            second,
            [0, 0.5, 1],
            images,
            Settings,
            images,
            cancellationToken: TestContext.Current.CancellationToken
        );
        DistanceMeasurement.Measure(network, first, second);
        Assert.Equal(before, TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Points_between_two_published_models_agree_with_the_independent_values()
    {
        var golden = SharedData.Golden()[
            "interpolation resnet20 to itself with every conv weight x0.8, first 200 of each class"
        ]!.AsArray();
        using var first = Checkpoint.Read(SharedData.File("weights/resnet20-12fca82f.th"));
        using var network = Networks.Create("cifar_resnet20", 10, 0);
        WeightsLoader.Load(network, first, newHead: false);
        using var a = StateDict.Of(network);
        using var b = a.Clone();
        foreach (var (name, tensor) in b.Where(entry => entry.Value.shape.Length == 4))
        {
            tensor.mul_(0.8);
        }

        using var folder = new TemporaryFolder();
        using var images = FirstOfEachClass(200, folder.Path);
        var curve = BarrierMeasurement.Measure(
            network,
            a,
            b,
            [.. golden.Select(p => (double)p!["lambda"]!)],
            images,
            Settings,
            cancellationToken: TestContext.Current.CancellationToken
        );
        Assert.All(curve.Points.Zip(golden), pair =>
        {
            Assert.Equal((double)pair.Second!["accuracy"]!, pair.First.Score, 0.005);
            Assert.Equal((double)pair.Second!["loss"]!, pair.First.Loss, 0.01);
        });
        var end = Evaluator.Evaluate(
            network,
            images,
            Settings,
            cancellationToken: TestContext.Current.CancellationToken
        );
        Assert.Equal((end.Score, end.Loss), (curve.Points[0].Score, curve.Points[0].Loss));
        Assert.Equal(end.Loss, Bootstrap.Losses(end, images.Labels).Average(), 1e-9);
        Assert.Equal(end.Score, Bootstrap.Right(end, images.Labels.Single).Average(), 1e-9);
    }

    [Theory]
    [InlineData("raw")]
    [InlineData("recalibrated")]
    public void The_line_between_two_solutions_agrees_with_an_independent_implementation(string normalization)
    {
        var reference = JsonNode.Parse(
            File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", "barrier.json"))
        )!;
        var expected = reference[normalization]!.AsArray();
        using var scope = NewDisposeScope();
        using var images = RuledImages.Of([.. reference["labels"]!.AsArray().Select(label => (int)label!)]);
        using var network = Networks.Create("cifar_resnet8", 4, 0);
        using var first = ReferenceWeights.Of(network);
        using var second = new StateDict(
            first.Select(entry => KeyValuePair.Create(entry.Key, entry.Value.flatten().flip(0).view(entry.Value.shape)))
        );
        var curve = BarrierMeasurement.Measure(
            network,
            first,
            second,
            [.. expected.Select(point => (double)point!["lambda"]!)],
            images,
            Settings,
            normalization == "raw" ? null : images,
            80,
            recalibrationBatch: 32,
            cancellationToken: TestContext.Current.CancellationToken
        );
        Assert.All(curve.Points.Zip(expected), pair =>
        {
            Assert.Equal((double)pair.Second!["accuracy"]!, pair.First.Score, 1e-4);
            Assert.Equal((double)pair.Second!["loss"]!, pair.First.Loss, 1e-4);
        });
        Assert.InRange(curve.Barrier.Score, 0.1, 0.9);
        Assert.InRange(curve.Barrier.Score, curve.Barrier.ScoreLow!.Value, curve.Barrier.ScoreHigh!.Value);
        Assert.All(curve.Points, point => Assert.InRange(point.Loss, point.LossLow!.Value, point.LossHigh!.Value));
    }

    private static StateDict Random(long seed)
    {
        using var network = Networks.Create("cifar_resnet8", 4, seed);
        var weights = StateDict.Of(network);
        foreach (var (name, tensor) in weights)
        {
            if (name.EndsWith("num_batches_tracked", StringComparison.Ordinal))
            {
                tensor.fill_(seed);
            }
            else if (name.EndsWith("running_var", StringComparison.Ordinal))
            {
                tensor.fill_(1 + (0.1 * seed));
            }
        }

        return weights;
    }

    private static ImageSet Noise(int count)
    {
        using var generator = new Generator(3);
        using var pixels = randint(0, 256, [count, 3, 16, 16], dtype: ScalarType.Byte, generator: generator);
        return ImageSet.InMemory(
            pixels,
            ["a", "b", "c", "d"],
            [.. Enumerable.Range(0, count).Select(i => i % 4)],
            [.. Enumerable.Range(0, count).Select(i => $"{i}")]
        );
    }

    private static ImageSet FirstOfEachClass(int count, string folder)
    {
        var all = Path.Combine(SharedData.Images("cifar10-test"), "test");
        foreach (var name in Directory.GetDirectories(all))
        {
            var some = Directory.CreateDirectory(Path.Combine(folder, Path.GetFileName(name)));
            foreach (var file in Directory.GetFiles(name).Order(StringComparer.Ordinal).Take(count))
            {
                File.CreateSymbolicLink(Path.Combine(some.FullName, Path.GetFileName(file)), file);
            }
        }

        return ImageCache.OpenOrBuild(
            ImageFormats.Open(new("image_folder", folder, ImmutableSortedDictionary<string, string>.Empty)),
            new(32, 32, Normalization.ImageNet),
            false,
            null,
            default
        );
    }
}
