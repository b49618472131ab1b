using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Analyses.Statistics;
using TransferLens.Vision.Evaluation;
using Decision = TransferLens.Studies.Findings.Decision;

namespace TransferLens.Analyses.PerformanceBarrier;

/// <summary>The line between two runs: by how much it falls short at each lambda between 0 and 1.</summary>
/// <param name="First">The first run.</param>
/// <param name="Second">The second run.</param>
/// <param name="Shortfalls">Shortfall of the score, or excess of the loss, at each lambda.</param>
/// <param name="Own">The pair's own barrier with its interval over test images.</param>
internal sealed record LineShortfalls(
    string First,
    string Second,
    ImmutableArray<ScoreSample> Shortfalls,
    Estimate Own
);

/// <summary>
/// The barrier of one kind of pair: the largest shortfall of the mean curve over the pairs. At each lambda the mean has
/// an interval over seeds (jackknife over runs) and test images; one band around the whole curve contains all true
/// means at once with a probability of 95 %. The barrier's interval reaches from the largest lower end of the band to
/// its largest upper end: the largest true mean lies between them whenever the band contains the curve. It is cut at 0,
/// since a line has no shortfall at its ends. A single pair keeps its own interval, which covers test images only.
/// </summary>
/// <param name="Lambda">Where the mean shortfall is largest.</param>
/// <param name="AtLambda">The mean shortfall there, with its uncertainty.</param>
/// <param name="Sample">The mean shortfall there, on the resamples of the test images.</param>
/// <param name="Interval">The barrier with its interval.</param>
/// <param name="P">
/// p of the test that there is no barrier: the error rate of the whole band at which its largest lower end is 0.
/// </param>
/// <param name="Curve">The mean shortfall at each lambda between 0 and 1, with the band.</param>
/// <param name="Pairs">Number of pairs.</param>
internal sealed record MeanBarrier(
    double Lambda,
    Effect AtLambda,
    ScoreSample Sample,
    Estimate Interval,
    double P,
    ImmutableArray<(double Lambda, Estimate Shortfall)> Curve,
    int Pairs
)
{
    // Halvings of a range of p whose ends differ by a factor of at most the number of lambdas.
    private const int Steps = 12;

    // So that a mean that is the margin does not exceed it.
    private const double Rounding = 1e-9;

    /// <summary>Whether there is a barrier beyond the uncertainty.</summary>
    public bool IsDetected => P < Effect.Alpha;

    /// <summary>Whether it is not detected, although it is beyond the margin.</summary>
    public bool IsUncertain => !IsDetected && Interval.Value > NonInferiority.DefaultMargin + Rounding;

    /// <summary>The decision whether there is a barrier.</summary>
    public Decision Decision =>
        new(P, AtLambda.Runs)
        {
            CoversSeeds = AtLambda.CoversSeeds,
            ExcludesMore = !IsDetected && IsAtMost(NonInferiority.DefaultMargin),
        };

    /// <summary>Whether the upper end of the interval is at most a margin.</summary>
    /// <param name="margin">The margin, in the unit of the score.</param>
    public bool IsAtMost(double margin) => Interval.High <= margin;

    /// <summary>The same with its interval cut at the largest barrier that is possible.</summary>
    /// <param name="largest">The largest possible barrier.</param>
    public MeanBarrier AtMost(double largest) =>
        this with
        {
            Interval = Interval with
            {
                Low = Math.Min(Interval.Low, Math.Max(Interval.Value, largest)),
                High = Math.Min(Interval.High, Math.Max(Interval.Value, largest)),
            },
        };

    /// <summary>The barrier of one kind of pair; null without a lambda between 0 and 1.</summary>
    /// <param name="lambdas">The lambdas between 0 and 1.</param>
    /// <param name="lines">The lines of the pairs; at least one.</param>
    /// <param name="withinGroup">Whether both runs of every pair are from one group of seeds.</param>
    public static MeanBarrier? Create(
        ImmutableArray<double> lambdas,
        IReadOnlyList<LineShortfalls> lines,
        bool withinGroup
    )
    {
        if (lambdas.IsEmpty)
        {
            return null;
        }

        ImmutableArray<ScoreSample> means =
        [
            .. lambdas.Select((_, at) => ScoreSample.Mean([.. lines.Select(line => line.Shortfalls[at])])),
        ];
        ImmutableArray<Effect> effects = [.. means.Select(Average)];
        var largest = Enumerable.Range(0, lambdas.Length).MaxBy(at => means[at].Value);
        var each = SimultaneousBand.Alpha(means);
        ImmutableArray<Estimate> band = [.. effects.Select(effect => effect.Interval(each))];
        Estimate together = new(
            Math.Max(0, means[largest].Value),
            Math.Max(0, band.Max(shortfall => shortfall.Low)),
            Math.Max(0, band.Max(shortfall => shortfall.High))
        );
        var single = lines.Count == 1;
        return new(
            lambdas[largest],
            effects[largest],
            means[largest],
            single ? lines[0].Own : together,
            single ? OnePairP(means, lines[0].Own) : BandP(means, effects),
            [.. lambdas.Zip(band)],
            lines.Count
        );

        Effect Average(ScoreSample mean, int at)
        {
            SeedPair[] pairs =
            [
                .. lines.Select(line => new SeedPair(line.First, line.Second, line.Shortfalls[at].Value)),
            ];
            return withinGroup
                ? PairMean.Within(pairs, mean.Variance, mean.Images)
                : PairMean.Between(pairs, mean.Variance, mean.Images);
        }
    }

    /// <summary>Its form in results.json: that of an effect, with the ends of the band's interval.</summary>
    public JsonObject ToJson()
    {
        var json = AtLambda.ToJson();
        json["value"] = Interval.Value;
        json["low"] = AtLambda.HasInterval ? Interval.Low : null;
        json["high"] = AtLambda.HasInterval ? Interval.High : null;
        json["p"] = P;
        return json;
    }

    // An interval excludes 0 exactly where its error rate is above the p of its effect. So the band does where the rate
    // of each lambda, which grows with that of the whole band, is above the smallest p.
    private static double BandP(ImmutableArray<ScoreSample> means, ImmutableArray<Effect> effects)
    {
        var smallest = effects.Where(effect => effect.Value > 0).Select(effect => effect.P).DefaultIfEmpty(1).Min();
        var (low, high) = (smallest, Math.Min(1, effects.Length * smallest));
        if (smallest >= 0.5 || smallest == 0 || effects.Length == 1)
        {
            return high;
        }

        for (var step = 0; step < Steps; step++)
        {
            var middle = Math.Sqrt(low * high);
            (low, high) = SimultaneousBand.Alpha(means, middle) > smallest ? (low, middle) : (middle, high);
        }

        // At 5 % the interval decides: halving only comes close to it.
        return Agree(high, SimultaneousBand.Alpha(means) > smallest);
    }

    // The same for the band of a single pair, whose lower end is the barrier minus a quantile of the largest growth.
    private static double OnePairP(ImmutableArray<ScoreSample> shortfalls, Estimate own)
    {
        var largest = shortfalls.Max(sample => sample.Value);
        double[] growth =
        [
            .. Enumerable
                .Range(0, shortfalls[0].Draws.Length)
                .Select(draw => shortfalls.Max(sample => sample.Draws[draw] - sample.Value))
                .Where(double.IsFinite)
                .Order(),
        ];
        // With B resamples p is at least 2 / (B + 1);
        var reached = growth.Count(value => value >= largest);
        return Agree(Math.Min(1, 2.0 * (reached + 1) / (growth.Length + 1)), own.IsPositive);
    }

    private static double Agree(double p, bool isDetected) =>
        isDetected ? Math.Min(p, Math.BitDecrement(Effect.Alpha)) : Math.Max(p, Effect.Alpha);
}
