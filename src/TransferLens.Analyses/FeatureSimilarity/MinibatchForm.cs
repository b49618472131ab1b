using TransferLens.Studies.Plans;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Randomness;
using TransferLens.Vision.Runtime;
using static TorchSharp.torch;

namespace TransferLens.Analyses.FeatureSimilarity;

/// <summary>
/// CKA from Gram matrices of minibatches: unbiased HSICs are averaged over minibatches, and their ratio is taken once,
/// at the end. Memory does not grow with the number of images. Source: Nguyen, Raghu, Kornblith 2021, section 2.
/// </summary>
internal static class MinibatchForm
{
    /// <summary>
    /// Divides the images into minibatches of nearly equal size, at least four images each, in one fixed shuffled
    /// order, so that each minibatch is a sample of all classes.
    /// </summary>
    /// <param name="count">Number of images, at least 4.</param>
    /// <param name="largest">
    /// Maximum size of a minibatch; exceeded only where minibatches would otherwise have fewer than four images.
    /// </param>
    public static int[][] Parts(int count, int largest)
    {
        var order = new NumpyRandom(0).Permutation(count);
        var parts = Math.Max(1, Math.Min((count + largest - 1) / largest, count / 4));
        return
        [
            .. Enumerable
                .Range(0, parts)
                .Select(part => order[(int)((long)count * part / parts)..(int)((long)count * (part + 1) / parts)]),
        ];
    }

    /// <summary>Computes the sums of HSIC over minibatches, between all modules of the networks.</summary>
    /// <param name="networks">The networks, in evaluation mode.</param>
    /// <param name="sizes">
    /// Number of values that each module of each network outputs for an image, before pooling.
    /// </param>
    /// <param name="parts">Number of minibatches.</param>
    /// <param name="batch">Returns the normalized images of a minibatch.</param>
    /// <param name="settings">Precision, pooling and memory.</param>
    /// <param name="kept">Where a task keeps the sums so far.</param>
    /// <param name="done">Called after each minibatch.</param>
    public static HsicMatrix Measure(
        IReadOnlyList<Network> networks,
        IReadOnlyList<long[]> sizes,
        int parts,
        Func<int, ImageBatch> batch,
        SimilaritySettings settings,
        PartialResults kept,
        Action done
    )
    {
        const string Sums = "sums";
        var (before, taken, sum) = (0, 0, (HsicMatrix?)null);
        if (kept.Read<double>(Sums) is [var count, .. var values])
        {
            (before, sum) = ((int)count, HsicMatrix.FromValues(values));
        }

        // All parts are asked for, so that as many are computed at a time as without a kill.
        ParallelBatches.Compute(parts, AtOnce(networks, sizes, settings), Products, products =>
        {
            taken++;
            sum = products is null ? sum : HsicMatrix.Sum(sum, products);
            if (products is not null && kept.IsDue)
            {
                kept.Write<double>(Sums, [taken, .. sum!.ToValues()]);
            }

            done();
        });
        return sum!;

        HsicMatrix? Products(int part)
        {
            if (part < before)
            {
                return null;
            }

            using var images = batch(part);
            using var tiles = new GramTiles(
                sizes.Sum(network => network.Length),
                [images.Indices.Length],
                DevicePath.DeviceOf(networks[0].Root)
            );
            using var scope = NewDisposeScope();
            var magnitudes = new List<Tensor>();
            foreach (var network in networks)
            {
                ModuleOutputs.Visit(network, images.Images, settings, (_, features) =>
                {
                    var shift = features.mean([0]);
                    var centred = features.sub(shift);
                    tiles.Add(magnitudes.Count, 0, 0, centred, centred);
                    magnitudes.Add(SquaredLengths.Of(shift).MoveToOtherDisposeScope(scope));
                });
            }

            return tiles.Products(SquaredLengths.Values(magnitudes), FeatureResolution.Float32);
        }
    }

    /// <summary>
    /// Number of minibatches computed at a time: as many as fit into memory with their Gram matrices, a module's input,
    /// output and intermediate values, and the centred features. At least one, and only one on a GPU.
    /// </summary>
    /// <param name="networks">The networks.</param>
    /// <param name="sizes">
    /// Number of values that each module of each network outputs for an image, before pooling.
    /// </param>
    /// <param name="settings">Memory and size of a minibatch.</param>
    public static int AtOnce(IReadOnlyList<Network> networks, IReadOnlyList<long[]> sizes, SimilaritySettings settings)
    {
        var outputs = 6 * sizeof(float) * (double)sizes.Max(network => network.Max()) * settings.BatchSize;
        var each =
            outputs + GramTiles.Bytes(sizes.Sum(network => network.Length), settings.BatchSize, settings.BatchSize);
        return networks.All(network => !DevicePath.IsUsed(DevicePath.DeviceOf(network.Root)))
            ? (int)Math.Clamp(settings.Memory * 1024.0 * 1024 / each, 1, int.MaxValue)
            : 1;
    }
}
