namespace TransferLens.Analyses.Mistakes;

/// <summary>
/// McNemar's exact test: do two classifiers of the same images differ in how many they get wrong? Only discordant
/// images count; if neither is better, each is equally likely to be the wrong one, so the number that only the first
/// gets wrong is binomial(n, 1/2). Two-sided: p = min(1, 2 P(X at most the smaller count)). Range: (0, 1].
/// Source: McNemar 1947, with the binomial instead of its normal approximation.
/// </summary>
/// <param name="P">The p-value; 0 where it is below the smallest double, so read <paramref name="Log10P"/> there.</param>
/// <param name="Log10P">Its common logarithm, at most 0; finite for any counts.</param>
public sealed record McNemar(double P, double Log10P)
{
    /// <summary>The test.</summary>
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

        // P(X = fewer) in logarithms, then the terms below it as multiples of it: they only shrink.
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
