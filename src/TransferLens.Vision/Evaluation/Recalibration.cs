using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Layers;
using TransferLens.Vision.Randomness;
using TransferLens.Vision.Runtime;
using static TorchSharp.torch;
using TorchSharpBatchNorm = TorchSharp.Modules.BatchNorm;

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

    /// <summary>A batch normalization layer, of either library, whose running statistics are recomputed.</summary>
    private sealed record Layer(nn.Module Module, double? Momentum, Action Reset, Action<double?> SetMomentum);

    /// <summary>Whether a network has batch normalization with running statistics.</summary>
    /// <param name="network">The network.</param>
    public static bool Applies(Network network) => !Layers(network).IsEmpty;

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
        if (images.Count < 2)
        {
            throw new InputException(
                $"Running statistics need at least 2 images, but there are {images.Count}. Use about a thousand."
            );
        }

        var parts = settings.PartialResults.Section("statistics");
        var layers = Layers(network);
        using var modes = new ModuleModes(network.Root);
        network.Root.eval();
        foreach (var layer in layers)
        {
            layer.Reset();
            layer.SetMomentum(null);
            layer.Module.train();
        }

        try
        {
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
                var isHalf = settings.Precision == Precision.Bfloat16;
                network.forward(isHalf ? batch.Images.to(ScalarType.BFloat16) : batch.Images);
                done++;
                parts.KeepWhenDue(Buffers, done, AllBuffers());
            }

            parts.Keep(Buffers, done, AllBuffers());
        }
        finally
        {
            foreach (var layer in layers)
            {
                layer.SetMomentum(layer.Momentum);
            }
        }

        IEnumerable<Tensor> AllBuffers() => network.Root.named_buffers().Select(buffer => buffer.buffer);
    }

    private static ImmutableArray<Layer> Layers(Network network) =>
        [.. network.Root.modules().Prepend(network.Root).Distinct().Select(LayerOf).OfType<Layer>()];

    // Both libraries read a momentum of null as 1 / k in the k-th batch after a reset: the mean of the batches so far.
    private static Layer? LayerOf(nn.Module module) =>
        module switch
        {
            BatchNormalization own => new(own, own.Momentum, own.Reset, momentum => own.Momentum = momentum),
            TorchSharpBatchNorm { track_running_stats: true } other => new(
                other,
                other.momentum,
                other.reset_running_stats,
                momentum => other.momentum = momentum
            ),
            _ => null,
        };

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
