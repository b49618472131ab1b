using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Randomness;
using TransferLens.Vision.Runtime;
using static TorchSharp.torch;

namespace TransferLens.Vision.Evaluation;

/// <summary>
/// Recomputes the running statistics of batch normalization for the weights that a network has now: reset, then a
/// cumulative average over batches of images. Statistics that were averaged between two networks fit the activations
/// of neither. Source: Izmailov et al. 2018 (SWA), section 3.2; Neyshabur et al. 2020, section 3.4, avoids the
/// question with Fixup.
/// </summary>
/// <remarks>
/// It works with TorchSharp's <c>BatchNorm1d</c>, <c>BatchNorm2d</c> and <c>BatchNorm3d</c> as with our own layer.
/// </remarks>
public static class Recalibration
{
    /// <summary>
    /// Default of the largest batch, in images. The statistics depend on it, so it does not follow the batch size of
    /// evaluations.
    /// </summary>
    public const int DefaultBatch = 128;

    // The statistics so far, among partial results.
    private const string Buffers = "buffers";

    /// <summary>Whether a network has batch normalization with running statistics.</summary>
    /// <param name="network">The network.</param>
    public static bool Applies(Network network) => !RecalibrationMode.Layers(network).IsEmpty;

    /// <summary>
    /// Replaces the running statistics by the average over batches of unaugmented images, in one fixed shuffled order.
    /// The batches have nearly equal sizes, so that every image has nearly the same weight. Nothing else of the
    /// network changes; dropout is off.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="images">Training images, at least two.</param>
    /// <param name="settings">
    /// Normalization, precision and shuffle; its batch size is not used. In a task its partial results keep the
    /// statistics so far.
    /// </param>
    /// <param name="most">Use at most this many images, the first in the shuffled order; null for all.</param>
    /// <param name="largestBatch">Largest number of images in a batch.</param>
    /// <param name="cancellationToken">Cancels between batches; the statistics are then incomplete.</param>
    /// <exception cref="InputException">There are fewer than two images.</exception>
    public static void Run(
        Network network,
        ImageSet images,
        EvaluationSettings settings,
        int? most = null,
        int largestBatch = DefaultBatch,
        CancellationToken cancellationToken = default
    )
    {
        CheckCount(images);
        var parts = settings.PartialResults.Section("statistics");
        using var mode = new RecalibrationMode(network);
        mode.Reset();
        using var frozen = no_grad();
        var device = DevicePath.DeviceOf(network.Root);
        var count = Math.Min(most ?? int.MaxValue, images.Count);
        var done = parts.Restore(Buffers, AllBuffers());
        var left = Batches(images.Count, count, largestBatch).Skip(done);
        foreach (var batch in images.BatchesOn(device, left, settings.Normalize, settings.Shuffle))
        {
            using var owned = batch;
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            mode.Expect(done + 1);
            var isHalf = settings.Precision == Precision.Bfloat16;
            network.forward(isHalf ? batch.Images.to(ScalarType.BFloat16) : batch.Images);
            done++;
            parts.KeepWhenDue(Buffers, done, AllBuffers());
        }

        parts.Keep(Buffers, done, AllBuffers());

        IEnumerable<Tensor> AllBuffers() => network.Root.named_buffers().Select(buffer => buffer.buffer);
    }

    /// <summary>Checks that there are enough images.</summary>
    /// <exception cref="InputException">There are fewer than two.</exception>
    internal static void CheckCount(ImageSet images)
    {
        if (images.Count < 2)
        {
            throw new InputException(
                $"Running statistics need at least 2 images, but there are {images.Count}. Use about a thousand."
            );
        }
    }

    /// <summary>Indices of the images of each batch, in one fixed shuffled order: the fewest batches of at most that
    /// size, none more than one image larger than another.</summary>
    internal static IEnumerable<int[]> Batches(int all, int count, int largest)
    {
        var order = new NumpyRandom(0).Permutation(all);
        var batches = (count + largest - 1) / largest;
        for (var i = 0L; i < batches; i++)
        {
            var (begin, end) = ((int)(count * i / batches), (int)(count * (i + 1) / batches));
            yield return order[begin..end];
        }
    }
}
