using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Models.Onnx.Evaluation;
using TransferLens.Vision.Models.Onnx.Files;
using TransferLens.Vision.Models.Onnx.Operators;
using TransferLens.Vision.Models.Onnx.Structure;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Onnx.Networks;

/// <summary>
/// Preprocessing that an ONNX file computes from pixels from 0 to 255: channels in either order, a factor and a summand
/// for each. The graph is computed for a few images, which tell both.
/// </summary>
internal static class OnnxPreprocessing
{
    private const int Channels = 3;
    private const double White = 255;
    private const long UsualSide = 224;
    private const double Tolerance = 1e-4;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InputException">It cannot be read, or computes something else.</exception>
    public static (ImageSettings Images, ImmutableArray<string> Remarks) Read(string path)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var graph = OnnxClassifier.Of(OnnxFile.Read(path), path);
        var side = graph.Axes.Side ?? UsualSide;
        var batch = graph.Axes.Batch ?? 1;
        var evaluator = new OnnxEvaluator(graph.Nodes, [graph.Logits], path);
        var black = Compute(zeros([batch, Channels, side, side]));
        if (graph.Axes.IsChannelsLast || !black.shape.SequenceEqual([batch, Channels, side, side]))
        {
            throw Other($"makes a value of shape [{string.Join(", ", black.shape)}]");
        }

        // One unit of each channel in turn.
        var units = Enumerable.Range(0, Channels).Select(channel => (Compute(Unit(channel)) - black).mean([0, 2, 3]));
        var factors = stack([.. units]);
        var isBlueFirst = factors[0, 2].abs().item<float>() > Tolerance * factors.abs().max().item<float>();
        var straight = isBlueFirst ? factors.flip(1) : factors;
        var scales = straight.diag();
        var summands = isBlueFirst ? black.flip(1) : black;
        var means = summands.mean([0, 2, 3]);
        Check(straight, scales);
        CheckAffine(scales, isBlueFirst);
        var normalize = new Normalization(
            [.. Numbers(means.neg() / scales / White)],
            [.. Numbers(ones(Channels) / scales / White)]
        )
        {
            IsBlueFirst = isBlueFirst,
        };
        return (new((int)side, (int)side, normalize), Remarks(summands, means));

        Tensor Compute(Tensor images) =>
            evaluator.Compute(
                name => name == graph.Images ? images : graph.Stored[name].ToTensor(),
                new OnnxRun()
            )[0];

        Tensor Unit(int channel)
        {
            var images = zeros([batch, Channels, side, side]);
            images[TensorIndex.Colon, channel] = 1;
            return images;
        }

        void CheckAffine(Tensor scale, bool reversed)
        {
            var images = rand([batch, Channels, side, side]) * White;
            var expected = (images * scale.view(1, -1, 1, 1)) + summands;
            var computed = Compute(images);
            var difference = ((reversed ? computed.flip(1) : computed) - expected).abs().max().item<float>();
            if (difference > Tolerance * (1 + expected.abs().max().item<float>()))
            {
                throw Other("does more with a pixel");
            }
        }

        void Check(Tensor table, Tensor scale)
        {
            var rest = (table - diag(scale)).abs().max().item<float>();
            if (rest > Tolerance * table.abs().max().item<float>() || scale.min().item<float>() <= 0)
            {
                throw Other("mixes channels");
            }
        }

        InputException Other(string what) =>
            new(
                $"'{path}' is no preprocessing that can be used here, since it {what}: it must scale and shift each of "
                    + "three channels, in either order. Write channels, scale, mean and std instead."
            );
    }

    // A mean image is for one size, and for images that are all alike.
    private static ImmutableArray<string> Remarks(Tensor summands, Tensor means)
    {
        using var scope = NewDisposeScope();
        var spread = (summands - means.view(1, -1, 1, 1)).abs().max().item<float>();
        return spread <= Tolerance * (1 + means.abs().max().item<float>())
            ? []
            :
            [
                "It subtracts a mean image. The mean of each channel is used instead, which differs by up to "
                    + $"{spread:0.#} of 255.",
            ];
    }

    private static IEnumerable<double> Numbers(Tensor values) =>
        values.to(ScalarType.Float64).data<double>().Select(value => Math.Round(value, 9));
}
