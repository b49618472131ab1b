using System.Text.Json.Nodes;

namespace TransferLens.Analyses.Statistics;

/// <summary>
/// A number with the two uncertainties that it has: another test set of this kind, and other seeds. What a finding may
/// say follows from it and from nothing else.
/// <para>
/// Two t statistics judge it, and the less certain one decides: the value over its whole standard error, with
/// Satterthwaite's degrees of freedom; and the value over the standard error of the seeds alone, with Welch's. The
/// second protects where few seeds vary much, since the degrees of freedom of the first are estimated too.
/// </para>
/// Sources: Satterthwaite 1946; Welch 1947; docs/statistics.md has the coverage in simulation.
/// </summary>
/// <param name="Value">The number, for example a difference in accuracy in [-1, 1].</param>
/// <param name="ImageVariance">Its variance over test images; 0 for a number without images.</param>
/// <param name="ImageDegreesOfFreedom">Degrees of freedom of that variance: the number of images minus 1.</param>
/// <param name="SeedVariance">
/// Its variance over seeds that <paramref name="ImageVariance"/> does not contain yet; 0 without seeds.
/// </param>
/// <param name="SpreadVariance">
/// Its variance over seeds on these test images, from the spread of the seeds alone; 0 with one seed a side.
/// </param>
/// <param name="SpreadDegreesOfFreedom">Degrees of freedom of that variance; 0 when it is unknown.</param>
/// <param name="Runs">Training runs on the side that has fewer.</param>
public sealed record Effect(
    double Value,
    double ImageVariance,
    double ImageDegreesOfFreedom,
    double SeedVariance,
    double SpreadVariance,
    double SpreadDegreesOfFreedom,
    int Runs
)
{
    /// <summary>The error rate of intervals and tests: 5 %.</summary>
    public const double Alpha = 0.05;

    /// <summary>Whether the interval covers the spread between seeds on all sides; with one seed it cannot.</summary>
    public bool CoversSeeds => CoversRepetitions && VariesSeeds;

    /// <summary>Whether the interval covers the permutations of shuffled images.</summary>
    public bool CoversShuffles => CoversRepetitions && VariesShuffles;

    /// <summary>Whether repeated runs have different seeds.</summary>
    public bool VariesSeeds { get; init; } = true;

    /// <summary>Whether repeated runs learn from differently shuffled images.</summary>
    public bool VariesShuffles { get; init; }

    /// <summary>
    /// Whether the spread between seeds is known on every side: not where one side has a single pair of runs.
    /// </summary>
    public bool KnowsAllSpreads { get; init; } = true;

    /// <summary>Whether the interval covers the draw of test images.</summary>
    public bool CoversImages => ImageVariance > 0;

    /// <summary>Whether there is any uncertainty to judge it by; an undefined number has none.</summary>
    public bool HasInterval =>
        double.IsFinite(Value + ImageVariance) && (HasSpread || ImageDegreesOfFreedom > 0);

    private bool CoversRepetitions => HasSpread && KnowsAllSpreads && Runs > 1;

    /// <summary>Whether the spread between seeds is known on at least one side.</summary>
    internal bool HasSpread => SpreadDegreesOfFreedom > 0;

    /// <summary>Standard error over test images and seeds.</summary>
    public double StandardError => Math.Sqrt(ImageVariance + SeedVariance);

    /// <summary>Satterthwaite's degrees of freedom of <see cref="StandardError"/>.</summary>
    public double DegreesOfFreedom
    {
        get
        {
            var total = ImageVariance + SeedVariance;
            var images = ImageDegreesOfFreedom > 0 ? ImageVariance * ImageVariance / ImageDegreesOfFreedom : 0;
            // The net variance of the seeds is as uncertain as the spread that it was computed from.
            var seeds = SeedVariance > 0 ? SpreadVariance * SpreadVariance / SpreadDegreesOfFreedom : 0;
            return images + seeds > 0 ? Math.Max(1, total * total / (images + seeds)) : double.PositiveInfinity;
        }
    }

    /// <summary>p of the two-sided test that the true number is 0; 1 without an interval.</summary>
    public double P => Math.Min(1, 2 * OneSidedP(Math.Abs(Value)));

    /// <summary>Whether the 95 % interval excludes 0.</summary>
    public bool IsDetected => HasInterval && P < Alpha;

    /// <summary>Whether it is above 0 beyond its uncertainty.</summary>
    public bool IsPositive => IsDetected && Value > 0;

    /// <summary>Whether it is below 0 beyond its uncertainty.</summary>
    public bool IsNegative => IsDetected && Value < 0;

    /// <summary>The interval that contains the true number with a probability of 1 - alpha.</summary>
    /// <param name="alpha">The error rate, in (0, 1).</param>
    public Estimate Interval(double alpha = Alpha)
    {
        var half = HalfWidth(alpha / 2);
        return new(Value, Value - half, Value + half);
    }

    /// <summary>The lower end of the one-sided interval, above which the true number is with 1 - alpha.</summary>
    /// <param name="alpha">The error rate, in (0, 0.5].</param>
    public double LowerEnd(double alpha = Alpha) => Value - HalfWidth(alpha);

    /// <summary>The upper end of the one-sided interval.</summary>
    /// <param name="alpha">The error rate, in (0, 0.5].</param>
    public double UpperEnd(double alpha = Alpha) => Value + HalfWidth(alpha);

    /// <summary>p of the one-sided test of the hypothesis that the true number is at most -margin.</summary>
    /// <param name="margin">What counts as no worse, in the unit of the number; at least 0.</param>
    public double NonInferiorityP(double margin) => OneSidedP(Value + margin);

    /// <summary>Whether it is shown to be no worse than 0 by more than a margin.</summary>
    /// <param name="margin">The margin, in the unit of the number.</param>
    public bool IsNoWorse(double margin) => HasInterval && LowerEnd() > -margin;

    /// <summary>Whether the 95 % interval lies within a margin of 0 on both sides.</summary>
    /// <param name="margin">The margin, in the unit of the number.</param>
    public bool IsWithin(double margin)
    {
        var (_, low, high) = Interval();
        return HasInterval && low > -margin && high < margin;
    }

    /// <summary>The number with the opposite sign.</summary>
    public Effect Negated() => this with { Value = 0 - Value };

    /// <summary>The number and its uncertainty times a factor.</summary>
    /// <param name="factor">The factor.</param>
    public Effect Times(double factor)
    {
        var square = factor * factor;
        return this with
        {
            Value = factor * Value,
            ImageVariance = square * ImageVariance,
            SeedVariance = square * SeedVariance,
            SpreadVariance = square * SpreadVariance,
        };
    }

    /// <summary>
    /// Its form in results.json: the number (null where it is undefined) with the ends of its 95 % interval (null
    /// without one), p, standard error, degrees of freedom, runs, and what the interval covers.
    /// </summary>
    public JsonObject ToJson()
    {
        var (_, low, high) = Interval();
        return new()
        {
            ["value"] = double.IsFinite(Value) ? Value : null,
            ["low"] = HasInterval ? low : null,
            ["high"] = HasInterval ? high : null,
            ["p"] = HasInterval ? P : null,
            ["standardError"] = HasInterval ? StandardError : null,
            ["degreesOfFreedom"] = double.IsFinite(DegreesOfFreedom) && HasInterval ? DegreesOfFreedom : null,
            ["runs"] = Runs,
            ["covers"] = HasInterval ? EffectWords.Covered(this) : null,
        };
    }

    /// <summary>
    /// The same number whose runs also vary in another way: the variances of both add, with the smaller degrees of
    /// freedom of the two.
    /// </summary>
    /// <param name="other">The number with the spread of the other way.</param>
    internal Effect Plus(Effect other) =>
        this with
        {
            SeedVariance = SeedVariance + other.SeedVariance,
            SpreadVariance = SpreadVariance + other.SpreadVariance,
            SpreadDegreesOfFreedom = Math.Min(SpreadDegreesOfFreedom, other.SpreadDegreesOfFreedom),
            Runs = Math.Min(Runs, other.Runs),
        };

    /// <summary>Half the width of the interval whose error rate at either end is given.</summary>
    /// <param name="oneSided">The error rate at one end, in (0, 0.5].</param>
    internal double HalfWidth(double oneSided)
    {
        if (!HasInterval)
        {
            return double.PositiveInfinity;
        }

        var all = StandardError == 0 ? 0 : StudentT.OneSided(oneSided, DegreesOfFreedom) * StandardError;
        return HasSpread && SpreadVariance > 0
            ? Math.Max(all, StudentT.OneSided(oneSided, SpreadDegreesOfFreedom) * Math.Sqrt(SpreadVariance))
            : all;
    }

    // The probability of a number this far above 0, were the true one 0.
    private double OneSidedP(double value)
    {
        if (!HasInterval)
        {
            return 1;
        }

        var all = Above(value, StandardError, DegreesOfFreedom);
        return HasSpread ? Math.Max(all, Above(value, Math.Sqrt(SpreadVariance), SpreadDegreesOfFreedom)) : all;
    }

    private static double Above(double value, double error, double degreesOfFreedom)
    {
        if (error > 0)
        {
            return StudentT.Above(value / error, degreesOfFreedom);
        }

        return value > 0 ? 0 : 1;
    }
}
