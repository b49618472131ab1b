using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Inputs;
using static TorchSharp.torch;

namespace TransferLens.Analyses.FeatureSimilarity;

/// <summary>
/// Linear CKA of two feature matrices: CKA(X, Y) = HSIC(K, L) / sqrt(HSIC(K, K) HSIC(L, L)), K = X X^T, L = Y Y^T, both
/// centred. <see cref="SimilarityMeasurement"/> computes it for the modules of networks.
/// </summary>
public static class LinearCka
{
    /// <summary>
    /// Computes both estimators in float64, for features that are joined by the digests of their images: the two sets
    /// may be in different orders.
    /// </summary>
    /// <param name="first">Features and images of the first model.</param>
    /// <param name="second">Features of the same images in any order.</param>
    /// <exception cref="InputException">
    /// The images are not the same, there are fewer than 4, or a digest is missing.
    /// </exception>
    public static Cka Between(ImageFeatures first, ImageFeatures second)
    {
        using var scope = NewDisposeScope();
        using var rows = tensor(first.RowsIn(second));
        return Between(first.Values, second.Values.index_select(0, rows.to(second.Values.device)));
    }

    /// <summary>Computes both estimators in float64.</summary>
    /// <param name="first">X, (n, ...), flattened to (n, features).</param>
    /// <param name="second">Y, (n, ...), for the same examples in the same order; the features may differ.</param>
    /// <exception cref="InputException">The numbers of examples differ, or there are fewer than 4.</exception>
    public static Cka Between(Tensor first, Tensor second)
    {
        var (n, m) = (first.shape[0], second.shape[0]);
        if (n != m || n < 4)
        {
            throw new InputException(
                $"CKA needs features of the same examples, at least 4, but the first has {n} examples "
                    + $"and the second {m}."
            );
        }

        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var tiles = new GramTiles(2, [(int)n], first.device);
        double[] magnitudes =
        [
            .. new[] { first, second }.Select(
                (tensor, module) =>
                {
                    var features = tensor.flatten(1).to(ScalarType.Float64);
                    var shift = features.mean([0]);
                    var centred = features.sub(shift);
                    tiles.Add(module, 0, 0, centred, centred);
                    return shift.square().sum().item<double>();
                }
            ),
        ];
        var products = tiles.Products(magnitudes, FeatureResolution.Float64);
        var (biased, debiased) = (products.Biased()[0][1], products.Debiased()[0][1]);
        return new(biased, debiased)
        {
            BiasedInterval = CkaInterval.FromStandardError(biased, products.BiasedErrors()[0][1]),
            DebiasedInterval = CkaInterval.FromStandardError(debiased, products.DebiasedErrors()[0][1]),
        };
    }
}

/// <summary>Linear CKA by both estimators.</summary>
/// <param name="Biased">
/// Kornblith et al. 2019; in [0, 1], and far too high when features outnumber examples. Null for constant features.
/// </param>
/// <param name="Debiased">
/// With the unbiased HSIC of Song et al. 2012: about 0 for independent features, 1 for equal ones; never clamped. Null
/// for constant features.
/// </param>
public sealed record Cka(double? Biased, double? Debiased)
{
    /// <summary>
    /// The biased CKA with its 95 % jackknife interval over examples; null when undefined, and for fewer than 5
    /// examples.
    /// </summary>
    public Estimate? BiasedInterval { get; init; }

    /// <summary>The debiased CKA with its 95 % jackknife interval over examples.</summary>
    public Estimate? DebiasedInterval { get; init; }
}
