namespace TransferLens.Analyses.FeatureSimilarity;

/// <summary>How far HSIC between M modules would move with another draw of examples; each matrix row by row.</summary>
/// <param name="Own">Variance of HSIC(k, l).</param>
/// <param name="WithRow">Covariance of HSIC(k, l) and HSIC(k, k).</param>
/// <param name="Between">Covariance of HSIC(k, k) and HSIC(l, l).</param>
internal sealed record HsicCovariance(double[] Own, double[] WithRow, double[] Between)
{
    /// <summary>Of a sum over minibatches, which hold different examples.</summary>
    public HsicCovariance Plus(HsicCovariance other) =>
        new(Add(Own, other.Own), Add(WithRow, other.WithRow), Add(Between, other.Between));

    /// <summary>
    /// Standard error of CKA(k, l) = HSIC(k, l) / sqrt(HSIC(k, k) HSIC(l, l)) by the delta method: its gradient after the
    /// three HSICs, times their covariances. 0 between a module and itself, whatever the examples.
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

        var (own, other, at, back) = (
            (row * modules) + row,
            (column * modules) + column,
            (row * modules) + column,
            (column * modules) + row
        );
        var scale = 1 / Math.Sqrt(hsic[own]) / Math.Sqrt(hsic[other]);
        var cka = hsic[at] * scale;
        var (first, second) = (-cka / 2 / hsic[own], -cka / 2 / hsic[other]);
        var variance =
            (scale * scale * Own[at])
            + (first * first * Own[own])
            + (second * second * Own[other])
            + (2 * scale * ((first * WithRow[at]) + (second * WithRow[back])))
            + (2 * first * second * Between[at]);
        return Math.Sqrt(Math.Max(0, variance));
    }

    private static double[] Add(double[] first, double[] second) => [.. first.Zip(second, (a, b) => a + b)];
}
