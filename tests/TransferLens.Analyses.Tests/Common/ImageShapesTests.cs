using TransferLens.Analyses.FeatureSimilarity;
using TransferLens.Analyses.Interpolation;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Layers;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Analyses.Tests.Common;

/// <summary>Analyses of a network of the user's own on images that are not square RGB images of uint8.</summary>
public class ImageShapesTests
{
    private const int Classes = 3;

    private static readonly Normalization Grey = new([0.5], [0.25]);

    public static TheoryData<int, int, int, ScalarType> Shapes =>
        new()
        {
            { 1, 28, 28, ScalarType.Float32 },
            { 4, 16, 16, ScalarType.Byte },
            { 3, 24, 40, ScalarType.Byte },
        };

    private static ImageSet Images(int channels, int height, int width, ScalarType type)
    {
        using var scope = NewDisposeScope();
        long[] shape = [12, channels, height, width];
        var bytes = randint(0, 256, shape, dtype: ScalarType.Byte, generator: new Generator(1));
        var values = type == ScalarType.Byte ? bytes : bytes.to(type).div_(255);
        return ImageSet.InMemory(values, ["a", "b", "c"], [.. Enumerable.Range(0, 12).Select(i => i % Classes)]);
    }

    // A convolution with batch normalization, then a linear layer on the mean of each channel.
    private static Network Create(int channels, ulong seed)
    {
        var convolution = new Convolution(channels, 8, 3, 2, 1);
        var normalization = new BatchNormalization(8);
        var linear = nn.Linear(8, Classes);
        var root = nn.Sequential(("conv", convolution), ("bn", normalization), ("fc", linear));
        using var scope = NewDisposeScope();
        using (no_grad())
        {
            using var generator = new Generator(seed);
            foreach (var parameter in root.parameters().Where(parameter => parameter.dim() > 1))
            {
                parameter.copy_(randn(parameter.shape, generator: generator));
            }
        }

        return new Network(
            "own",
            root,
            [
                new("stem", ["conv", "bn"], input => normalization.call(convolution.call(input)).relu()),
                new("fc", ["fc"], input => linear.call(input.mean([2, 3]))),
            ]
        );
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Evaluation_recalibration_barrier_and_similarity_work(
        int channels,
        int height,
        int width,
        ScalarType type
    )
    {
        using var images = Images(channels, height, width, type);
        using var network = Create(channels, 1);
        var settings = new EvaluationSettings(Grey, 5, Precision.Float32);
        var evaluated = Evaluator.Evaluate(network, images, settings, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(Logits(network, images, type), evaluated.Logits);

        using var first = StateDict.Of(network);
        using var other = Create(channels, 2);
        using var second = StateDict.Of(other);
        var curve = BarrierMeasurement.Measure(network, first, second, [0, 0.5, 1], images, settings, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(evaluated.Loss, curve.Points[0].Loss, 6);
        Assert.Equal(Evaluator.Evaluate(other, images, settings, cancellationToken: TestContext.Current.CancellationToken).Loss, curve.Points[2].Loss, 6);
        var recalibrated = BarrierMeasurement.Measure(network, first, second, [0, 1], images, settings, images, cancellationToken: TestContext.Current.CancellationToken);
        Assert.NotEqual(curve.Points[0].Loss, recalibrated.Points[0].Loss);

        var similarity = SimilarityMeasurement.Measure([network, other], images, new(Grey, 5, Precision.Float32), cancellationToken: TestContext.Current.CancellationToken);
        var biased = similarity.Biased!.Value;
        for (var module = 0; module < biased.Length; module++)
        {
            Assert.Equal(1, biased[module][module]!.Value, 6);
        }
    }

    // The network in evaluation mode on all images at once, normalized here.
    private static float[] Logits(Network network, ImageSet images, ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var values = images.Read([.. Enumerable.Range(0, images.Count)]).to(ScalarType.Float32);
        var normalized = values.div(type == ScalarType.Byte ? 255 : 1).sub(0.5).div(0.25);
        var parts = Enumerable.Range(0, 3).Select(i => normalized[(5 * i)..Math.Min(5 * (i + 1), 12)]);
        network.Root.train(false);
        return [.. parts.SelectMany(part => network.forward(part).data<float>().ToArray())];
    }
}
