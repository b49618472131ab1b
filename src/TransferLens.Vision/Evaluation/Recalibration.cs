using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Layers;
using TransferLens.Vision.Randomness;
using static TorchSharp.torch;

namespace TransferLens.Vision.Evaluation;

/// <summary>
/// Recomputes the running statistics of batch normalization for the weights that a network has now: reset, then a
/// cumulative average over images. Statistics that were averaged between two networks fit neither's activations.
/// Source: Izmailov et al. 2018 (SWA), section 3.2; Neyshabur et al. 2020, section 3.4, avoids the question with Fixup.
/// </summary>
public static class Recalibration
{
    /// <summary>Images a batch, at most, unless said otherwise. It decides the statistics, so it does not follow the size of an evaluation's batches.</summary>
    public const int DefaultBatch = 128;

    /// <summary>Whether a network has batch normalization to recalibrate.</summary>
    public static bool Applies(Network network) =>
        network.Root.modules().Any(module => module is BatchNormalization || IsForeign(module));

    private static bool IsForeign(nn.Module module) =>
        module.GetType() is { Namespace: "TorchSharp.Modules" } type
        && type.Name.StartsWith("BatchNorm", StringComparison.Ordinal);

    /// <summary>
    /// Replaces the running statistics by the average over batches of the images, whole and unaugmented, in one fixed
    /// shuffled order; batches are of nearly equal size, so that each image weighs nearly the same.
    /// </summary>
    /// <param name="network">The network; its parameters stay as they are, and so does its mode.</param>
    /// <param name="images">Training images, at least two.</param>
    /// <param name="settings">Normalization, precision and shuffle; its batch size plays no part.</param>
    /// <param name="most">At most so many of the images, the first in the shuffled order; null for all.</param>
    /// <param name="largestBatch">Images a batch, at most.</param>
    /// <param name="cancellationToken">Asks to stop between batches.</param>
    /// <exception cref="InputException">There are fewer than two images, or the network normalizes by layers that are not this library's.</exception>
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
                "Running statistics cannot be recomputed from a single image; give at least two, better a thousand."
            );
        }

        if (network.Root.modules().FirstOrDefault(IsForeign) is { } foreign)
        {
            throw new InputException(
                $"{network.Name} normalizes by TorchSharp's own {foreign.GetType().Name}, whose running statistics cannot be made a cumulative average; measure it raw."
            );
        }

        var layers = network.Root.modules().OfType<BatchNormalization>().ToList();
        var wasTraining = network.Root.training;
        foreach (var layer in layers)
        {
            layer.Reset();
            layer.Momentum = null;
        }

        network.Root.train();
        try
        {
            using var frozen = no_grad();
            foreach (var part in Parts(images.Count, Math.Min(most ?? int.MaxValue, images.Count), largestBatch))
            {
                cancellationToken.ThrowIfCancellationRequested();
                using var scope = NewDisposeScope();
                using var batch = images
                    .Batches(part.Length, settings.Normalize, part, shuffle: settings.Shuffle)
                    .Single();
                network.forward(
                    settings.Precision == Precision.Bfloat16 ? batch.Images.to(ScalarType.BFloat16) : batch.Images
                );
            }
        }
        finally
        {
            network.Root.train(wasTraining);
            foreach (var layer in layers)
            {
                layer.Momentum = BatchNormalization.DefaultMomentum;
            }
        }
    }

    // The fewest batches of at most that size, none more than one image larger than another.
    private static IEnumerable<int[]> Parts(int all, int count, int largest)
    {
        var order = new NumpyRandom(0).Permutation(all);
        var batches = (count + largest - 1) / largest;
        return Enumerable
            .Range(0, batches)
            .Select(i => order[(int)((long)count * i / batches)..(int)((long)count * (i + 1) / batches)]);
    }
}
