using System.Collections.Immutable;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Evaluation;

namespace TransferLens.Analyses.FeatureReuse;

/// <summary>
/// The final test scores of runs from P and from random weights on images that are shuffled alike, all on the same test
/// images.
/// </summary>
/// <param name="Pretrained">One score per repetition; at least one.</param>
/// <param name="Random">One score per repetition.</param>
/// <param name="Paired">
/// Whether repetitions are different permutations, in the same order on both sides: their differences are averaged.
/// Otherwise they are independent runs.
/// </param>
/// <exception cref="InputException">A side is empty, or paired sides differ in number.</exception>
public sealed record ReuseScores(
    ImmutableArray<ScoreSample> Pretrained,
    ImmutableArray<ScoreSample> Random,
    bool Paired = false
)
{
    /// <summary>One score per repetition; at least one.</summary>
    public ImmutableArray<ScoreSample> Pretrained { get; } = Check(Pretrained, Random, Paired);

    /// <summary>Whether the repetitions have different seeds.</summary>
    public bool VariesSeeds { get; init; } = true;

    /// <summary>
    /// The same runs where permutations share seeds: one score per seed, the mean over its
    /// permutations. The spread between these means adds to that between permutations, so the interval covers both;
    /// what varies from run to run counts twice, so it is a little too wide. Null in other designs.
    /// </summary>
    public ReuseScores? BySeed { get; init; }

    /// <summary>A_PT - A_RIT.</summary>
    public Effect Gain => Estimate(scores => scores.Weigh(1, 1, -1));

    /// <summary>
    /// 100 (A_PT - A_RIT) / A_PT of the means, in percent; null unless A_PT is above 0. Its variance is that of the
    /// linear approximation at the means p and r (delta method):
    /// d(100 (1 - r / p)) = 100 (r / p^2 dA_PT - 1 / p dA_RIT).
    /// </summary>
    public Effect? RelativeDrop =>
        Drop is { } drop ? Estimate(scores => scores.Linearize(1)) with { Value = drop } : null;

    /// <summary>
    /// The relative drop minus that of other scores on the same test images, in percentage points; null where one of
    /// the two is undefined. Both are linearized as in <see cref="RelativeDrop"/>, in one contrast.
    /// </summary>
    /// <param name="other">The other scores.</param>
    public Effect? DropAbove(ReuseScores other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Drop is { } drop && other.Drop is { } otherDrop
            ? Estimate(scores => scores.Linearize(1), other, scores => scores.Linearize(-1)) with
            {
                Value = drop - otherDrop,
            }
            : null;
    }

    private double? Drop => ReuseMeasure.RelativeDrop(Mean(Pretrained), Mean(Random));

    /// <summary>The groups of a weighted sum of the two sides.</summary>
    /// <param name="weight">Factor of the sum.</param>
    /// <param name="pretrained">Factor of A_PT.</param>
    /// <param name="random">Factor of A_RIT.</param>
    internal ImmutableArray<SeedGroup> Weigh(double weight, double pretrained, double random) =>
        Paired
            ? [new(weight, [.. Pretrained.Zip(Random, (p, r) => ScoreSample.Combine([p, r], [pretrained, random]))])]
            : [new(weight * pretrained, Pretrained), new(weight * random, Random)];

    /// <summary>A weighted sum of these scores, and of others on the same test images.</summary>
    /// <param name="weigh">The groups of these.</param>
    /// <param name="other">The others; null for none.</param>
    /// <param name="weighOther">Their groups.</param>
    internal Effect Estimate(
        Func<ReuseScores, ImmutableArray<SeedGroup>> weigh,
        ReuseScores? other = null,
        Func<ReuseScores, ImmutableArray<SeedGroup>>? weighOther = null
    )
    {
        var sum = ScoreContrast.Estimate([.. weigh(this), .. other is null ? [] : weighOther!(other)]) with
        {
            VariesSeeds = VariesSeeds && other is null or { VariesSeeds: true },
            VariesShuffles = Paired || other is { Paired: true },
        };
        ImmutableArray<SeedGroup> bySeed =
        [
            .. BySeed is null ? [] : weigh(BySeed),
            .. other?.BySeed is null ? [] : weighOther!(other.BySeed),
        ];
        return bySeed.IsEmpty ? sum : sum.Plus(ScoreContrast.Estimate(bySeed));
    }

    private ImmutableArray<SeedGroup> Linearize(double weight)
    {
        var (p, r) = (Mean(Pretrained), Mean(Random));
        return Weigh(100 * weight, r / (p * p), -1 / p);
    }

    private static double Mean(ImmutableArray<ScoreSample> samples) => samples.Average(sample => sample.Value);

    private static ImmutableArray<ScoreSample> Check(
        ImmutableArray<ScoreSample> pretrained,
        ImmutableArray<ScoreSample> random,
        bool paired
    )
    {
        if (pretrained.IsDefaultOrEmpty || random.IsDefaultOrEmpty)
        {
            throw new InputException("There are no scores to compare; give at least one on each side.");
        }

        return paired && pretrained.Length != random.Length
            ? throw new InputException(
                $"{pretrained.Length} scores from P cannot be paired with {random.Length} from random weights; "
                    + "give one of each for every permutation."
            )
            : pretrained;
    }
}

/// <summary>The two parts of the gain of pretraining; they add up to it.</summary>
/// <param name="Gain">A_PT - A_RIT on whole images.</param>
/// <param name="LowLevelStatistics">What remains of it at b = 1.</param>
/// <param name="FeatureReuse">
/// The rest, which larger blocks contribute: one contrast over all four groups of runs and the same test images, so
/// that what they have in common cancels.
/// </param>
/// <param name="LowLevelLead">The first part minus the second.</param>
public sealed record GainSplit(Effect Gain, Effect LowLevelStatistics, Effect FeatureReuse, Effect LowLevelLead)
{
    /// <summary>
    /// Share of the gain that remains at b = 1; null unless the gain is above 0 beyond its uncertainty.
    /// </summary>
    public double? LowLevelShare => Gain.IsPositive ? LowLevelStatistics.Value / Gain.Value : null;

    /// <summary>Splits the gain.</summary>
    /// <param name="whole">Scores on whole images.</param>
    /// <param name="pixels">Scores on single pixels, shuffled.</param>
    /// <exception cref="InputException">The numbers of test images differ.</exception>
    public static GainSplit Measure(ReuseScores whole, ReuseScores pixels)
    {
        ArgumentNullException.ThrowIfNull(whole);
        ArgumentNullException.ThrowIfNull(pixels);
        return new(whole.Gain, pixels.Gain, Sum(1, -1), Sum(-1, 2));

        Effect Sum(double onWhole, double onPixels) =>
            whole.Estimate(scores => scores.Weigh(onWhole, 1, -1), pixels, scores => scores.Weigh(onPixels, 1, -1));
    }
}
