using TransferLens.Studies.Inputs;
using TransferLens.Vision.Models.Onnx.Evaluation;
using TransferLens.Vision.Models.Onnx.Files;
using TransferLens.Vision.Models.Onnx.Operators;
using TransferLens.Vision.Models.Onnx.Structure;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Onnx.Export;

/// <summary>Compares an exported file with the network, on random images.</summary>
internal static class ExportCheck
{
    /// <summary>The largest difference of logits, relative to the largest logit, that is rounding.</summary>
    public const double Tolerance = 1e-4;

    private const int Images = 2;
    private const ulong Seed = 0;

    /// <summary>The largest difference of logits, divided by the network's largest logit.</summary>
    /// <param name="path">The file.</param>
    /// <param name="network">The network, in evaluation mode.</param>
    /// <param name="settings">How it was exported.</param>
    /// <exception cref="InputException">The file cannot be read, or the network's logits are not finite.</exception>
    public static double Difference(string path, Network network, OnnxExportSettings settings)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var model = OnnxFile.Read(path);
        var axes = OnnxClassifier.Of(model, path).Axes;
        using var generator = new Generator(Seed);
        var (size, normalization) = (settings.Images.Size, settings.Images.Normalize.ForChannels((int)axes.Channels));
        var images = rand([Images, axes.Channels, size, size], generator: generator);
        var normalized = (images - Channels(normalization.Mean)) / Channels(normalization.StandardDeviation);
        normalized = normalization.IsBlueFirst ? normalized.flip(1) : normalized;
        var expected = network.forward(normalized);
        if (!expected.isfinite().all().item<bool>())
        {
            throw new InputException($"{network.Name} computes logits that are not finite, so it cannot be exported.");
        }

        var given = settings.WithPreprocessing ? images : normalized;
        var logits = Compute(model.Graph, axes.IsChannelsLast ? given.permute(0, 2, 3, 1) : given, path);
        return Relative(logits, expected);
    }

    private static Tensor Compute(OnnxGraph graph, Tensor images, string path)
    {
        var stored = graph.Initializers.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        return OnnxEvaluator.Create(graph, path).Compute(Value, new OnnxRun())[0];

        Tensor Value(string name) => stored.TryGetValue(name, out var tensor) ? tensor.ToTensor() : images;
    }

    // Infinite where the shapes differ.
    private static double Relative(Tensor logits, Tensor expected)
    {
        if (!logits.shape.AsSpan().SequenceEqual(expected.shape))
        {
            return double.PositiveInfinity;
        }

        var largest = expected.abs().max().item<float>();
        var difference = (logits - expected).abs().max().item<float>();
        return difference == 0 ? 0 : difference / (double)largest;
    }

    private static Tensor Channels(IEnumerable<double> values) =>
        tensor(values.Select(value => (float)value).ToArray()).view(1, -1, 1, 1);
}
