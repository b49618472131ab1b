using MathNet.Numerics.Distributions;

namespace TransferLens.Analyses.Statistics;

/// <summary>Student's t distribution with any real degrees of freedom; infinitely many give the normal.</summary>
internal static class StudentT
{
    // Beyond this the two distributions agree to seven digits.
    private const double NearlyNormal = 1e8;

    // Halves an interval until only neighbouring doubles are left.
    private const int Halvings = 64;

    /// <summary>The t that is exceeded in absolute value with a probability of <paramref name="alpha"/>.</summary>
    public static double TwoSided(double alpha, double degreesOfFreedom) => OneSided(alpha / 2, degreesOfFreedom);

    /// <summary>The t that is exceeded with a probability of <paramref name="alpha"/>, in (0, 0.5].</summary>
    /// <remarks>
    /// By bisection: the quantile of Math.NET fails beyond 800, which one degree of freedom reaches at 0.0004.
    /// </remarks>
    public static double OneSided(double alpha, double degreesOfFreedom)
    {
        if (degreesOfFreedom >= NearlyNormal)
        {
            return -Normal.InvCDF(0, 1, alpha);
        }

        var (low, high) = (0.0, 2.0);
        while (Above(high, degreesOfFreedom) > alpha)
        {
            (low, high) = (high, 2 * high);
        }

        for (var i = 0; i < Halvings; i++)
        {
            var middle = (low + high) / 2;
            (low, high) = Above(middle, degreesOfFreedom) > alpha ? (middle, high) : (low, middle);
        }

        return high;
    }

    /// <summary>The probability of exceeding <paramref name="t"/>.</summary>
    public static double Above(double t, double degreesOfFreedom) =>
        degreesOfFreedom >= NearlyNormal
            ? Normal.CDF(0, 1, -t)
            : MathNet.Numerics.Distributions.StudentT.CDF(0, 1, degreesOfFreedom, -t);
}
