using TransferLens.Studies.Inputs;
using TransferLens.Vision.Models.Onnx.Evaluation;
using TransferLens.Vision.Models.Onnx.Operators;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Onnx.Structure;

/// <summary>
/// Checks with random images that a graph freed from its number of images computes what the file's own graph does, and
/// that no image changes the logits of another.
/// </summary>
internal static class FreedCheck
{
    // Of the largest logit. One batch and another differ by rounding.
    private const double Tolerance = 1e-3;
    private const long Seed = 1;

    /// <summary>Checks a graph.</summary>
    /// <param name="original">The file's graph.</param>
    /// <param name="freed">The graph for any number of images.</param>
    /// <param name="batch">The file's number of images.</param>
    /// <param name="side">Height and width of the images.</param>
    /// <param name="source">The file, for messages.</param>
    /// <exception cref="InputException">They differ.</exception>
    public static void Run(OnnxClassifier original, OnnxClassifier freed, long batch, long side, string source)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var generator = new Generator((ulong)Seed);
        var images = randn(original.Axes.Shape(batch + 1, side, side), generator: generator);
        var all = Logits(freed, images, source);
        // The first ones, and the last one with all but the last of these.
        var (first, rotated) = (images[..(int)batch], cat([images[(int)batch..], images[..((int)batch - 1)]]));
        var expected = Logits(original, first, source);
        var others = Logits(original, rotated, source);
        if (all.shape[0] != batch + 1 || expected.shape[0] != batch)
        {
            throw FrozenBatch.Refusal(source, batch, "its output does not count them");
        }

        var scale = expected.abs().max().item<float>();
        if (
            !AreClose(all[..(int)batch], expected, scale)
            || !AreClose(cat([all[(int)batch..], all[..((int)batch - 1)]]), others, scale)
        )
        {
            throw FrozenBatch.Refusal(source, batch, "an image changes the logits of others in its batch");
        }
    }

    private static Tensor Logits(OnnxClassifier classifier, Tensor images, string source) =>
        new OnnxEvaluator(classifier.Nodes, [classifier.Logits], source).Compute(
            name => name == classifier.Images ? images : classifier.Stored[name].ToTensor(),
            new OnnxRun()
        )[0];

    private static bool AreClose(Tensor one, Tensor other, double scale)
    {
        using var scope = NewDisposeScope();
        return one.shape.AsSpan().SequenceEqual(other.shape)
            && (one - other).abs().max().item<float>() <= Tolerance * scale;
    }
}
