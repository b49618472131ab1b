using TorchSharp;
using static TorchSharp.torch;

namespace TransferLens.Analyses.FeatureSimilarity;

/// <summary>
/// Gram matrices K = X X^T of several modules over the same n images, in float64. Images come in parts; a tile contains
/// the products of one part with itself and with all earlier parts, so that only half of each symmetric matrix is
/// stored.
/// </summary>
internal sealed class GramTiles : IDisposable
{
    // A float32 product over more features than this is accumulated in float64, piece by piece.
    private const long FeaturesAtATime = 8192;

    private readonly int modules;
    private readonly int[] starts;
    private readonly Device device;
    private readonly Tensor[] tiles;

    /// <summary>Allocates the tiles: tile k is (modules, images up to the end of part k, images of part k).</summary>
    /// <param name="modules">Number of modules.</param>
    /// <param name="sizes">Number of images in each part; at least four in total.</param>
    /// <param name="device">Where they are, and where the products are computed.</param>
    public GramTiles(int modules, IReadOnlyList<int> sizes, Device device)
    {
        (this.modules, this.device) = (modules, device);
        starts = [.. sizes.Select((_, part) => sizes.Take(part).Sum()), sizes.Sum()];
        tiles =
        [
            .. sizes.Select(
                (size, part) =>
                    zeros(modules, starts[part + 1], size, ScalarType.Float64, device).DetachFromDisposeScope()
            ),
        ];
    }

    /// <summary>Number of images.</summary>
    public int Count => starts[^1];

    /// <summary>Size in bytes of the tiles and of what the jackknife needs for each image.</summary>
    public static double Bytes(int modules, int count, int part) =>
        modules * 8.0 * count * (((count + part) / 2.0) + (2 * modules));

    /// <summary>Adds the products of earlier images, or of a part's images, with those of a part.</summary>
    /// <param name="module">Index of the module.</param>
    /// <param name="part">Index of the part.</param>
    /// <param name="row">Index of the first of the earlier images.</param>
    /// <param name="earlier">Features of the earlier images, (images, features).</param>
    /// <param name="features">
    /// The part's features, (images, features); the same tensor if it is multiplied only with itself.
    /// </param>
    public void Add(int module, int part, long row, Tensor earlier, Tensor features)
    {
        using var scope = NewDisposeScope();
        var target = tiles[part][module].narrow(0, row, earlier.shape[0]);
        if (RowProducts.Fit(earlier) && RowProducts.Fit(features) && device.type == DeviceType.CPU)
        {
            RowProducts.Add(earlier, features, target);
            return;
        }

        // Networks of a user's program may be on different devices.
        (earlier, features) = (earlier.to(device), features.to(device));

        for (var first = 0L; first < features.shape[1]; first += FeaturesAtATime)
        {
            var length = Math.Min(FeaturesAtATime, features.shape[1] - first);
            target.add_(earlier.narrow(1, first, length).matmul(features.narrow(1, first, length).t()));
        }
    }

    /// <summary>The products of earlier images with those of a part, so that a task can keep them.</summary>
    /// <param name="modules">Indices of the first module and the one after the last.</param>
    /// <param name="part">Index of the part.</param>
    /// <param name="rows">Indices of the first of the earlier images and the one after the last.</param>
    public double[] Read(Range modules, int part, Range rows)
    {
        using var scope = NewDisposeScope();
        return Region(modules, part, rows).cpu().contiguous().data<double>().ToArray();
    }

    /// <summary>Sets products to what <see cref="Read"/> gave.</summary>
    public void Write(Range modules, int part, Range rows, double[] values)
    {
        using var scope = NewDisposeScope();
        var region = Region(modules, part, rows);
        region.copy_(tensor(values).reshape(region.shape));
    }

    private Tensor Region(Range some, int part, Range rows)
    {
        var ((first, count), (row, length)) = (
            some.GetOffsetAndLength(modules),
            rows.GetOffsetAndLength(starts[part + 1])
        );
        return tiles[part].narrow(0, first, count).narrow(1, row, length);
    }

