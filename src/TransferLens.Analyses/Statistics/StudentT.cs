using MathNet.Numerics.Distributions;

namespace TransferLens.Analyses.Statistics;

/// <summary>Student's t distribution with a real number of degrees of freedom; normal where these are infinite.</summary>
internal static class StudentT
{
    // Beyond this the two distributions agree to seven digits.
    private const double NearlyNormal = 1e8;

    /// <summary>The t that is exceeded in absolute value with a probability of <paramref name="alpha"/>.</summary>
    public static double TwoSided(double alpha, double degreesOfFreedom) => OneSided(alpha / 2, degreesOfFreedom);

    /// <summary>The t that is exceeded with a probability of <paramref name="alpha"/>, in (0, 0.5].</summary>
    public static double OneSided(double alpha, double degreesOfFreedom) =>
        degreesOfFreedom >= NearlyNormal
            ? -Normal.InvCDF(0, 1, alpha)
            : -MathNet.Numerics.Distributions.StudentT.InvCDF(0, 1, degreesOfFreedom, alpha);

    /// <summary>The probability of exceeding <paramref name="t"/>.</summary>
    public static double Above(double t, double degreesOfFreedom) =>
        degreesOfFreedom >= NearlyNormal
            ? Normal.CDF(0, 1, -t)
            : MathNet.Numerics.Distributions.StudentT.CDF(0, 1, degreesOfFreedom, -t);
}
