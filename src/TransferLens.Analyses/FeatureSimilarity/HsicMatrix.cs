using System.Collections.Immutable;

namespace TransferLens.Analyses.FeatureSimilarity;

/// <summary>
/// HSIC between all pairs of M modules. Minibatches are averaged by adding their matrices, since a ratio of sums is the
/// ratio of averages.
/// </summary>
/// <remarks>
/// With B = H K H the doubly centred Gram matrix, d its diagonal and t its trace: the biased estimator is
/// &lt;B_K, B_L&gt; / (n - 1)^2. The unbiased one (Song et al. 2012) sets diagonals to zero and does not change when
/// row and column effects are added outside them, so it can start from B instead of K. B's rows sum to zero, so those
/// of B without its diagonal sum to -d, and the estimator becomes (&lt;B_K, B_L&gt; - n / (n - 2) d_K . d_L + t_K t_L /
/// ((n - 1)(n - 2))) / (n (n - 3)). Both therefore follow from one product of centred Gram matrices.
/// </remarks>
internal sealed class HsicMatrix
{
    // An unbiased self-similarity below this share of the biased one is rounding.
    private const double Rounding = 1e-12;

    private readonly int modules;
    private readonly double[] biased;
    private readonly double[] unbiased;
    private readonly bool[] varies;
    private (HsicCovariance Biased, HsicCovariance Unbiased)? covariance;

    private HsicMatrix(int modules)
    {
        this.modules = modules;
        (biased, unbiased, varies) = (new double[modules * modules], new double[modules * modules], new bool[modules]);
    }

    /// <summary>Computes HSIC from products of the centred Gram matrices.</summary>
    /// <param name="count">n, at least 4.</param>
    /// <param name="inner">&lt;B_K, B_L&gt;, row by row.</param>
    /// <param name="diagonals">d_K . d_L, row by row.</param>
    /// <param name="traces">t.</param>
    /// <param name="magnitudes">Squared length of a typical output of each module.</param>
    /// <param name="resolution">
    /// Relative precision of the outputs; a module whose outputs differ by less is constant.
    /// </param>
    /// <param name="covariance">The result of <see cref="LeaveOneOut"/>.</param>
    public static HsicMatrix FromProducts(
        int count,
        double[] inner,
        double[] diagonals,
        double[] traces,
        IReadOnlyList<double> magnitudes,
        double resolution,
        (HsicCovariance Biased, HsicCovariance Unbiased)? covariance
    )
    {
        var (n, hsic) = ((double)count, new HsicMatrix(traces.Length) { covariance = covariance });
        for (var row = 0; row < traces.Length; row++)
        {
            hsic.varies[row] = traces[row] / n > resolution * resolution * magnitudes[row];
            for (var column = 0; column < traces.Length; column++)
            {
                var at = (row * traces.Length) + column;
                hsic.biased[at] = inner[at] / ((n - 1) * (n - 1));
                hsic.unbiased[at] =
                    (inner[at] - (n / (n - 2) * diagonals[at]) + (traces[row] * traces[column] / ((n - 1) * (n - 2))))
                    / (n * (n - 3));
            }
        }

        return hsic;
    }

    /// <summary>Reads what <see cref="ToValues"/> gave.</summary>
    public static HsicMatrix FromValues(double[] values)
    {
        var (modules, at) = ((int)values[0], 2);
        var hsic = new HsicMatrix(modules);
        Next().CopyTo(hsic.biased.AsSpan());
        Next().CopyTo(hsic.unbiased.AsSpan());
        for (var module = 0; module < modules; module++)
        {
            hsic.varies[module] = values[at++] != 0;
        }

        hsic.covariance = values[1] == 0 ? null : (Covariance(), Covariance());
        return hsic;

        HsicCovariance Covariance() => new(Next(), Next(), Next());

        double[] Next() => values[at..(at += modules * modules)];
    }

    /// <summary>All its numbers, bit for bit, so that a task can keep them.</summary>
    public double[] ToValues() =>
        [
            modules,
            covariance is null ? 0 : 1,
            .. biased,
            .. unbiased,
            .. varies.Select(one => one ? 1.0 : 0),
            .. covariance is var (one, other) ? [.. one.ToValues(), .. other.ToValues()] : Array.Empty<double>(),
        ];

    /// <summary>Adds a minibatch to a sum, which may still be null.</summary>
    public static HsicMatrix Sum(HsicMatrix? first, HsicMatrix second)
    {
        if (first is null)
        {
            return second;
        }

        for (var at = 0; at < first.biased.Length; at++)
        {
            first.biased[at] += second.biased[at];
            first.unbiased[at] += second.unbiased[at];
        }

        for (var module = 0; module < first.modules; module++)
        {
            first.varies[module] |= second.varies[module];
        }

        first.covariance =
            first.covariance is { } one && second.covariance is { } other
                ? (one.Biased.Plus(other.Biased), one.Unbiased.Plus(other.Unbiased))
                : null;

        return first;
    }

    /// <summary>CKA by the biased estimator, in [0, 1]; null where undefined.</summary>
    public ImmutableArray<ImmutableArray<double?>> Biased() => Matrix((row, column) => Ratio(biased, row, column));

    /// <summary>
    /// CKA by the unbiased estimator of HSIC, at most about 1, negative values kept; null where undefined.
    /// </summary>
    public ImmutableArray<ImmutableArray<double?>> Debiased() => Matrix((row, column) => Ratio(unbiased, row, column));

    /// <summary>
    /// Jackknife standard errors of <see cref="Biased"/> over examples; null where undefined.
    /// </summary>
    public ImmutableArray<ImmutableArray<double?>> BiasedErrors() =>
        Matrix((row, column) => Error(biased, covariance?.Biased, row, column));

    /// <summary>
    /// Jackknife standard errors of <see cref="Debiased"/> over examples; null where undefined.
    /// </summary>
    public ImmutableArray<ImmutableArray<double?>> DebiasedErrors() =>
        Matrix((row, column) => Error(unbiased, covariance?.Unbiased, row, column));

    private ImmutableArray<ImmutableArray<double?>> Matrix(Func<int, int, double?> cell) =>
        [
            .. Enumerable
                .Range(0, modules)
                .Select(row =>
                    (ImmutableArray<double?>)[.. Enumerable.Range(0, modules).Select(column => cell(row, column))]
                ),
        ];

    private double? Error(double[] hsic, HsicCovariance? errors, int row, int column) =>
        errors is not null
        && IsDefined(hsic, row)
        && IsDefined(hsic, column)
        && errors.Error(hsic, modules, row, column) is var error
        && double.IsFinite(error)
            ? error
            : null;

    private double? Ratio(double[] hsic, int row, int column) =>
        IsDefined(hsic, row) && IsDefined(hsic, column)
            ? hsic[(row * modules) + column]
                / Math.Sqrt(hsic[(row * modules) + row])
                / Math.Sqrt(hsic[(column * modules) + column])
            : null;

    private bool IsDefined(double[] hsic, int module)
    {
        var self = hsic[(module * modules) + module];
        return varies[module] && double.IsFinite(self) && self > Rounding * biased[(module * modules) + module];
    }
}
