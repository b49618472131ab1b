using TransferLens.Studies.Plans;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Runtime;
using static TorchSharp.torch;

namespace TransferLens.Analyses.FeatureSimilarity;

/// <summary>
/// CKA from Gram matrices over all images. The features of a block of images stay in memory and are multiplied with
/// each other and with those of all later images. If one block contains all images, each network processes each image
/// once.
/// </summary>
/// <param name="Parts">Number of images in each forward pass.</param>
/// <param name="Block">Number of parts that stay in memory at a time.</param>
internal sealed record ExactForm(int[] Parts, int Block)
{
    // Smaller blocks would repeat the forward passes too often.
    private const int SmallestBlock = 32;

    /// <summary>Divides the images into parts that fit into memory; null when the exact form does not fit.</summary>
    /// <param name="count">Number of images.</param>
    /// <param name="sizes">Number of features of each module of each network.</param>
    /// <param name="settings">Memory and batch size.</param>
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

    /// <summary>Number of forward passes of each network.</summary>
    public int Steps =>
        Enumerable.Range(0, Parts.Length).Where(part => part % Block == 0).Sum(part => Parts.Length - part);

    /// <summary>Computes HSIC between all modules of the networks.</summary>
    /// <param name="networks">The networks, in evaluation mode.</param>
    /// <param name="sizes">Number of features of each module of each network.</param>
    /// <param name="batch">Returns the normalized images of a part.</param>
    /// <param name="settings">Precision and pooling.</param>
    /// <param name="kept">Where a task keeps the products of each step.</param>
    /// <param name="done">Called after each step.</param>
    public HsicMatrix Measure(
        IReadOnlyList<Network> networks,
        IReadOnlyList<long[]> sizes,
        Func<int, ImageBatch> batch,
        SimilaritySettings settings,
        PartialResults kept,
        Action done
    )
    {
        using var tiles = new GramTiles(
            sizes.Sum(network => network.Length),
            Parts,
            DevicePath.DeviceOf(networks[0].Root)
        );
        var magnitudes = new List<double>();
        foreach (var (i, (network, features)) in networks.Zip(sizes).Index())
        {
            var own = kept.Section($"network {i}");
            magnitudes.AddRange(Fill(tiles, magnitudes.Count, network, features, batch, settings, own, done));
        }

        return tiles.Products(magnitudes, FeatureResolution.Float32);
    }

    private double[] Fill(
        GramTiles tiles,
        int firstModule,
        Network network,
        long[] sizes,
        Func<int, ImageBatch> batch,
        SimilaritySettings settings,
        PartialResults kept,
        Action done
    )
    {
        const string Shifts = "shifts";
        using var scope = NewDisposeScope();
        var device = DevicePath.DeviceOf(network.Root);
        int[] starts = [.. Parts.Select((_, part) => Parts.Take(part).Sum()), Parts.Sum()];
        var shifts = sizes.Select(size => empty([size], device: device)).ToArray();
        var blocks = sizes.Select(size => empty([Parts.Take(Block).Sum(), size], device: device)).ToArray();
        var modules = firstModule..(firstModule + sizes.Length);
        var hasShifts = kept.Restore(Shifts, shifts) > 0;
        for (var block = 0; block < Parts.Length; block += Block)
        {
            var here = block;
            bool[] isKept = [.. Enumerable.Range(0, Parts.Length).Select(part => part >= here && Take(here, part))];
            for (var part = block; part < Parts.Length; part++)
            {
                // The features of the block's own parts are needed as long as one of its products is missing.
                var isNeeded =
                    part < block + Block ? !hasShifts || isKept.AsSpan(block).Contains(false) : !isKept[part];
                if (!isNeeded)
                {
                    done();
                    continue;
                }

                using var images = batch(part);
                ModuleOutputs.Visit(network, images.Images, settings, (module, features) =>
                {
                    // Centring removes any shift. One near the mean keeps float32 products precise.
                    var shifted = features.sub(
                        part == 0 && !hasShifts ? shifts[module].copy_(features.mean([0])) : shifts[module]
                    );
                    if (part < block + Block)
                    {
                        blocks[module].narrow(0, starts[part] - starts[block], Parts[part]).copy_(shifted);
                    }

                    if (!isKept[part])
                    {
                        var earlier = blocks[module].narrow(0, 0, End(block, part) - starts[block]);
                        tiles.Add(firstModule + module, part, starts[block], earlier, shifted);
                    }
                });
                if (part == 0 && !hasShifts)
                {
                    kept.Keep(Shifts, 1, shifts);
                    hasShifts = true;
                }

                if (!isKept[part] && !kept.KeepsNothing)
                {
                    kept.Write<double>(Name(block, part), tiles.Read(modules, part, Rows(block, part)));
                }

                done();
            }
        }

        return SquaredLengths.Values([.. shifts.Select(SquaredLengths.Of)]);

        // The images of the block up to the part.
        int End(int block, int part) => Math.Min(starts[part + 1], starts[Math.Min(block + Block, Parts.Length)]);

        Range Rows(int block, int part) => starts[block]..End(block, part);

        static string Name(int block, int part) => $"{block} {part}";

        bool Take(int block, int part)
        {
            if (kept.Read<double>(Name(block, part)) is not { } values)
            {
                return false;
            }

            tiles.Write(modules, part, Rows(block, part), values);
            return true;
        }
    }
}
