using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using static TorchSharp.torch;

namespace TransferLens.Analyses.FeatureSimilarity;

/// <summary>
/// CKA from Gram matrices over all images. A block of images stays in memory, module by module, and is multiplied with
/// itself and with all images after it. Where one block holds all images, every network sees every image once.
/// </summary>
/// <param name="Parts">Images in each forward pass.</param>
/// <param name="Block">Parts that stay in memory at a time.</param>
internal sealed record ExactForm(int[] Parts, int Block)
{
    // With smaller blocks the forward passes would be repeated more often than anybody would wait for.
    private const int SmallestBlock = 32;

    /// <summary>What fits into the memory; null when the exact form does not.</summary>
    /// <param name="count">Number of images.</param>
    /// <param name="sizes">Features of each module of each network.</param>
    /// <param name="settings">Memory and largest part.</param>
    public static ExactForm? Fit(int count, IReadOnlyList<long[]> sizes, SimilaritySettings settings)
    {
        var (memory, largest) = (settings.Memory * 1024.0 * 1024, Math.Min(settings.BatchSize, count));
        var tiles = GramTiles.Bytes(sizes.Sum(network => network.Length), count, largest);
        var room = (memory - tiles) / (sizeof(float) * (double)sizes.Max(network => network.Sum()));
        if (tiles > memory / 2 || room < Math.Min(SmallestBlock, count))
        {
            return null;
        }

        var part = (int)Math.Min(largest, room);
        return new(
            [.. Enumerable.Range(0, count).Chunk(part).Select(images => images.Length)],
            (int)Math.Min(count, room / part)
        );
    }

    /// <summary>Forward passes over all parts together, for one network.</summary>
    public int Steps =>
        Enumerable.Range(0, Parts.Length).Where(part => part % Block == 0).Sum(part => Parts.Length - part);

    /// <summary>HSIC between all modules of the networks.</summary>
    /// <param name="networks">The networks, in evaluation mode.</param>
    /// <param name="sizes">Features of each module of each network.</param>
    /// <param name="batch">Normalized images of a part.</param>
    /// <param name="settings">How.</param>
    /// <param name="done">Called after each forward pass.</param>
    public HsicMatrix Measure(
        IReadOnlyList<Network> networks,
        IReadOnlyList<long[]> sizes,
        Func<int, ImageBatch> batch,
        SimilaritySettings settings,
        Action done
    )
    {
        using var tiles = new GramTiles(sizes.Sum(network => network.Length), Parts);
        var magnitudes = new List<double>();
        foreach (var (network, features) in networks.Zip(sizes))
        {
            magnitudes.AddRange(Fill(tiles, magnitudes.Count, network, features, batch, settings, done));
        }

        return tiles.Products(magnitudes, SimilarityMeasurement.Float32Resolution);
    }

    private double[] Fill(
        GramTiles tiles,
        int firstModule,
        Network network,
        long[] sizes,
        Func<int, ImageBatch> batch,
        SimilaritySettings settings,
        Action done
    )
    {
        using var scope = NewDisposeScope();
        int[] starts = [.. Parts.Select((_, part) => Parts.Take(part).Sum()), Parts.Sum()];
        var shifts = sizes.Select(size => empty([size])).ToArray();
        var blocks = sizes.Select(size => empty([Parts.Take(Block).Sum(), size])).ToArray();
        for (var block = 0; block < Parts.Length; block += Block)
        {
            for (var part = block; part < Parts.Length; part++)
            {
                using var images = batch(part);
                ModuleOutputs.Visit(network, images.Images, settings, (module, features) =>
                {
                    // Any shift is undone by the centring; one near the mean keeps float32 products precise.
                    var own = features.sub(part == 0 ? shifts[module].copy_(features.mean([0])) : shifts[module]);
                    if (part < block + Block)
                    {
                        blocks[module].narrow(0, starts[part] - starts[block], Parts[part]).copy_(own);
                    }

                    var earlier =
                        Math.Min(starts[part + 1], starts[Math.Min(block + Block, Parts.Length)]) - starts[block];
                    tiles.Add(firstModule + module, part, starts[block], blocks[module].narrow(0, 0, earlier), own);
                });
                done();
            }
        }

        return [.. shifts.Select(shift => shift.to(ScalarType.Float64).square().sum().item<double>())];
    }
}
