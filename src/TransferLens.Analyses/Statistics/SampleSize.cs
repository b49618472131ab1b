namespace TransferLens.Analyses.Statistics;

/// <summary>
/// How many more test images would decide a question that these leave open, with a probability of
/// <see cref="Power"/>: where the number is far enough from 0 (or from the margin) that its interval excludes it in
/// that share of repetitions. Source: Cohen 1988, chapter 2, with t quantiles.
/// </summary>
public static class SampleSize
{
    /// <summary>The probability with which the advised number of images decides: 80 %.</summary>
    public const double Power = 0.8;

    // More than this is no advice.
    private const int Most = 1_000_000;

    // Numbers of images are tried in steps of 5 %, then the step that decides is halved.
    private const double Step = 1.05;

    // With this many times the seeds, their part of the variance hardly counts.
    private const double ManySeeds = 100;

    /// <summary>
    /// The number of further test images at which a two-sided 95 % interval would exclude 0, if the number and the
    /// spread between seeds stay as they are. The variance over images falls with their number, and so does the part of
    /// the seeds' spread that images explain; the rest does not.
    /// </summary>
    /// <param name="effect">The number.</param>
    /// <returns>
    /// 0 when it is decided; null when no number of images decides it: seeds vary too much, or the number is nearly 0.
    /// </returns>
    public static int? MoreImages(Effect effect)
    {
        ArgumentNullException.ThrowIfNull(effect);
        return effect.IsDetected ? 0 : MoreImages(effect, DecidesSign);
    }

    /// <summary>The number of further test images at which an option would be shown to be no worse.</summary>
    /// <param name="effect">Its score minus that of the reference.</param>
    /// <param name="margin">The margin, in the unit of the score.</param>
    /// <returns>As above.</returns>
    public static int? MoreImagesForMargin(Effect effect, double margin)
    {
        ArgumentNullException.ThrowIfNull(effect);
        return effect.IsNoWorse(margin) ? 0 : MoreImages(effect, more => DecidesMargin(more, margin));
    }

    /// <summary>Whether more seeds, on as many images as before, could show that the number is not 0.</summary>
    /// <param name="effect">The number.</param>
    internal static bool SeedsCouldDecide(Effect effect) => DecidesSign(WithManySeeds(effect));

    /// <summary>Whether more seeds could show that an option is no worse.</summary>
    /// <param name="effect">Its score minus that of the reference.</param>
    /// <param name="margin">The margin, in the unit of the score.</param>
    internal static bool SeedsCouldDecide(Effect effect, double margin) =>
        DecidesMargin(WithManySeeds(effect), margin);

    private static bool DecidesSign(Effect effect) => Exceeds(effect, Math.Abs(effect.Value), Effect.Alpha / 2);

    private static bool DecidesMargin(Effect effect, double margin) =>
        Exceeds(effect, effect.Value + margin, Effect.Alpha);

    private static bool Exceeds(Effect effect, double distance, double alpha) =>
        effect.HasInterval && distance >= effect.HalfWidth(alpha) + effect.HalfWidth(1 - Power);

    private static Effect WithManySeeds(Effect effect) =>
        effect with
        {
            SeedVariance = effect.SeedVariance / ManySeeds,
            SpreadVariance = effect.SpreadVariance / ManySeeds,
            SpreadDegreesOfFreedom = effect.SpreadDegreesOfFreedom * ManySeeds,
        };

    /// <summary>The effect as it would be on more images of the same kind.</summary>
    /// <param name="effect">The effect.</param>
    /// <param name="more">Number of further images.</param>
    internal static Effect With(Effect effect, double more)
    {
        var images = effect.ImageDegreesOfFreedom + 1;
        var left = images / (images + more);
        return effect with
        {
            ImageVariance = left * effect.ImageVariance,
            ImageDegreesOfFreedom = images + more - 1,
            SpreadVariance = effect.SeedVariance + (left * (effect.SpreadVariance - effect.SeedVariance)),
        };
    }

    private static int? MoreImages(Effect effect, Func<Effect, bool> decides)
    {
        if (effect.ImageVariance <= 0 || !decides(With(effect, Most)))
        {
            return null;
        }

        var (images, enough) = (effect.ImageDegreesOfFreedom + 1, 0.0);
        double few;
        do
        {
            few = enough;
            enough = Math.Min(Most, Math.Ceiling(((images + few) * Step) - images));
        } while (!decides(With(effect, enough)));

        while (enough - few > 1)
        {
            var middle = Math.Floor((few + enough) / 2);
            (few, enough) = decides(With(effect, middle)) ? (few, middle) : (middle, enough);
        }

        return (int)enough;
    }
}
