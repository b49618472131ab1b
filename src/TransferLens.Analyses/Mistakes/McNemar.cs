namespace TransferLens.Analyses.Mistakes;

/// <summary>
/// McNemar's exact test: do two classifiers get different numbers of the same images wrong? Only images that exactly
/// one of them gets wrong count. If neither is better, each of these is equally likely to be either one's, so that the
/// number that only the first gets wrong is binomial(n, 1/2). Two-sided: p = min(1, 2 P(X &lt;= the smaller count)).
/// Range: (0, 1]. Source: McNemar 1947, with the binomial instead of its normal approximation.
/// </summary>
/// <param name="P">The p-value; 0 when it underflows, see <paramref name="Log10P"/>.</param>
/// <param name="Log10P">Its decimal logarithm, at most 0; finite for any counts.</param>
public sealed record McNemar(double P, double Log10P)
{
    /// <summary>Tests two counts.</summary>
    /// <param name="onlyFirst">Images that only the first gets wrong, at least 0.</param>
    /// <param name="onlySecond">Images that only the second gets wrong, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A count is negative.</exception>
    public static McNemar Test(long onlyFirst, long onlySecond)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(onlyFirst);
        ArgumentOutOfRangeException.ThrowIfNegative(onlySecond);
        var (fewer, all) = (Math.Min(onlyFirst, onlySecond), onlyFirst + onlySecond);
        if (2 * fewer >= all - 1)
        {
            return new(1, 0);
        }

        // The logarithm of P(X = fewer), then the smaller terms as multiples of it.
        var log = (1 - all) * Math.Log(2);
        for (long i = 1; i <= fewer; i++)
        {
            log += Math.Log((all - fewer + i) / (double)i);
        }

        var (sum, term) = (1.0, 1.0);
        for (var i = fewer; i > 0 && term > sum * 1e-17; i--)
        {
            sum += term *= i / (double)(all - i + 1);
        }

        log = Math.Min(0, log + Math.Log(sum));
        return new(Math.Exp(log), log / Math.Log(10));
    }
}
