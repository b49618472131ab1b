namespace TransferLens.Analyses.FeatureSimilarity;

/// <summary>Covariance of HSIC between M modules over the draw of examples; each matrix row by row.</summary>
/// <param name="Variance">Variance of HSIC(k, l).</param>
/// <param name="WithRow">Covariance of HSIC(k, l) and HSIC(k, k).</param>
/// <param name="Between">Covariance of HSIC(k, k) and HSIC(l, l).</param>
internal sealed record HsicCovariance(double[] Variance, double[] WithRow, double[] Between)
{
    /// <summary>The covariance of a sum over minibatches, which contain different examples.</summary>
    public HsicCovariance Plus(HsicCovariance other) =>
        new(Add(Variance, other.Variance), Add(WithRow, other.WithRow), Add(Between, other.Between));

    /// <summary>
    /// Standard error of CKA(k, l) = HSIC(k, l) / sqrt(HSIC(k, k) HSIC(l, l)) by the delta method: its gradient with
    /// respect to the three HSICs, and their covariances. 0 between a module and itself.
    /// </summary>
    /// <param name="hsic">The HSICs, row by row.</param>
    /// <param name="modules">M.</param>
    /// <param name="row">k.</param>
    /// <param name="column">l.</param>
    public double Error(double[] hsic, int modules, int row, int column)
    {
        if (row == column)
        {
            return 0;
        }

        var (first, second, between, back) = (
            (row * modules) + row,
            (column * modules) + column,
            (row * modules) + column,
            (column * modules) + row
        );
        var scale = 1 / Math.Sqrt(hsic[first]) / Math.Sqrt(hsic[second]);
        var cka = hsic[between] * scale;
        var (byFirst, bySecond) = (-cka / 2 / hsic[first], -cka / 2 / hsic[second]);
        var variance =
            (scale * scale * Variance[between])
            + (byFirst * byFirst * Variance[first])
            + (bySecond * bySecond * Variance[second])
            + (2 * scale * ((byFirst * WithRow[between]) + (bySecond * WithRow[back])))
            + (2 * byFirst * bySecond * Between[between]);
        return Math.Sqrt(Math.Max(0, variance));
    }

    /// <summary>All its numbers.</summary>
    public IEnumerable<double> ToValues() => [.. Variance, .. WithRow, .. Between];

    private static double[] Add(double[] first, double[] second) => [.. first.Zip(second, (a, b) => a + b)];
}
