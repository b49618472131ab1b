namespace TransferLens.Analyses.Statistics;

/// <summary>How many more test images would decide a question that these leave open.</summary>
public static class SampleSize
{
    // More than this is no advice.
    private const int Most = 1_000_000;

    // Numbers of images are tried in steps of 5 %, then the step that decides is halved.
    private const double Step = 1.05;

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
        return MoreImages(effect, more => more.IsDetected);
    }

    /// <summary>The number of further test images at which an option would be shown to be no worse.</summary>
    /// <param name="effect">Its score minus that of the reference.</param>
    /// <param name="margin">The margin, in the unit of the score.</param>
    /// <returns>As above.</returns>
    public static int? MoreImagesForMargin(Effect effect, double margin)
    {
        ArgumentNullException.ThrowIfNull(effect);
        return MoreImages(effect, more => more.NonInferiorityP(margin) < Effect.Alpha);
    }

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
        if (decides(effect))
        {
            return 0;
        }

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
