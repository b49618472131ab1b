using TransferLens.Analyses.Common;
using TransferLens.Analyses.Interpolation;
using TransferLens.Analyses.PerformanceBarrier;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Tests;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Training;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Analyses.Tests.PerformanceBarrier;

public sealed class BezierCurveTests : IDisposable
{
    private static readonly EvaluationSettings Settings = new(Normalization.ImageNet, 64, Precision.Float32);

    private readonly TemporaryFolder folder = new();
    private readonly ImageSet images = Noise();

    public void Dispose()
    {
        images.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void A_curve_whose_middle_is_halfway_is_the_straight_line_at_its_ends_and_at_its_middle()
    {
        using var network = Networks.Create("cifar_resnet8", 4, 5);
        using var first = Random(1);
        using var second = Random(2);
        LinearInterpolation.Write(network, first, second, 0.5);
        using var middle = StateDict.Of(network);
        var line = BarrierMeasurement.Measure(
            network,
            first,
            second,
            [0, 0.5, 1],
            images,
            Settings,
            images,
            cancellationToken: TestContext.Current.CancellationToken
        );
        var curve = Measure(network, first, middle, second, [0, 0.5, 1]);
        Assert.Equal(line.Points.Select(point => point.Score), curve.Points.Select(point => point.Score));
        Assert.All(line.Points.Zip(curve.Points), pair => Assert.Equal(pair.First.Loss, pair.Second.Loss, 1e-4));
    }

    [Fact]
    public void Training_the_middle_lowers_the_loss_along_the_curve_and_leaves_the_ends_and_the_network_alone()
    {
        using var network = Networks.Create("cifar_resnet8", 4, 5);
        using var own = StateDict.Of(network);
        using var first = Random(1);
        using var second = Random(2);
        LinearInterpolation.Write(network, first, second, 0.5);
        using var halfway = StateDict.Of(network);
        own.CopyTo(network);
        using var middle = Train(network, first, second, folder.Path, 6)!;
        using var after = StateDict.Of(network);
        Assert.All(after, entry => Assert.True(entry.Value.Equals(own[entry.Key])));
        var (before, trained) = (Loss(halfway), Loss(middle));
        Assert.True(trained < before - 0.1, $"{before} before, {trained} after");

        double Loss(StateDict between) =>
            Measure(network, first, between, second, [0, 0.25, 0.5, 0.75, 1])
                .Points.Where(point => point.Lambda is > 0 and < 1)
                .Average(point => point.Loss);
    }

    [Fact]
    public void A_training_that_was_interrupted_ends_with_the_same_bits()
    {
        using var network = Networks.Create("cifar_resnet8", 4, 5);
        using var first = Random(1);
        using var second = Random(2);
        var (whole, parts) = (folder["whole"], folder["parts"]);
        Directory.CreateDirectory(whole);
        Directory.CreateDirectory(parts);
        using var expected = Train(network, first, second, whole, 3)!;
        using var cancelled = new CancellationTokenSource();
        var progress = new Callback(done =>
        {
            if (done.Fraction > 0.7)
            {
                cancelled.Cancel();
            }
        });
        Assert.ThrowsAny<OperationCanceledException>(() =>
            Train(network, first, second, parts, 3, progress, cancelled)
        );
        using var resumed = Train(network, first, second, parts, 3)!;
        Assert.All(expected, entry => Assert.True(entry.Value.Equals(resumed[entry.Key]), entry.Key));
    }

    [Fact]
    public void A_penalty_towards_initial_weights_pulls_the_middle_to_its_start()
    {
        using var network = Networks.Create("cifar_resnet8", 4, 5);
        using var first = Random(1);
        using var second = Random(2);
        LinearInterpolation.Write(network, first, second, 0.5);
        using var start = StateDict.Of(network);
        var (free, held) = (folder["free"], folder["held"]);
        Directory.CreateDirectory(free);
        Directory.CreateDirectory(held);
        using var without = Train(network, first, second, free, 2)!;
        using var with = Train(network, first, second, held, 2, l2: 3)!;
        Assert.InRange(Moved(with), 0, 0.7 * Moved(without));

        double Moved(StateDict middle) => DistanceMeasurement.Measure(network, start, middle).Total;
    }

    private BarrierCurve Measure(
        Network network,
        StateDict first,
        StateDict middle,
        StateDict second,
        double[] positions
    ) =>
        BezierCurve.Measure(
            network,
            first,
            middle,
            second,
            positions,
            images,
            Settings,
            images,
            cancellationToken: TestContext.Current.CancellationToken
        );

    private StateDict? Train(
        Network network,
        StateDict first,
        StateDict second,
        string path,
        int epochs,
        IProgress<TaskProgress>? progress = null,
        CancellationTokenSource? cancelled = null,
        double l2 = 0
    ) =>
        BezierCurve.Train(
            network,
            first,
            second,
            images,
            new TrainingRecipe(
                TrainingSettings.Default with
                {
                    BatchSize = 16,
                    ParameterGroups = l2 > 0 ? [new(".", 1, null, l2, "initial")] : [],
                },
                0.05,
                3,
                Normalization.ImageNet
            ),
            epochs,
            path,
            progress,
            cancelled?.Token ?? TestContext.Current.CancellationToken
        );

    private static StateDict Random(long seed)
    {
        using var network = Networks.Create("cifar_resnet8", 4, seed);
        return StateDict.Of(network);
    }

    // Each class has its own brightness, so that there is something to learn.
    private static ImageSet Noise()
    {
        using var generator = new Generator(3);
        using var noise = randint(0, 100, [64, 3, 16, 16], dtype: ScalarType.Byte, generator: generator);
        using var levels = arange(64, ScalarType.Byte).remainder(4).mul(40).reshape(64, 1, 1, 1).to(ScalarType.Byte);
        using var pixels = noise + levels;
        return ImageSet.InMemory(
            pixels,
            ["a", "b", "c", "d"],
            [.. Enumerable.Range(0, 64).Select(i => i % 4)],
            [.. Enumerable.Range(0, 64).Select(i => $"{i}")]
        );
    }

    private sealed class Callback(Action<TaskProgress> report) : IProgress<TaskProgress>
    {
        public void Report(TaskProgress value) => report(value);
    }
}