    /// <summary>
    /// Computes HSIC between all modules by both estimators, and its covariance over examples. Centres the tiles in
    /// place, so it must be the last call.
    /// </summary>
    /// <param name="magnitudes">
    /// For each module, the squared length of the shift that was subtracted from its features; identifies constant
    /// modules.
    /// </param>
    /// <param name="resolution">Relative precision of the features.</param>
    public HsicMatrix Products(IReadOnlyList<double> magnitudes, double resolution)
    {
        using var scope = NewDisposeScope();
        var diagonals = Centre();
        var (rows, weighted) = (
            zeros(modules, modules, Count, ScalarType.Float64, device),
            zeros(modules, modules, Count, ScalarType.Float64, device)
        );
        for (var part = 0; part < tiles.Length; part++)
        {
            using var step = NewDisposeScope();
            var (start, size, tile) = (starts[part], starts[part + 1] - starts[part], tiles[part]);
            AddRows(rows.narrow(2, start, size), tile.permute(2, 0, 1));
            weighted.narrow(2, start, size).add_(diagonals.narrow(1, 0, start + size).matmul(tile).transpose(0, 1));
            if (start > 0)
            {
                // The part below the diagonal is not stored; it is this one, mirrored.
                var earlier = tile.narrow(1, 0, start);
                AddRows(rows.narrow(2, 0, start), earlier.transpose(0, 1));
                weighted
                    .narrow(2, 0, start)
                    .add_(earlier.matmul(diagonals.narrow(1, start, size).t()).permute(2, 0, 1));
            }
        }

        return HsicMatrix.FromProducts(
            Count,
            Values(rows.sum(2)),
            Values(diagonals.matmul(diagonals.t())),
            Values(diagonals.sum(1)),
            magnitudes,
            resolution,
            LeaveOneOut.Covariances(rows, weighted, diagonals)
        );
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tile in tiles)
        {
            tile.Dispose();
        }
    }

    // Products of the modules' rows for each example: from (examples, modules, others) into (modules, modules,
    // examples).
    private static void AddRows(Tensor rows, Tensor block) =>
        rows.add_(block.bmm(block.transpose(1, 2)).permute(1, 2, 0));

    private static double[] Values(Tensor tensor) => tensor.cpu().contiguous().data<double>().ToArray();

    // Subtracts the means of rows and columns in place. Returns the diagonals, (modules, images).
    private Tensor Centre()
    {
        var (means, diagonals) = (Means(), empty(modules, Count, ScalarType.Float64, device));
        var grand = means.mean([1], keepdim: true).unsqueeze(2);
        for (var part = 0; part < tiles.Length; part++)
        {
            using var step = NewDisposeScope();
            var (start, size) = (starts[part], starts[part + 1] - starts[part]);
            tiles[part]
                .sub_(means.narrow(1, 0, start + size).unsqueeze(2))
                .sub_(means.narrow(1, start, size).unsqueeze(1))
                .add_(grand);
            diagonals.narrow(1, start, size).copy_(tiles[part].narrow(1, start, size).diagonal(0, 1, 2));
        }

        return diagonals;
    }

    // Means of the rows of the full matrices, which are also those of the columns.
    private Tensor Means()
    {
        using var scope = NewDisposeScope();
        var sums = zeros(modules, Count, ScalarType.Float64, device);
        for (var part = 0; part < tiles.Length; part++)
        {
            var (start, size) = (starts[part], starts[part + 1] - starts[part]);
            sums.narrow(1, 0, start + size).add_(tiles[part].sum(2));
            if (start > 0)
            {
                sums.narrow(1, start, size).add_(tiles[part].narrow(1, 0, start).sum(1));
            }
        }

        return sums.div_(Count).MoveToOuterDisposeScope();
    }
}
