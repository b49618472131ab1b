using static TorchSharp.torch;

namespace TransferLens.Analyses.FeatureSimilarity;

/// <summary>
/// The jackknife over examples (Arvesen 1969, for U-statistics): each example is left out once, and the changes of HSIC
/// estimate how much it varies between draws of examples. Nothing is recomputed: with B and C doubly centred Gram
/// matrices of n examples, m = n - 1, d and e their diagonals, p_i = (B o C 1)_i and S = &lt;B, C&gt;,
/// leaving out i gives
/// <code>
/// biased:   (S - 2 (m + 1) / m p_i + ((m + 1) / m)^2 d_i e_i) / (m - 1)^2
/// unbiased: (S - d.e - 2 (p_i - d_i e_i) + (2 d_i - t) (2 e_i - u) / ((m - 1) (m - 2)) - 2 / (m - 2) w_i)
///           / (m (m - 3))
///           with t and u the traces and w_i = d.e - 4 d_i e_i + (C d)_i + (B e)_i + p_i
/// </code>
/// A bootstrap would draw examples twice. Two equal rows are equal in every network, which would bias the unbiased
/// estimator.
/// </summary>
internal static class LeaveOneOut
{
    /// <summary>The smallest number of examples: the unbiased estimator needs 4 after one is left out.</summary>
    public const int Fewest = 5;

    // Size of a temporary tensor (modules, modules, examples). There are several, so sums are formed in place.
    private const long MostAtATime = 1 << 22;

    /// <summary>
    /// Covariances of HSIC over the draw of examples, for M modules; null for fewer than <see cref="Fewest"/>
    /// examples.
    /// </summary>
    /// <param name="rows">p, (M, M, n).</param>
    /// <param name="weighted">(C d)_i, indexed by the module of d, then of C, (M, M, n).</param>
    /// <param name="diagonals">d, (M, n).</param>
    public static (HsicCovariance Biased, HsicCovariance Unbiased)? Covariances(
        Tensor rows,
        Tensor weighted,
        Tensor diagonals
    )
    {
        var (modules, count) = (diagonals.shape[0], diagonals.shape[1]);
        if (count < Fewest)
        {
            return null;
        }

        using var scope = NewDisposeScope();
        var (m, trace) = (count - 1.0, diagonals.sum(1));
        var (inner, product) = (rows.sum(2).unsqueeze(2), diagonals.matmul(diagonals.t()).unsqueeze(2));
        var (biased, unbiased) = (new Sums(modules, diagonals.device), new Sums(modules, diagonals.device));
        var step = Math.Max(1, MostAtATime / (modules * modules));
        for (var first = 0L; first < count; first += step)
        {
            using var part = NewDisposeScope();
            var length = Math.Min(step, count - first);
            var (p, q, d) = (
                rows.narrow(2, first, length),
                weighted.narrow(2, first, length),
                diagonals.narrow(1, first, length)
            );
            var diagonal = d.unsqueeze(1) * d.unsqueeze(0);
            biased.Add(
                (p * (2 * (m + 1) / m))
                    .neg_()
                    .add_(inner)
                    .add_(diagonal * Math.Pow((m + 1) / m, 2))
                    .div_(Math.Pow(m - 1, 2))
            );
            var total = (d * 2) - trace.unsqueeze(1);
            var changes = (p * 2).neg_().add_(inner - product).add_(diagonal * 2);
            changes.add_((total.unsqueeze(1) * total.unsqueeze(0)).div_((m - 1) * (m - 2)));
            var mixed = diagonal.mul_(4).neg_().add_(product).add_(q).add_(q.transpose(0, 1)).add_(p);
            unbiased.Add(changes.sub_(mixed.mul_(2 / (m - 2))).div_(m * (m - 3)));
        }

        return (biased.Covariance(count), unbiased.Covariance(count));
    }

    // Sums of values and of their products, shifted by the first value to keep small differences of large numbers
    // precise.
    private sealed class Sums(long modules, Device device)
    {
        private readonly Tensor sum = zeros(modules, modules, ScalarType.Float64, device);
        private readonly Tensor squares = zeros(modules, modules, ScalarType.Float64, device);
        private readonly Tensor withRow = zeros(modules, modules, ScalarType.Float64, device);
        private readonly Tensor between = zeros(modules, modules, ScalarType.Float64, device);
        private Tensor? shift;

        public void Add(Tensor values)
        {
            using var scope = NewDisposeScope();
            shift ??= values.narrow(2, 0, 1).clone().MoveToOuterDisposeScope().MoveToOuterDisposeScope();
            var moved = values - shift;
            var self = moved.diagonal(0, 0, 1).t().contiguous();
            sum.add_(moved.sum(2));
            squares.add_(moved.square().sum(2));
            withRow.add_((moved * self.unsqueeze(1)).sum(2));
            between.add_(self.matmul(self.t()));
        }

        public HsicCovariance Covariance(long count)
        {
            using var scope = NewDisposeScope();
            var self = sum.diagonal();
            var factor = (count - 1.0) / count;
            return new(
                Values((squares - (sum.square() / count)) * factor),
                Values((withRow - (sum * self.unsqueeze(1) / count)) * factor),
                Values((between - (self.unsqueeze(1) * self.unsqueeze(0) / count)) * factor)
            );
        }

        private static double[] Values(Tensor matrix) => matrix.cpu().contiguous().data<double>().ToArray();
    }
}
